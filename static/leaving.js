// Streamlit may end an earlier mount of a node after it has begun a later one: what it says is over may still be
// in the page, and in use. Only what has left the page is closed.
/** @type {(root: Element, close: () => void) => () => void} */
export const whenGone = (root, close) => () => {
  setTimeout(() => {
    if (!root.isConnected) close();
  });
};
