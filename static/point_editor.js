// A scatter plot whose points are moved, added and removed by hand, with what Python fits to them.
//
// data[0] = {id, live: token | null, set, rev, ack, title, alt, hint, keys, said, height, left, limit, edited, mark, editable, at, clear,
//            x: {domain, step, title}, y: {domain, step, title} | null for dots on a line, names: of what is moved,
//            hidden: what dots on a line that are added get for their other coordinate,
//            points: [[x, y, origin, class]] (dots on a line: the other coordinate for y; a class only where there are
//            classes: [{name, color}]), quiet: whether only the end of a gesture is told, still: [[x, y]], mine: [y, y] | null,
//            handles: [share of x, share of x], and what point_scene.js draws}
// state "edit" = {seq, rev, why, last, at, points, mine}; why is one of drag, drop, add, remove, key,
//            undo, select, line, reset, clear; `last` ends a gesture.
// While a gesture lasts the points here are the truth and Python answers with lines, on a wire of their
// own where there is one and else in a run; a higher `rev` says that Python changed the points, `ack`
// which edit an answer knows of.

const same = new URL(import.meta.url).search;
/** @type {typeof import("./axes.js")} */
const { Axes, svg, legend } = await import("./axes.js" + same);
/** @type {typeof import("./number_format.js")} */
const { short } = await import("./number_format.js" + same);
/** @type {typeof import("./scales.js")} */
const { digitsFor } = await import("./scales.js" + same);
/** @type {typeof import("./point_keys.js")} */
const { Keys } = await import("./point_keys.js" + same);
/** @type {typeof import("./own_line.js")} */
const { OwnLine } = await import("./own_line.js" + same);
/** @type {typeof import("./point_pointer.js")} */
const { Pointer } = await import("./point_pointer.js" + same);
/** @type {typeof import("./point_scene.js")} */
const { Scene } = await import("./point_scene.js" + same);
/** @type {typeof import("./sender.js")} */
const { Sender } = await import("./sender.js" + same);
/** @type {typeof import("./wire.js")} */
const { Wire } = await import("./wire.js" + same);
/** @type {typeof import("./link.js")} */
const { parts } = await import("./link.js" + same);
/** @type {typeof import("./unsent.js")} */
const unsent = await import("./unsent.js" + same);

const STAY = 1000;      // ms that an editor outlives its place on the page
const SAID = 5000;      // ms that a reason stands in place of the hint
const REMEMBERED = 100; // steps of undo
/** @typedef {number[]} Point x, y (of dots on a line the other coordinate), origin and perhaps class */

/** @type {(point: Point, flat: boolean) => Point} */
const upright = ([a, b, ...rest], flat) => (flat ? [b, a, ...rest] : [a, b, ...rest]);
const clamp = (v, low, high) => Math.min(high, Math.max(low, v));

// What hangs on the points may be slow to draw: first the points.
const afterPaint = (does) => requestAnimationFrame(() => setTimeout(does));

let count = 0;

/** @typedef {{ points: Point[], ends: number[] | null }} Past */

export class PointEditor {
  /** @type {Payload.EditorPayload} */ data;
  /** @type {Component<[Payload.EditorPayload]>} */ component;
  /** @type {HTMLElement} */ heading;
  /** @type {HTMLElement} */ legend;
  /** @type {HTMLElement} */ plot;
  /** @type {HTMLElement} */ tip;
  /** @type {HTMLElement} */ tools;
  /** @type {HTMLElement} */ classes;
  /** @type {HTMLElement} */ hint;
  /** @type {HTMLElement} */ spoken;
  /** @type {HTMLElement} */ keys;
  /** @type {HTMLElement} */ root;
  /** @type {Point[]} */ points = [];
  /** @type {Map<string, Past[]>} */ histories = new Map(); // of each data set
  /** @type {Past[]} */ history = [];
  at = 0;    // the chosen point
  kind = 0;  // the class of the next point
  drawn = 0; // the edit of which the picture knows
  /** @type {import("./wire.js").Wire | null} */ wire = null;

  constructor() {
    const box = (this.box = document.createElement("div"));
    box.innerHTML = `<div class="heading"></div><div class="legend"></div><div class="plot"><div class="tip" aria-hidden="true" hidden></div></div>
      <div class="tools"><button type="button" data-do="undo">Undo</button><button type="button" data-do="reset">Reset</button>
      <button type="button" data-do="clear"></button><span class="classes" role="group"></span><span class="hint"></span></div><div class="spoken" aria-live="polite"></div><div class="keys"></div>`;
    for (const part of ["heading", "legend", "plot", "tip", "tools", "classes", "hint", "spoken", "keys"]) this[part] = box.querySelector("." + part);
    this.keys.id = `lossviz-keys-${++count}`;
    this.svg = svg("svg", { role: "application", "aria-roledescription": "editable scatter plot", "aria-describedby": this.keys.id });
    this.plot.prepend(this.svg);
    this.axes = new Axes(this.svg);
    this.scene = new Scene(this.axes.inside);
    this.dots = svg("g", { class: "dots" }, this.svg);
    this.line = new OwnLine(this.svg);
    this.sender = new Sender((seq, edit) => this.edit(seq, edit), (edit) => !this.wired(edit));
    this.listen();
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(this.plot);
  }

  listen() {
    this.pointer = new Pointer(this);
    this.typing = new Keys(this);
    this.svg.addEventListener("focusin", (e) => { const i = this.indexOf(e.target); if (i !== null) this.choose(i); });
    this.svg.addEventListener("focusout", () => this.tell(null));
    this.tools.addEventListener("click", (e) => {
      const { do: what, kind } = /** @type {Element} */ (e.target).closest("button")?.dataset ?? {};
      if (kind) this.pick(Number(kind));
      if (what === "undo") this.undo();
      else if (what) this.send(what, true);
    });
  }

  // --- where it stands ---------------------------------------------------------------------------

  // Move in, with undo and whatever the hand was doing; another view of the page is another root.
  settle(root) {
    clearTimeout(this.leaving);
    if (this.root === root) return;
    this.root = root;
    root.append(this.box);
    this.pointer.capture();
  }

  leave(root, forget) {
    if (this.root !== root) return;
    this.leaving = setTimeout(() => {
      if (root.isConnected) return; // an earlier mount's end, told late
      this.close();
      forget();
    }, STAY);
  }

  // --- what Python sends ------------------------------------------------------------------------

  /** @param {Component<[Payload.EditorPayload]>} component */
  update(component) {
    this.component = component;
    this.wire = this.rewired(component.data[0].live);
    const first = !this.data;
    this.show(component.data[0]);
    if (first) this.resume();
  }

  /** @param {Payload.EditorPayload} data */
  show(data) {
    const fresh = !this.data || data.set !== this.data.set, turned = !!this.data && !data.y !== !this.data.y;
    const replaced = fresh || turned || data.rev !== this.rev;
    this.sender.heard(data.ack);
    if (this.unsure && data.ack >= this.unsure) { unsent.confirmed(data.id); this.unsure = 0; }
    if (!replaced && data.ack < this.drawn) return; // a later answer was faster
    this.drawn = data.ack;
    this.data = data;
    if (replaced) {
      if (fresh) this.history = this.histories.get(data.set) ?? this.histories.set(data.set, []).get(data.set);
      else if (data.rev !== this.rev) this.remember(turned);
      this.speak = !fresh && data.rev !== this.rev ? -1 : this.speak;
      this.rev = data.rev;
      this.points = data.points.map((point) => [...point]);
      this.at = clamp(data.at, 0, Math.max(0, this.points.length - 1));
    }
    if (!this.pointer.drag && !this.sender.waiting) this.line.ends = data.mine && [...data.mine];
    if (!data.mine) this.line.ends = null;
    this.heading.textContent = data.title;
    this.hint.textContent = data.hint;
    this.hint.title = data.keys;
    this.keys.textContent = data.keys;
    this.svg.setAttribute("aria-label", data.alt);
    legend(this.legend, data.lines.filter((line) => line.name));
    this.drawClasses();
    if (this.layout()) {
      if (replaced) this.place();
      this.draw();
    }
    this.buttons();
    if (this.speak && data.ack >= this.speak) { this.spoken.textContent = data.said; this.speak = 0; }
    window.__lossvizDrawn?.(data.ack);
    this.sender.flush();
  }

  // What was done while the line was cut, and the session that came after it does not know.
  resume() {
    const { set, points, ends, why, at } = unsent.left(this.data.id) ?? {};
    if (set !== this.data.set || !this.data.editable) return;
    this.remember();
    this.points = points.map((point) => upright(point, !this.data.y));
    this.at = at;
    if (this.line.ends && ends?.length === this.line.ends.length) this.line.ends = ends;
    this.place();
    this.line.draw(this.data, this.axes);
    this.send(why, true);
  }

  // Axes for what is to be drawn; false where there is no room yet, and `resized` will follow.
  layout() {
    this.width ||= Math.round(this.plot.clientWidth); // reading it in every update would force a layout each time
    const { width } = this, { height, x, y } = this.data;
    if (!width) return false;
    if (this.axes.draw({ width, height, x, y, left: this.data.left })) {
      this.svg.setAttribute("width", width);
      this.svg.setAttribute("height", height);
      this.place();
    }
    return true;
  }

  draw() {
    this.scene.draw(this.data, this.axes, this.points);
    this.sizes();
    this.line.draw(this.data, this.axes);
  }

  resized() {
    this.width = undefined;
    if (this.data && this.layout()) this.draw();
  }

  // --- points -----------------------------------------------------------------------------------

  /**
   * @param {Point} point
   * @param {number} i
   */
  px([x, y], i) {
    const { area } = this.axes;
    // Dots on a line are spread over five lanes, each in its own for good.
    return [this.axes.x.px(x), this.axes.y ? this.axes.y.px(y) : area.bottom - (area.bottom - area.top) * (0.14 + 0.18 * ((2 * i) % 5))];
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  inside(x, y) {
    const snap = (v, axis) => {
      const cell = Math.round(clamp(v, ...axis.domain) / axis.step);
      return axis.step < 1 ? cell / Math.round(1 / axis.step) : cell * axis.step;
    };
    return [snap(x, this.data.x), this.data.y ? snap(y, this.data.y) : y];
  }

  place() {
    if (!this.axes.area) return;
    const { points, dots } = this;
    while (dots.children.length > points.length) dots.lastChild.remove();
    while (dots.children.length < points.length) {
      const dot = svg("g", { class: "dot", role: "img", tabindex: -1 }, dots);
      dot.dataset.i = dots.children.length - 1;
      svg("circle", { r: 6 }, dot);
    }
    points.forEach((_, i) => this.placeOne(i));
    this.choose(clamp(this.at, 0, Math.max(0, points.length - 1)), { quietly: true });
    this.sizes();
  }

  placeOne(i) {
    const dot = this.dots.children[i];
    const [x, y] = this.px(this.points[i], i);
    dot.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    dot.setAttribute("aria-label", this.label(i));
    dot.style.setProperty("--dot", this.data.classes[this.points[i][3]]?.color ?? ""); // "" takes it away
  }

  // A dot's area is its weight; one that is ignored altogether is hollow.
  sizes() {
    const { weights, color } = this.data.weights ?? {};
    if (color) this.dots.style.setProperty("--dot", color);
    else this.dots.style.removeProperty("--dot");
    [...this.dots.children].forEach((dot, i) => {
      const weight = weights?.[i] ?? 1;
      dot.firstChild.setAttribute("r", weights ? Math.max(3, 7.5 * Math.sqrt(weight)).toFixed(1) : this.points.length > 150 ? 4.5 : 6);
      dot.classList.toggle("ignored", weight <= 0.001);
      dot.classList.toggle("far", !weights && (this.data.clear ?? []).includes(i));
    });
  }

  label(i) {
    const [x, y] = this.points[i];
    const where = this.data.y ? `x ${this.short(x, 0, 4)}, y ${this.short(y, 1, 4)}` : this.short(x, 0, 4);
    const { name } = this.data.classes[this.points[i][3]] ?? {};
    return `Point ${i + 1} of ${this.points.length}: ${where}${name === undefined ? "" : `, class ${name}`}`;
  }

  // A coordinate with the digits that show a step along its axis.
  short(value, k, least) { return short(value, digitsFor(value, [this.data.x, this.data.y][k].step, least)); }

  indexOf(target) {
    const dot = target.closest?.(".dot");
    return dot ? Number(dot.dataset.i) : null;
  }

  choose(i, { quietly = false } = {}) {
    const changed = i !== this.at;
    this.at = i;
    [...this.dots.children].forEach((dot, j) => {
      dot.setAttribute("tabindex", j === i ? 0 : -1);
      dot.classList.toggle("chosen", j === i && this.data.mark);
    });
    if (quietly) return;
    if (this.box.contains(/** @type {Document | ShadowRoot} */ (this.box.getRootNode()).activeElement)) this.tell(i);
    if (changed && !this.pointer.drag) this.send("select");
  }

  focus(i) { this.dots.children[i]?.focus({ preventScroll: true }); }

  // --- what hands do ----------------------------------------------------------------------------

  move(i, to, why, event) {
    [this.points[i][0], this.points[i][1]] = to;
    this.paint(i);
    this.send(why, false, event);
  }

  moveHandle(k, value, event) {
    this.line.move(k, value);
    this.send("line", false, event);
  }

  /** @param {number[]} point */
  add([x, y]) {
    const { limit, editable } = this.data;
    if (!editable) return;
    if (this.points.length >= limit) return this.say(`${limit} points are the most that can be moved here.`);
    this.remember();
    this.points.push(this.data.classes.length ? [x, y, -1, this.kind] : [x, y, -1]);
    this.at = this.points.length - 1;
    this.place();
    this.focus(this.at);
    this.send("add", true);
  }

  remove(i) {
    if (!this.data.editable) return;
    if (this.points.length + this.data.still.length <= 2) return this.say(`Two points are the least that ${this.data.classes.length ? "a model can be trained on" : "a line can be fitted to"}.`);
    this.remember();
    this.points.splice(i, 1);
    this.at = Math.min(i, this.points.length - 1);
    this.place();
    this.focus(this.at);
    this.tell(null);
    this.send("remove", true);
  }

  // --- classes ----------------------------------------------------------------------------------

  // What the colours mean, and of which class the next point is.
  drawClasses() {
    const { classes } = this.data, { children } = this.classes;
    this.kind = clamp(this.kind, 0, Math.max(0, classes.length - 1));
    this.classes.setAttribute("aria-label", "Class of the points to be added");
    while (children.length > classes.length) this.classes.lastChild.remove();
    while (children.length < classes.length) {
      const button = this.classes.appendChild(document.createElement("button"));
      button.type = "button";
      button.dataset.kind = String(children.length - 1);
    }
    classes.forEach(({ name, color }, k) => {
      const button = /** @type {HTMLElement} */ (children[k]);
      button.textContent = name;
      button.title = `Points to be added are of class ${name}`;
      button.style.setProperty("--dot", color);
      button.setAttribute("aria-pressed", String(k === this.kind));
    });
  }

  /** @param {number} k */
  pick(k) {
    if (!this.data.classes[k]) return;
    this.kind = k;
    this.drawClasses();
    this.say(`Points to be added are of class ${this.data.classes[k].name}.`);
  }

  // --- undo -------------------------------------------------------------------------------------

  // Points as [x, y, origin] whichever way they are drawn; `turned` where they still lie the other way.
  remember(turned = false) {
    const flat = !this.data.y !== turned;
    this.history.push({ points: this.points.map((point) => upright(point, flat)), ends: this.line.ends && [...this.line.ends] });
    if (this.history.length > REMEMBERED) this.history.shift();
    this.buttons();
  }

  undo() {
    if (!this.history.length) return this.say("Nothing to undo.");
    const { points, ends } = this.history.pop();
    this.points = points.map((point) => upright(point, !this.data.y));
    if (this.line.ends && ends?.length === this.line.ends.length) this.line.ends = ends;
    this.place();
    this.line.draw(this.data, this.axes);
    this.tell(null);
    this.send("undo", true);
    this.buttons();
  }

  buttons() {
    const [undo, reset, clear] = this.tools.querySelectorAll("button");
    const far = (this.data.clear ?? []).length;
    undo.disabled = !this.history.length || !this.data.editable;
    reset.disabled = !this.data.edited || !this.data.editable;
    clear.hidden = this.data.classes.length > 0; // what is far from a line is no outlier of a class
    clear.disabled = !far || !this.data.editable;
    clear.textContent = far === 1 ? "Clear 1 outlier" : far ? `Clear ${far} outliers` : "Clear outliers";
  }

  // --- drawing and sending ----------------------------------------------------------------------

  paint(i) {
    this.moved = i;
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (this.moved >= this.points.length) return;
      this.placeOne(this.moved);
      this.tell(this.moved);
      this.scene.follow(this.points, this.moved);
    });
  }

  // Exact values beside a point.
  tell(i) {
    this.tip.hidden = i === null;
    if (i === null || !this.points[i]) return;
    const [x, y] = this.px(this.points[i], i), [a, b] = this.points[i], { weights } = this.data.weights ?? {};
    const lines = this.data.names.map((name, k) => `${name}: ${this.short([a, b][k], k, 5)}`);
    if (this.points[i].length > 3) lines.push(`class: ${this.data.classes[this.points[i][3]].name}`);
    if (weights) lines.push(`weight: ${short(weights[i] ?? 0, 3)}`);
    this.tip.textContent = lines.join("\n");
    const left = x > this.axes.area.right - 170;
    this.tip.style.transform = `translate(${x + (left ? -14 : 14)}px, ${y - 14}px) translate(${left ? "-100%" : "0"}, -100%)`;
  }

  // Why nothing happened, for a moment.
  say(sentence) {
    this.spoken.textContent = this.hint.textContent = sentence;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => (this.hint.textContent = this.data.hint), SAID);
  }

  // Tell Python; `last` ends a gesture and is never left out.
  send(why, last = false, event = null) {
    if (last) this.typing.ending = null;
    if (this.data.quiet && !last) return;
    this.sender.queue({ why, last, time: event?.timeStamp });
  }

  /**
   * @param {number} seq
   * @param {import("./sender.js").Message} message
   */
  edit(seq, { why, last }) {
    if (last) this.speak = seq;
    const wired = this.wired({ why, last });
    if (last) this.cut = false;
    const edit = { seq, rev: this.rev, why, last, at: this.at, mine: this.line.ends ?? null, points: this.points.map((point) => [...point]) };
    if (wired) return this.wire.ask(edit);
    this.component.setStateValue("edit", edit);
    if (!last) return;
    this.unsure = seq;
    const points = this.points.map((point) => upright(point, !this.data.y));
    unsent.keep(this.data.id, { set: this.data.set, points, at: edit.at, ends: edit.mine, why });
  }

  // --- the wire ---------------------------------------------------------------------------------

  rewired(token) {
    if (this.wire?.token === token && !this.wire.broken) return this.wire;
    this.wire?.close();
    return token ? new Wire(token, (answer, seq) => this.answered(answer, seq)) : null;
  }

  // Only a step of a gesture is asked on the wire; what ends one concerns the whole page.
  /** @param {import("./sender.js").Message} message */
  wired({ why, last }) { return !last && why !== "select" && !this.cut && !!this.wire?.open; }

  answered(answer, seq) {
    if (seq <= this.drawn) return; // a run came first
    if (answer) {
      const { [this.data.id]: own, ...others } = answer;
      this.show(own);
      afterPaint(() => { if (seq === this.drawn) for (const id in others) parts.get(id)?.show(others[id]); });
      return;
    }
    this.sender.heard(seq);
    this.cut = true; // a run can say why there is no answer
    const { drag } = this.pointer;
    if (drag) this.send("point" in drag ? "drag" : "line");
  }

  close() {
    this.typing.end();
    this.sender.close();
    this.wire?.close();
    clearTimeout(this.saying);
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
  }
}

// One editor for each id, wherever on the page it stands.
const EDITORS = new Map();

/** @param {Component<[Payload.EditorPayload]>} component */
export default function (component) {
  const root = component.parentElement.querySelector(".lossviz-point_editor"), { id } = component.data[0];
  let editor = EDITORS.get(id);
  if (!editor) EDITORS.set(id, (editor = new PointEditor()));
  editor.settle(root);
  editor.update(component);
  return () => editor.leave(root, () => EDITORS.delete(id));
}
