import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { unpack } from "../../static/player_payload.js";
import { Sweep, path } from "../../static/sweep.js";

const { run, sweep } = JSON.parse(readFileSync(new URL("../expected/browser_payloads.json", import.meta.url), "utf8"));
const bytes = Uint8Array.from(Buffer.from(run.bytes, "base64"));

// Arrays of a scene, in its order.
function arrays(thing) {
  if (ArrayBuffer.isView(thing?.data)) return [thing];
  return thing && typeof thing === "object" ? Object.values(thing).flatMap(arrays) : [];
}

test("a run that Python packed is unpacked to the same scene", () => {
  const { id, scene, clock, leads, seek } = unpack(bytes);
  assert.match(id, /^[0-9a-f]{16}$/);
  assert.deepEqual([clock, leads, seek, scene.frames], ["run", true, null, 5]);
  assert.deepEqual(scene.views.map(({ kind, key }) => [kind, key]), [["axes", "plane"], ["table", "counts"]]);
  assert.deepEqual(scene.views[0].layers.map(({ kind }) => kind), ["points", "segments", "image", "line", "path", "arrows"]);
  assert.deepEqual(scene.views[0].layers[0].kinds, ["a", "“b” − ∞"]);
  const said = { nan: NaN, inf: Infinity, "-inf": -Infinity };
  const found = arrays(scene);
  assert.equal(found.length, run.arrays.length);
  run.arrays.forEach(([shape, numbers], i) => {
    assert.deepEqual(found[i].shape, shape);
    assert.deepEqual([...found[i].data], numbers.map((number) => said[number] ?? number));
  });
});

test("a row is the frame's, and shares the memory of the run", () => {
  const { scene } = unpack(bytes), { pixels } = scene.views[0].layers[2];
  assert.deepEqual([...pixels.row(2)], [...pixels.data.slice(30, 45)]);
  assert.equal(pixels.row(2).buffer, pixels.data.buffer);
});

test("bytes may begin anywhere in what Streamlit hands over", () => {
  for (let shift = 0; shift < 5; shift++) {
    const longer = new Uint8Array(bytes.length + shift);
    longer.set(bytes, shift);
    assert.deepEqual(unpack(longer.subarray(shift)), unpack(bytes));
  }
});

test("a sweep is linear between the values of its table, exact at them, and stays at its ends", () => {
  const swept = new Sweep(sweep.packed);
  for (const [value, rows] of sweep.rows) {
    const found = swept.at(value);
    assert.deepEqual(found.map(({ index }) => index), rows.map(([trace]) => trace));
    rows.forEach(([, x, y], i) => {
      for (const [ours, theirs] of [[found[i].x, x], [found[i].y, y]]) {
        assert.equal(ours.length, theirs.length);
        ours.forEach((number, k) => {
          if (theirs[k] === null) assert.ok(Number.isNaN(number), `at ${value}`);
          else assert.ok(Math.abs(number - theirs[k]) <= 1e-6 * (1 + Math.abs(theirs[k])), `at ${value}: ${number}, not ${theirs[k]}`);
        });
      }
    });
  }
});

test("a path has a gap where there is no number, and none beyond what a path can hold", () => {
  const linear = { type: "linear", c2p: (v) => 10 * v }, log = { type: "log", c2p: (v) => Math.log10(v) };
  assert.equal(path(linear, linear, [0, 1, 2, 3, 4], [0, 1, NaN, 1e9, -Infinity]), "M0.0,0.0L10.0,10.0M30.0,100000.0");
  assert.equal(path(linear, log, [0, 1, 2], [10, -1, 100]), "M0.0,1.0M20.0,2.0");
  assert.equal(path(linear, linear, [], []), "M0,0");
});
