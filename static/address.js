// The page's address: kept in step with what is shown, copied with one click, and gone back through.
//
// data[0] = {query: "loss=huber&...", step: how many presets, views, tabs, ... since the page was entered,
//   count: higher for a later state}
// A step adds an entry to the browser's history; what is only finer, such as a slider, and the first sight of
// a page, which is an entry anyway, change the one there is.

const same = new URL(import.meta.url).search;
/** @type {typeof import("./leaving.js")} */
const { whenGone } = await import("./leaving.js" + same);
/** @type {typeof import("./reload.js")} */
const { leaving, reload } = await import("./reload.js" + same);
/** @type {typeof import("./unsent.js")} */
const { readdress } = await import("./unsent.js" + same);
/** @type {typeof import("./link.js")} */
const { CONNECTED, line } = await import("./link.js" + same);

const STORE = new WeakMap();
const HOSTS = ["embed", "embed_options"]; // said by who shows the app in a page of theirs, and not ours to drop

function address(query) {
  const url = new URL(location.href), theirs = new URLSearchParams();
  for (const [name, value] of url.searchParams) if (HOSTS.includes(name.toLowerCase())) theirs.append(name, value);
  url.search = [query, theirs.toString()].filter(Boolean).join("&");
  return url.href;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // The clipboard needs a secure context or a permission; a selected text field does not.
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

// Back and Forward within a page. Streamlit would run it without the values of its widgets and in the session
// as it is, where the state of a page is read from the address only when it is entered; so this listens in the
// capture phase, before Streamlit does, and loads the page of that address anew. Between pages Streamlit's own
// way is good: the page that is entered reads the address, and has new widgets. But not while the line is cut:
// it would send nothing, then or later.
let shown = { pathname: location.pathname, search: location.search };
addEventListener("popstate", (event) => {
  const { pathname, search } = location;
  const page = pathname !== shown.pathname, state = search !== shown.search;
  if (page ? line() !== CONNECTED : state) {
    event.stopImmediatePropagation();
    reload();
  }
  shown = { pathname, search };
}, true);

function write(url, step, known) {
  if (url === location.href) return;
  readdress(() => {
    if (known !== undefined && step > known) history.pushState({}, "", url);
    else history.replaceState(history.state, "", url);
  });
}

let newest = 0; // state of those that were drawn

/** @param {Component<[Payload.AddressPayload]>} component */
export default function (component) {
  const root = component.parentElement.querySelector(".lossviz-address"), { query, step, count } = component.data[0];
  const known = STORE.get(root), path = known?.path ?? location.pathname;
  // An answer that is late may find the browser on its way to another address, which is not its own to write.
  if (!leaving() && path === location.pathname && count >= newest) {
    newest = count;
    write(address(query), step, known?.step);
    shown = { pathname: location.pathname, search: location.search };
  }
  if (!known) {
    root.innerHTML = `<button type="button"><span aria-live="polite">Copy link</span></button>`;
    const said = root.querySelector("span");
    root.querySelector("button").addEventListener("click", async () => {
      said.textContent = (await copy(location.href)) ? "Link copied" : "Copy the address bar";
      setTimeout(() => (said.textContent = "Copy link"), 2000);
    });
  }
  STORE.set(root, { step, path });
  return whenGone(root, () => STORE.delete(root));
}
