import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { allDigits, short } from "../../static/number_format.js";
import { parse } from "../../static/numeral.js";

const table = JSON.parse(readFileSync(new URL("../expected/numbers.json", import.meta.url), "utf8"));
const said = { nan: NaN, inf: Infinity, "-inf": -Infinity };
const number = (value) => said[value] ?? value;

test("numbers are written as Python writes them", () => {
  for (const [value, digits, text] of table.short) assert.equal(short(number(value), digits), text);
  for (const [value, text] of table.all_digits) assert.equal(allDigits(number(value)), text);
});

test("what a box shows can be typed into it", () => {
  const any = { low: null, high: null, lowOpen: true, highOpen: true, words: "a finite number" };
  for (const [value, text] of table.all_digits) if (Number.isFinite(value)) assert.equal(parse(text, any).value, value || 0);
});
