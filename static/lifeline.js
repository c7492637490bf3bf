// Brings a page back to life after a lost connection.
//
// data[0] = {token: of the session, heard: number of the last question it has heard}
// trigger "ask" = {n, token}: "are you still the session of that token?"
//
// Streamlit's page connects again by itself, to a new session where the server was restarted or the old one
// has run out. It then sends no run, and every later one names a fragment that the new session does not know:
// the page looks alive and is dead. So it asks, by a full run, which also sends what components have set
// meanwhile. An answer from another session means: load the page from its address. The answer of the same
// session means that nothing was lost, and nothing is loaded.

const PATIENCE = 4000; // ms without an answer after which a line that looks alive counts as dead
const TRY = 1000;      // ms for the server to say that it is well
const NAP = 30000;     // ms hidden or asleep after which a line may have died unnoticed
const TICK = 1000;     // ms between two looks at the clock

const same = new URL(import.meta.url).search;
/** @type {typeof import("./reload.js")} */
const { reload } = await import("./reload.js" + same);
/** @type {typeof import("./link.js")} */
const { CONNECTED, GIVEN_UP, home, line, session, watchLine } = await import("./link.js" + same);

// `url` is the address as it stood when the line came back: what had arrived before it was lost may have been
// drawn, and written into the address, after that, and what a new session writes is not to be gone by.
const life = { asked: 0, heard: 0, token: null, lost: false, url: null, component: null };

const again = () => reload(life.url);

function ask() {
  life.component.setTriggerValue("ask", { n: ++life.asked, token: life.token });
}

function look() {
  const connection = line();
  if (connection === GIVEN_UP) return again();
  if (connection !== CONNECTED) {
    life.lost = true;
    session.known = false;
    return;
  }
  if (!life.lost) return;
  life.lost = false;
  life.url ??= location.href;
  ask();
}

const pause = (ms) => new Promise((resolve) => {
  setTimeout(resolve, ms);
});

// Whether the server answers. A connection kept from before may be as dead as the line: each try gives up one.
async function reachable() {
  const url = new URL("_stcore/health", home());
  for (let tries = PATIENCE / TRY; tries > 0; tries--) {
    const well = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(TRY) }).then((r) => r.ok, () => false);
    if (well) return true;
  }
  return false;
}

// After a sleep the socket may be dead without knowing it: an answer that does not come, from a server that
// can be reached, says so. Where it cannot be reached yet, wait for that, or for Streamlit to see it as well.
async function woke() {
  if (document.hidden || life.lost || !life.component || life.waking) return;
  life.waking = true;
  ask();
  const asked = life.asked, open = () => life.heard < asked && !life.lost;
  do {
    const [well] = await Promise.all([reachable(), pause(PATIENCE)]);
    if (well && open()) again();
    if (well) break;
  } while (open());
  life.waking = false;
}

function start() {
  watchLine(look);
  addEventListener("online", woke);
  addEventListener("pageshow", (event) => event.persisted && woke());
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) life.hidden = Date.now();
    else if (Date.now() - (life.hidden ?? Infinity) > NAP) woke();
  });
  // A page that was in sight when the machine fell asleep hears of nothing: its clock has jumped.
  let last = Date.now();
  setInterval(() => {
    const now = Date.now();
    if (now - last > NAP) woke();
    last = now;
  }, TICK);
}

/** @param {Component<[Payload.LifelinePayload]>} component */
export default function (component) {
  const { token, heard } = component.data[0];
  if (!life.component) {
    start();
    life.asked = heard; // a session that is older than this page has heard questions before
  }
  life.component = component;
  life.heard = heard;
  if (life.token && life.token !== token) return again();
  life.token = token;
  if (!life.lost) {
    life.url = null;
    session.known = true;
  }
}
