// Loads the page anew, which is how it goes on where Streamlit's own page cannot.
//
// Why not a run of Python in its place: Streamlit's widgets keep their values through it, also where the
// address says otherwise, and with the next change they say the old ones.

let asked = false;

// True from when it was asked for: what the page shows is no longer what its address should say.
export const leaving = () => asked;

export function reload() {
  if (asked) return;
  asked = true;
  location.reload();
}
