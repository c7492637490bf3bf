// From numbers to pixels and back; where ticks stand and what they say. No DOM here.
//
// Ticks are those of Plotly, so that a drawing of ours cannot be told from a chart beside it.

const INSIDE = 1e-9; // share of the range by which a tick may lie outside through rounding

export class Scale {
  /**
   * @param {number[]} domain low and high, in data
   * @param {number[]} range from and to, in pixels (y runs downwards: from > to)
   */
  constructor(domain, range) {
    this.domain = domain;
    this.range = range;
    this.low = this.bend(domain[0]);
    this.high = this.bend(domain[1]);
    this.factor = (range[1] - range[0]) / (this.high - this.low);
  }

  bend(value) { return value; }
  unbend(value) { return value; }
  px(value) { return this.range[0] + (this.bend(value) - this.low) * this.factor; }
  value(px) { return this.unbend(this.low + (px - this.range[0]) / this.factor); }
  get length() { return Math.abs(this.range[1] - this.range[0]); }
}

export class Linear extends Scale {
  // [{value, label}], `apart` pixels or more between them
  ticks(apart) {
    const [low, high] = [Math.min(...this.domain), Math.max(...this.domain)];
    return even(low, high, roundUp((high - low) / count(this.length, apart)));
  }
}

export class Log extends Scale {
  bend(value) { return Math.log10(value); }
  unbend(value) { return 10 ** value; }

  // Powers of ten where there are many, with digits between them (`small`: the digit alone) where there are few,
  // and even steps within one.
  ticks(apart) {
    const low = Math.min(this.low, this.high), high = Math.max(this.low, this.high), most = count(this.length, apart);
    const rough = (high - low) / most, ticks = [];
    if (rough <= 0.7 && high - low < 1) return even(10 ** low, 10 ** high, roundUp((10 ** high - 10 ** low) / (1.5 * most)));
    const every = Math.max(1, Math.ceil(rough)), digits = rough > 0.7 ? [1] : rough > 0.3 ? [1, 2, 5] : [1, 2, 3, 4, 5, 6, 7, 8, 9];
    for (let power = Math.floor(low); power <= high; power++) {
      if (rough > 0.7 && power % every) continue;
      for (const digit of digits) {
        const value = Number(`${digit}e${power}`);
        if (Math.log10(value) < low - INSIDE || Math.log10(value) > high + INSIDE) continue;
        ticks.push(digit === 1 ? { value, label: decade(power) } : { value, label: String(digit), small: true });
      }
    }
    return ticks;
  }
}

// How many ticks there is room for.
const count = (length, apart) => Math.min(9, Math.max(4, length / apart)) + 1;

// The least of 2, 5 or 10 times a power of ten that is larger.
function roundUp(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([2, 5].find((multiple) => multiple > rough / power) ?? 10);
}

// Ticks at the multiples of a step.
function even(low, high, step) {
  const slack = (high - low) * INSIDE, ticks = [];
  const exponent = engineering(Math.max(Math.abs(low), Math.abs(high)));
  for (let k = Math.ceil((low - slack) / step); k * step <= high + slack; k++) {
    ticks.push({ value: k * step, label: label(k * step, step, exponent) });
  }
  return ticks;
}

/** @type {(domain: number[], range: number[], log?: boolean) => Linear | Log} */
export const scale = (domain, range, log = false) => new (log ? Log : Linear)(domain, range);

const PREFIX = { "-15": "f", "-12": "p", "-9": "n", "-6": "μ", "-3": "m", 0: "", 3: "k", 6: "M", 9: "B", 12: "T" };

// The power of ten, a multiple of three, that numbers up to `largest` are written with; 0 for plain ones.
function engineering(largest) {
  const power = Math.floor(Math.log10(largest) + 0.01);
  return Math.abs(power) > 3 ? 3 * Math.round((power - 1) / 3) : 0;
}

function label(value, step, exponent) {
  const unit = 10 ** exponent;
  const decimals = Math.min(20, Math.max(0, -Math.floor(Math.log10(step / unit) + INSIDE)));
  const number = minus((value / unit).toFixed(decimals).replace(/\.?0+$/, (zeros) => (decimals ? "" : zeros)));
  if (!exponent || Number(value) === 0) return number;
  return exponent in PREFIX ? number + PREFIX[exponent] : `${number}×10${superscript(exponent)}`;
}

// A power of ten.
function decade(power) {
  const value = Number(`1e${power}`), exponent = engineering(value);
  return !exponent || exponent in PREFIX ? label(value, value, exponent) : `10${superscript(power)}`;
}

const superscript = (power) => minus(String(power)).replace(/[−\d]/g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["−0123456789".indexOf(c)]);

// A true minus sign, and none before zero.
const minus = (text) => (/^-0(\.0*)?$/.test(text) ? text.slice(1) : text.replace("-", "−"));

// Digits with which a value shows steps of this size, `least` at least.
export function digitsFor(value, step, least = 4) {
  const needed = 1 + Math.ceil(Math.log10(Math.abs(value) / step));
  return Number.isFinite(needed) ? Math.min(17, Math.max(least, needed)) : least;
}
