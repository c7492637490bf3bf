// Loads the page anew, which is how it goes on where Streamlit's own page cannot.
//
// Why not a run of Python in its place: Streamlit's widgets keep their values through it, also where the
// address says otherwise, and with the next change they say the old ones.

let asked = false;

// True from when it was asked for: what the page shows is no longer what its address should say.
export const leaving = () => asked;

// A hidden page waits until it is seen. `url` is the address to load where that is not the one there is.
export function reload(url = location.href) {
  if (asked) return;
  if (document.hidden) return document.addEventListener("visibilitychange", () => reload(url), { once: true });
  asked = true;
  if (url !== location.href) history.replaceState(history.state, "", url);
  location.reload();
}
