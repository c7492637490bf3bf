// What a hand has set and Python has not confirmed: kept in this tab across a reload, and set again after it.
//
// While the line is cut Streamlit's page keeps values of components and sends them with its next full run. A
// server that was restarted does not know them: the page is loaded anew from its address, which is older than
// they are. So each is noted here with that address, and forgotten once it is confirmed; at another address
// it is not what somebody wants.

const KEY = "lossviz unsent";

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

// Python knows of it.
export function confirmed(id) {
  const { [id]: known, ...rest } = all();
  if (known) write(rest);
}

// What was set at this address and never confirmed, once; undefined for nothing.
export function left(id) {
  const note = all()[id];
  confirmed(id);
  return note?.at === here() ? note.value : undefined;
}
