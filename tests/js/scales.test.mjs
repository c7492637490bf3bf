import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { short } from "../../static/number_format.js";
import { digitsFor, scale } from "../../static/scales.js";

test("a coordinate has the digits that show a step along its axis", () => {
  assert.equal(digitsFor(0.5, 0.01), 4);
  assert.equal(digitsFor(0, 0.01), 4);
  assert.equal(short(1700000000123, digitsFor(1700000000123, 0.5)), "1700000000123");
  for (let k = 0; k < 200; k++) {
    const step = 10 ** ((k % 20) - 10), value = step * Math.round(7919 ** 1.5 * (k + 1));
    assert.ok(Math.abs(Number(short(value, digitsFor(value, step)).replace("−", "-")) - value) <= step / 2);
  }
});

test("ticks are those of Plotly, place by place and letter by letter", () => {
  const { axes } = JSON.parse(readFileSync(new URL("../expected/plotly_ticks.json", import.meta.url), "utf8"));
  const raised = (_, power) => [...power].map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["−0123456789".indexOf(c)]).join("");
  assert.ok(axes.length > 200);
  for (const { letter, low, high, length, log, ticks } of axes) {
    const range = letter === "x" ? [0, length] : [length, 0];
    const ours = scale([low, high], range, log).ticks(letter === "x" ? 80 : 40), of = `${letter} from ${low} to ${high} on ${length} px`;
    assert.deepEqual(ours.map((tick) => tick.label), ticks.map(([, text]) => text.replace(/<sup>(.*)<\/sup>/, raised)), of);
    ours.forEach((tick, i) => assert.ok(Math.abs(tick.value - ticks[i][0]) <= 1e-9 * Math.max(Math.abs(tick.value), log ? 0 : high - low), of));
  }
});

test("pixels and values are each other's inverse", () => {
  for (const [domain, range, log] of [[[-3, 5], [40, 700], false], [[0, 1e9], [300, 12], false], [[1e-4, 1e5], [40, 700], true]]) {
    const along = scale(domain, range, log);
    assert.deepEqual(domain.map((value) => Math.round(along.px(value))), range);
    for (let px = 12; px < 700; px += 37) assert.ok(Math.abs(along.px(along.value(px)) - px) < 1e-9);
  }
});
