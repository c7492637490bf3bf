// Loads the page anew, which is how it goes on where Streamlit's own page cannot.
//
// Why not a run of Python in its place: Streamlit's widgets keep their values through it, also where the
// address says otherwise, and with the next change they say the old ones.

const same = new URL(import.meta.url).search;
/** @type {typeof import("./unsent.js")} */
const { readdress } = await import("./unsent.js" + same);
/** @type {typeof import("./link.js")} */
const { CONNECTED, GIVEN_UP, line, watchLine } = await import("./link.js" + same);

let asked = false;

// True from when it was asked for: what the page shows is no longer what its address should say.
export const leaving = () => asked;

const seen = () => document.hidden && new Promise((resolve) => {
  document.addEventListener("visibilitychange", resolve, { once: true });
});

const loadable = () => [CONNECTED, GIVEN_UP].includes(line());
const reachable = () => loadable() || new Promise((resolve) => {
  watchLine((_, watch) => {
    if (!loadable()) return;
    watch.disconnect();
    resolve(true);
  });
});

// A hidden page waits until it is seen, and one whose line is cut until that is back: what would be loaded
// before is the browser's own page of error. `url` is the address to load where that is not the one there is.
export async function reload(url) {
  if (asked) return;
  asked = true;
  await seen();
  await reachable();
  if (url && url !== location.href) readdress(() => history.replaceState(history.state, "", url));
  location.reload();
}
