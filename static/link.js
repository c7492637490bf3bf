// Where components of one page find each other: parts by id, so that a slider can move a curve without
// asking the server, and one answer of Python can be shown by several.
export const parts = new Map();

const SCRIPTS = "static/js/"; // where Streamlit serves its modules, below its root

// The address under which Streamlit serves, with a slash at its end.
export function home() {
  const script = [...document.scripts].map((s) => s.src).find((s) => s.includes(`/${SCRIPTS}`));
  return script.slice(0, script.indexOf(SCRIPTS));
}

// The address of one of its modules.
export const moduleOf = (file) => new URL(SCRIPTS + file, home()).href;

const told = (what) => document.querySelector('[data-testid="stApp"]')?.getAttribute(`data-test-${what}-state`);

// Whether Streamlit says that an answer is on its way.
export const running = () => told("script") === "running";

// What Streamlit says of its line: CONNECTED, or else it is trying to be, or has given up.
export const line = () => told("connection");
export const CONNECTED = "CONNECTED", GIVEN_UP = "DISCONNECTED_FOREVER";

// Whether what answers is the session that the page began with: not known from a lost line to its first answer.
export const session = { known: true };

// Calls back whenever that may have changed.
export function watchLine(changed) {
  const watch = new MutationObserver(changed);
  watch.observe(document.body, { subtree: true, attributes: true, attributeFilter: ["data-test-connection-state"] });
  return watch;
}
