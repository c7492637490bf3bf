// What somebody typed as a number: {value}, or {problem}, a sentence without its end for people.
//
// allowed = {low, high: number or null for none, lowOpen, highOpen, words: "above 0", whole: true where it must be}

const SPACES = /(\d)[ \u00a0\u202f](?=\d{3}(?!\d))/g; // 12 345
const EITHER = /^[+-]?[1-9]\d{0,2},\d{3}$/; // a thousand and more, or a fraction
const COMMA = /^[+-]?(\d+|\d{1,3}(\.\d{3})+|),\d+(e[+-]?\d+)?$/i; // 1,5 and 1.234,5
const GROUPS = /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/; // 1,234.5
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const VAST = 1e100; // an end further out, or closer to 0, is no limit for people

/**
 * @param {number} value
 * @param {Payload.Allowed} allowed
 */
export function within(value, { low, high, lowOpen, highOpen }) {
  const above = low === null || (lowOpen ? value > low : value >= low);
  const below = high === null || (highOpen ? value < high : value <= high);
  return above && below;
}

/**
 * @param {string} typed
 * @param {Payload.Allowed} allowed
 * @returns {{ value?: number, problem?: string }}
 */
export function parse(typed, allowed) {
  let text = typed.trim().replace(/[−–]/g, "-").replace(SPACES, "$1");
  const said = `“${typed.trim().length > 25 ? typed.trim().slice(0, 24) + "…" : typed.trim()}”`;
  if (!text) return { problem: "A number is missing" };
  if (EITHER.test(text)) return { problem: `${said} can be read in two ways: write it without the comma, or with a point` };
  if (COMMA.test(text)) text = text.replace(/\./g, "").replace(",", ".");
  else if (GROUPS.test(text)) text = text.replace(/,/g, "");
  if (!DECIMAL.test(text)) return { problem: `${said} is not a number` };
  const value = Number(text);
  if (!Number.isFinite(value)) return { problem: `${said} is too large` };
  if (allowed.whole && !Number.isInteger(value)) return { problem: `${said} is not a whole number` };
  const { low, high } = allowed;
  if (high > VAST && value > high) return { problem: `${said} is too large` };
  if (low > 0 && low < 1 / VAST && value > 0 && value < low) return { problem: `${said} is too small` };
  if (!within(value, allowed)) return { problem: `${said} is not taken: it must be ${allowed.words}` };
  return { value };
}
