// What a hand has set and Python has not confirmed: kept in this tab across a reload, and set again after it.
//
// While the line is cut Streamlit's page keeps values of components and sends them with its next full run. A
// server that was restarted does not know them: the page is loaded anew from its address, which is older than
// they are. So each is noted here with that address, and forgotten once Python and the address have it; at
// another address it is not what somebody wants. Where the address itself is written anew under them, as by an
// answer to what a hand did a moment before, the notes go along.

const KEY = "lossviz unsent", REST = 50; // ms between two looks at whether an answer is whole

const same = new URL(import.meta.url).search;
/** @type {typeof import("./link.js")} */
const { CONNECTED, line, running, session } = await import("./link.js" + same);

function all() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {}; // no storage here, or not ours
  }
}

function write(notes) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(notes));
  } catch {
    // Full or forbidden: then a reload loses it, as it did before.
  }
}

const here = () => location.pathname + location.search;

// Note what was set in the component of that id.
export function keep(id, value) {
  write({ ...all(), [id]: { at: here(), value } });
}

// Change the address by calling `change`, and take along what was noted at the one there is.
export function readdress(change) {
  const before = here();
  change();
  const notes = Object.entries(all()).map(([id, note]) => [id, note.at === before ? { ...note, at: here() } : note]);
  if (notes.length && here() !== before) write(Object.fromEntries(notes));
}

const settling = new Map(); // notes that Python knows of, until the address does

function drop(id) {
  const { [id]: known, ...rest } = all();
  if (known) write(rest);
}

// An answer that breaks off before its end has said what Python knows but has not written the address. And a new
// session, which is sent what a hand has set before it is found to be new, goes with the page that is loaded anew.
function settle() {
  const over = !running() && line() === CONNECTED && session.known, notes = all();
  for (const [id, note] of settling) {
    const kept = JSON.stringify(notes[id]?.value) === note;
    if (kept && over) drop(id);
    if (!kept || over) settling.delete(id);
  }
  if (settling.size) setTimeout(settle, REST);
}

// Python knows of it.
export function confirmed(id) {
  if (!(id in all())) return;
  if (!settling.size) setTimeout(settle, REST);
  settling.set(id, JSON.stringify(all()[id].value));
}

// What was set at this address and never confirmed, once; undefined for nothing.
export function left(id) {
  const note = all()[id];
  drop(id);
  return note?.at === here() ? note.value : undefined;
}
