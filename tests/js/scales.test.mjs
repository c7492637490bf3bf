import assert from "node:assert/strict";
import { test } from "node:test";

import { digitsFor, short } from "../../static/scales.js";

test("a coordinate has the digits that show a step along its axis", () => {
  assert.equal(digitsFor(0.5, 0.01), 4);
  assert.equal(digitsFor(0, 0.01), 4);
  assert.equal(short(1700000000123, digitsFor(1700000000123, 0.5)), "1700000000123");
  for (let k = 0; k < 200; k++) {
    const step = 10 ** ((k % 20) - 10), value = step * Math.round(7919 ** 1.5 * (k + 1));
    assert.ok(Math.abs(Number(short(value, digitsFor(value, step)).replace("−", "-")) - value) <= step / 2);
  }
});
