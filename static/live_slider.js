// A slider that is heard while it moves.
//
// data[0] = {id, chart, label, low, high, step, value, help, playable, log: equal ways are equal factors,
//            allowed: see numeral.js, box: there is no slider, only the box, disabled}
// state "value" = number; state "touched" = counter: "somebody took hold, send the sweep".
// Values are sent at most every PACE ms with WINDOW runs of Python under way. Where the chart holds a
// sweep of this slider it follows at frame rate by itself, and values are sent for what the page says
// in words: one at a time, WORDS ms apart, and never so often that answers take more than a quarter of
// the time. The exact figure is painted when the slider rests.
// The box beside it takes whatever is allowed, beyond the slider's range too: the thumb then rests at its
// end. What it does not take stays in the box, marked, and a sentence below says why.

const same = new URL(import.meta.url).search;
/** @type {typeof import("./leaving.js")} */
const { whenGone } = await import("./leaving.js" + same);
/** @type {typeof import("./link.js")} */
const { parts } = await import("./link.js" + same);
/** @type {typeof import("./number_format.js")} */
const { allDigits, short } = await import("./number_format.js" + same);
/** @type {typeof import("./numeral.js")} */
const { parse, within } = await import("./numeral.js" + same);
/** @type {typeof import("./unsent.js")} */
const unsent = await import("./unsent.js" + same);

const STORE = new WeakMap();
const PACE = 50, WORDS = 200, WINDOW = 3, REST = 160, PLAY = 4000, LATE = 1000; // ms, but WINDOW: updates

class LiveSlider {
  /** @type {Payload.SliderPayload} */ data;
  /** @type {Component<[Payload.SliderPayload]>} */ component;
  /** @type {HTMLLabelElement} */ name;
  /** @type {HTMLInputElement} */ range;
  /** @type {HTMLInputElement} */ number;
  /** @type {HTMLElement} */ said;
  /** @type {HTMLButtonElement} */ button;
  /** @type {HTMLButtonElement[]} */ steps;

  /** @param {HTMLElement} root */
  constructor(root) {
    root.innerHTML = `<label class="name"></label><span class="row"><input type="range"><input type="text" inputmode="decimal" role="spinbutton" autocomplete="off" spellcheck="false"><button type="button" class="play"></button><button type="button" class="less" tabindex="-1">−</button><button type="button" class="more" tabindex="-1">+</button></span><span class="said" role="status" aria-live="polite"></span>`;
    this.root = root;
    this.name = root.querySelector(".name");
    this.range = root.querySelector("[type=range]");
    this.number = root.querySelector("[type=text]");
    this.said = root.querySelector(".said");
    this.button = root.querySelector(".play");
    this.steps = [.../** @type {NodeListOf<HTMLButtonElement>} */ (root.querySelectorAll(".less, .more"))];
    this.steps.forEach((button, k) => button.addEventListener("click", () => this.step(k ? 1 : -1)));
    this.sent = 0; // values Python has not answered yet
    this.took = 0; // ms that the last answer took
    this.held = false;
    this.touches = 0;
    this.range.addEventListener("pointerdown", () => { this.held = true; this.touch(); });
    this.range.addEventListener("focus", () => this.touch());
    this.range.addEventListener("input", () => this.moved(this.valueAt(+this.range.value)));
    this.range.addEventListener("change", () => { this.held = false; this.settle(0); });
    this.number.addEventListener("change", () => this.typed());
    this.number.addEventListener("input", () => this.say(""));
    this.number.addEventListener("keydown", (event) => this.pressed(event));
    this.button.addEventListener("click", () => (this.playing ? this.stop(true) : this.play()));
  }

  get chart() { return parts.get(this.data.chart); }
  // Between a value and its place on the range; a logarithmic one has three digits.
  place(value) { return this.data.log ? Math.log10(value) : value; }
  valueAt(place) { return this.data.log ? this.clamp(+(10 ** place).toPrecision(3)) : place; }
  clamp(v) { return Math.min(this.data.high, Math.max(this.data.low, v)); }
  // A multiple of the step away, without the noise of binary fractions.
  tidy(value) { return +value.toPrecision(12); }

  typed() {
    if (this.number.value === this.written) return;
    const { value, problem } = parse(this.number.value, this.data.allowed);
    if (problem) return this.say(`${problem}. ${this.written} is kept.`);
    this.moved(value);
    this.settle(0);
  }

  // Arrows go one step, Page Up and Page Down ten, as far as is allowed; Escape brings back what holds.
  pressed(event) {
    const by = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (event.key === "Escape") { this.say(""); return this.show(this.value); }
    if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.step(by);
  }

  step(by) {
    const { log, low, high, step, allowed } = this.data;
    const next = log ? +(this.value * (high / low) ** (by / 200)).toPrecision(3) : this.tidy(this.value + by * step);
    if (within(next, allowed)) this.moved(next);
    else if (within(this.clamp(next), allowed)) this.moved(this.clamp(next));
  }

  // A number for a screen reader, which knows no powers of ten: those are in the text alone.
  spin(what, value) {
    const plain = value !== null && !/e/.test(value);
    plain ? this.number.setAttribute("aria-value" + what, value) : this.number.removeAttribute("aria-value" + what);
  }

  // Beside the box: why what is in it is not taken; "" where it is.
  say(sentence) {
    this.said.textContent = sentence;
    this.number.setAttribute("aria-invalid", sentence ? "true" : "false");
  }

  /** @param {Component<[Payload.SliderPayload]>} component */
  update(component) {
    this.component = component;
    const data = component.data[0], fresh = !this.data;
    this.data = data;
    if (this.sent) this.took = performance.now() - this.last;
    this.sent = Math.max(0, this.sent - 1);
    const [min, max] = [this.place(data.low), this.place(data.high)];
    Object.assign(this.range, { min, max, step: data.log ? (max - min) / 200 : data.step });
    const id = "lossviz-" + data.id.replace(/[^\w-]/g, "-");
    const [named, other] = data.box ? [this.number, this.range] : [this.range, this.number];
    named.id = id;
    other.removeAttribute("id");
    this.name.htmlFor = id;
    this.root.classList.toggle("box", !!data.box);
    this.range.hidden = !!data.box;
    this.steps.forEach((button, k) => {
      Object.assign(button, { hidden: !data.box, disabled: !!data.disabled });
      button.setAttribute("aria-label", `${data.label}, ${k ? "more" : "less"}`);
    });
    this.number.disabled = !!data.disabled;
    this.name.textContent = data.label;
    this.name.title = data.help;
    this.said.id = id + "-said";
    this.number.setAttribute("aria-label", data.box ? data.label : data.label + ", exact value");
    this.number.setAttribute("aria-describedby", this.said.id);
    this.spin("min", data.allowed.low);
    this.spin("max", data.allowed.high);
    this.button.hidden = !data.playable;
    this.face();
    const changed = fresh || this.value !== data.value;
    // An answer to an older value is not what is shown, nor does any answer take a number out of a hand that types.
    const late = this.sent > 0 && data.value !== this.reported && performance.now() - this.last < LATE;
    if (!(this.moving || this.playing || late) || fresh) {
      this.value = data.value;
      if ((changed || !this.said.textContent) && !this.typing) this.show(data.value);
    }
    if (data.value === this.reported) unsent.confirmed(data.id);
    if (fresh) this.resume();
    if (this.waiting && !this.sent) this.flush();
  }

  // What was set while the line was cut, and the session that came after it does not know.
  resume() {
    const value = unsent.left(this.data.id);
    if (!Number.isFinite(value) || value === this.value || !within(value, this.data.allowed)) return;
    this.moved(value);
    this.settle(0);
  }

  face() {
    this.button.textContent = this.playing ? "■" : "▶";
    this.button.setAttribute("aria-label", (this.playing ? "Stop " : "Play ") + this.data.label);
  }

  show(value) {
    const place = this.place(value), low = this.place(this.data.low);
    this.written = this.playing === "now" ? short(value) : allDigits(value);
    this.range.value = place;
    this.range.setAttribute("aria-valuetext", this.written);
    this.number.value = this.written;
    this.number.setAttribute("aria-valuetext", this.written);
    this.spin("now", value);
    this.say("");
    const share = (place - low) / (this.place(this.data.high) - low);
    this.range.style.setProperty("--share", 100 * Math.min(1, Math.max(0, share)) + "%");
  }

  touch() {
    const chart = this.chart;
    if (!chart || chart.has(this.data.id)) return;
    (chart.sliders ??= new Set()).add(this);
    this.component.setStateValue("touched", Date.now() + ++this.touches / 1000);
  }

  // The chart has new data: if somebody is moving this slider, draw where it is now.
  ready(chart) {
    if (this.playing === "soon" && chart.has(this.data.id)) this.start();
    else if ((this.held || this.timer) && chart.has(this.data.id)) chart.move(this, this.value);
  }

  moved(value) {
    if (this.playing) this.stop(false);
    this.value = value;
    this.show(value);
    window.__lossvizInput?.(value);
    const swept = this.clamp(value) === value; // the chart's table ends where the slider does
    if (swept && !this.chart?.move(this, value)) this.touch();
    this.flush();
    this.settle(REST);
  }

  // True while there is something in the box that has not been entered.
  get typing() { return /** @type {Document | ShadowRoot} */ (this.root.getRootNode()).activeElement === this.number && this.number.value !== this.written; }

  // True while the picture is the browser's, not yet Python's.
  get moving() { return this.held || !!this.timer || this.playing === "now"; }

  flush() {
    const swept = this.chart?.has(this.data.id);
    const pace = swept ? Math.max(WORDS, 4 * this.took) : PACE, most = swept ? 1 : WINDOW;
    const wait = pace - (performance.now() - (this.last ?? -pace));
    if (wait > 0 || this.sent >= most) {
      this.waiting ??= setTimeout(() => { this.waiting = null; this.flush(); }, Math.max(4, wait, this.sent >= most ? 100 : 0));
      return;
    }
    clearTimeout(this.waiting);
    this.waiting = null;
    this.send();
  }

  send() {
    this.last = performance.now();
    if (this.value === this.reported) return;
    this.reported = this.value;
    this.sent++;
    this.component.setStateValue("value", this.value);
    unsent.keep(this.data.id, this.value);
  }

  // The exact figure comes from Python once the slider rests.
  settle(after) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = null;
      if (this.held) return;
      this.send();
      if (!this.sent) this.chart?.restore(); // Python has answered this value already
    }, after);
  }

  play() {
    this.playing = "soon";
    this.face();
    if (this.chart?.has(this.data.id)) this.start(); else this.touch();
  }

  start() {
    this.playing = "now";
    this.home = this.value;
    const from = performance.now(), { low, high } = this.data;
    const tick = (now) => {
      if (this.playing !== "now") return;
      const t = (now - from) / PLAY;
      if (t >= 1) return this.stop(false);
      // up and down once, starting and ending at rest
      this.value = low + (high - low) * 0.5 * (1 - Math.cos(2 * Math.PI * t));
      this.show(this.value);
      this.chart?.move(this, this.value);
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  // Stopped by hand it keeps the value it stopped at; played to the end it goes home.
  stop(keep) {
    const was = this.playing;
    this.playing = null;
    this.face();
    if (was !== "now") return;
    if (keep) {
      const { low, step } = this.data;
      this.value = this.clamp(this.tidy(low + Math.round((this.value - low) / step) * step));
      this.show(this.value);
      this.settle(0);
    } else {
      this.value = this.home;
      this.show(this.home);
      this.chart?.restore();
    }
  }

  close() {
    clearTimeout(this.timer);
    clearTimeout(this.waiting);
    this.playing = null;
    this.chart?.sliders?.delete(this);
  }
}

/** @param {Component<[Payload.SliderPayload]>} component */
export default function (component) {
  /** @type {HTMLElement} */
  const root = component.parentElement.querySelector(".lossviz-live_slider");
  let slider = STORE.get(root);
  if (!slider) STORE.set(root, (slider = new LiveSlider(root)));
  slider.update(component);
  return whenGone(root, () => { if (STORE.delete(root)) slider.close(); });
}
