// Plain text that Python sends in a run, or in answer to a hand that moves.
//
// data[0] = {id, text, stamp}

const same = new URL(import.meta.url).search;
/** @type {typeof import("./leaving.js")} */
const { whenGone } = await import("./leaving.js" + same);
/** @type {typeof import("./link.js")} */
const { parts } = await import("./link.js" + same);

const STORE = new WeakMap();

/** @param {Component<[Payload.SentencePayload]>} component */
export default function (component) {
  const root = component.parentElement.querySelector(".lossviz-sentence"), [data] = component.data;
  /** @type {(data: Payload.SentencePayload) => void} */
  const show = ({ text }) => { if (root.textContent !== text) root.textContent = text; };
  if (!STORE.has(root)) STORE.set(root, { show });
  const part = STORE.get(root);
  parts.set(data.id, part);
  part.show(data);
  return whenGone(root, () => { if (parts.get(data.id) === part) parts.delete(data.id); });
}
