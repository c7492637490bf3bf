// The page's address: kept in step with what is shown, and copied with one click.
//
// data[0] = {query: "loss=huber&..."}. No history entry per change: Back leaves the page.

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

export default function (component) {
  const root = component.parentElement.querySelector(".lossviz-address"), { query } = component.data[0];
  if (address(query) !== location.href) history.replaceState(history.state, "", address(query));
  if (!STORE.has(root)) {
    root.innerHTML = `<button type="button"><span aria-live="polite">Copy link</span></button>`;
    const said = root.querySelector("span");
    root.querySelector("button").addEventListener("click", async () => {
      said.textContent = (await copy(location.href)) ? "Link copied" : "Copy the address bar";
      setTimeout(() => (said.textContent = "Copy link"), 2000);
    });
    STORE.set(root, true);
  }
  return () => STORE.delete(root);
}
