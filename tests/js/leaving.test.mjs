// Whether a component is closed when Streamlit says that its mount is over.
import assert from "node:assert/strict";
import { test } from "node:test";
import { whenGone } from "../../static/leaving.js";

const later = () => new Promise((resolve) => {
  setTimeout(resolve, 5);
});

test("what is still in the page stays, what has left it is closed", async () => {
  for (const [isConnected, closed] of [[true, 0], [false, 1]]) {
    let count = 0;
    whenGone(/** @type {any} */ ({ isConnected }), () => { count += 1; })();
    assert.equal(count, 0);
    await later();
    assert.equal(count, closed);
  }
});
