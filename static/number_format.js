// Numbers for people: lossviz/number_format.py in the browser's language, held to the same table of cases.

const PLAIN = 7;  // a whole part of so many digits is written out; of more, where that is no longer than powers of ten
const LEAST = -4; // the power of ten below which a small number is written with one: 0.0001, but 9.9e−5

const special = (value) => (value === 0 ? "0" : Number.isNaN(value) ? "undefined" : value > 0 ? "∞" : "−∞");

// A number as "digits e power", the first `known` of its digits known: plain, or with a power of ten.
function written(value, scientific, known) {
  const [mantissa, exponent] = scientific.split("e"), power = Number(exponent);
  const digits = mantissa.replace(".", "").replace(/0+$/, ""), fraction = digits.slice(1);
  const raised = `${digits[0]}${fraction && "."}${fraction}e${power < 0 ? "−" : ""}${Math.abs(power)}`;
  const whole = digits.slice(0, power + 1).padEnd(power + 1, "0"), rest = digits.slice(power + 1);
  const plain = power < 0 ? `0.${"0".repeat(-power - 1)}${digits}` : `${whole}${rest && "."}${rest}`;
  const usePlain = (power >= LEAST && power < PLAIN) || (power >= PLAIN && power < known && plain.length <= raised.length);
  return (value < 0 ? "−" : "") + (usePlain ? plain : raised);
}

// At least `digits` significant digits where there are so many, and every digit of a whole part below 10⁷.
export function short(value, digits = 4) {
  if (!Number.isFinite(value) || value === 0) return special(value);
  const size = Math.abs(value), power = Number(size.toExponential().split("e")[1]);
  const asked = power < PLAIN ? Math.max(digits, power + 1) : digits;
  return written(value, size.toExponential(asked - 1), asked);
}

// All digits that it takes to read back the same number.
export function allDigits(value) {
  if (!Number.isFinite(value) || value === 0) return special(value);
  return written(value, Math.abs(value).toExponential(), Infinity);
}
