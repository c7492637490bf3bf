import assert from "node:assert/strict";
import test from "node:test";

import { parse, within } from "../../static/numeral.js";

const POSITIVE = { low: 0, high: null, lowOpen: true, highOpen: true, words: "above 0" };
const UNIT = { low: 0, high: 1, lowOpen: false, highOpen: true, words: "at least 0 and below 1" };
const ANY = { low: null, high: null, lowOpen: true, highOpen: true, words: "a finite number" };

test("numbers as people write them", () => {
  for (const [typed, value] of [
    ["1,5", 1.5], ["1.5", 1.5], [" 10 ", 10], ["−2,25", -2.25], ["–3", -3], ["+4", 4], ["0", 0], ["-1", -1], [",5", 0.5],
    [".5", 0.5], ["5.", 5], ["0,125", 0.125], ["1.234", 1.234], ["1.234,5", 1234.5], ["1,234.5", 1234.5], ["1,234,567", 1234567],
    ["12 345", 12345], ["12\u00a0345,5", 12345.5], ["1e3", 1000], ["1,5E-3", 0.0015], ["5.062830837233912e-266", 5.062830837233912e-266],
  ]) assert.deepEqual(parse(typed, ANY), { value }, typed);
});

test("what is no number, or may be two, is said", () => {
  for (const typed of ["abc", "1.2.3", "1,2,3", "0x10", "1_000", "NaN", "Infinity", "∞", "--1", "1 2", "e5", "1,5 m", ".", ","]) {
    assert.match(parse(typed, ANY).problem, /^“.*” is not a number$/, typed);
  }
  assert.equal(parse("", ANY).problem, "A number is missing");
  assert.equal(parse("1e400", ANY).problem, "“1e400” is too large");
  assert.match(parse("1,234", ANY).problem, /two ways/);
  assert.match(parse("x".repeat(99), ANY).problem, /^“x{24}…” is not a number$/);
});

test("a whole number has no fraction", () => {
  const whole = { ...UNIT, high: 500, highOpen: false, whole: true, words: "from 0 to 500" };
  assert.deepEqual([parse("20", whole), parse("2,0", whole)], [{ value: 20 }, { value: 2 }]);
  assert.equal(parse("1,5", whole).problem, "“1,5” is not a whole number");
  assert.equal(parse("501", whole).problem, "“501” is not taken: it must be from 0 to 500");
});

test("what is beyond all reason is not told of a limit", () => {
  const distances = { low: 1e-150, high: 1e150, lowOpen: false, highOpen: false, words: "above 0" };
  assert.equal(parse("1e200", distances).problem, "“1e200” is too large");
  assert.equal(parse("1e-200", distances).problem, "“1e-200” is too small");
  assert.equal(parse("0", distances).problem, "“0” is not taken: it must be above 0");
  assert.equal(parse("-2", distances).problem, "“-2” is not taken: it must be above 0");
});

test("only what is not allowed is refused, however far it is", () => {
  for (const value of [1e-300, 0.01, 10, 1e300]) assert.deepEqual(parse(String(value), POSITIVE), { value });
  for (const typed of ["0", "-1", "-0"]) assert.equal(parse(typed, POSITIVE).problem, `“${typed}” is not taken: it must be above 0`);
  assert.deepEqual([-0.1, 0, 0.5, 1, 2].map((value) => within(value, UNIT)), [false, true, true, false, false]);
});

test("every number survives being written and typed", () => {
  let state = 12345;
  const bits = new DataView(new ArrayBuffer(8)), draw = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
  for (let n = 0; n < 20000; n++) {
    bits.setUint32(0, draw());
    bits.setUint32(4, draw());
    const value = bits.getFloat64(0);
    if (Number.isFinite(value)) assert.equal(parse(String(value), ANY).value, value);
  }
});
