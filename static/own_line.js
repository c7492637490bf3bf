// A person's own line: two handles, each moved up and down; where dots lie on a line one handle, moved
// along it.

const same = new URL(import.meta.url).search;
/** @type {typeof import("./axes.js")} */
const { svg } = await import("./axes.js" + same);
/** @type {typeof import("./number_format.js")} */
const { short } = await import("./number_format.js" + same);

export class OwnLine {
  /** @type {Payload.EditorPayload} */ data;
  /** @type {import("./axes.js").Axes} */ axes;
  /** @type {number[] | null} */ ends; // heights at the two handles, or the one value; null where there is no line

  /** @param {Element} parent */
  constructor(parent) {
    this.group = svg("g", { class: "handles" }, parent);
    this.ends = null;
  }

  /**
   * @param {Payload.EditorPayload} data
   * @param {import("./axes.js").Axes} axes
   */
  draw(data, axes) {
    this.data = data;
    this.axes = axes;
    const { places } = this;
    if (this.group.childElementCount !== (places.length && places.length + 1)) this.make(places);
    if (!places.length) return;
    const [line, ...grips] = this.group.children;
    grips.forEach((grip, k) => this.drawGrip(grip, k, places));
    this.drawLine(line, places);
  }

  move(k, value) {
    this.ends[k] = value;
    this.draw(this.data, this.axes);
  }

  focus(k) { this.group.querySelectorAll("[role=slider]")[k].focus({ preventScroll: true }); }

  // Pixels of the handles.
  get places() {
    if (!this.ends || !this.axes?.area) return [];
    const { x, y, area } = this.axes;
    if (!y) return [[x.px(this.ends[0]), area.top + 10]];
    const [low, high] = this.data.x.domain;
    return this.data.handles.map((share, k) => [x.px(low + share * (high - low)), y.px(this.ends[k])]);
  }

  make(places) {
    this.group.textContent = "";
    if (places.length) svg("path", { class: "mine", "clip-path": this.axes.inside.getAttribute("clip-path") }, this.group);
    places.forEach((_, k) => svg("rect", { x: -8, y: -8, width: 16, height: 16, rx: 4, tabindex: 0, role: "slider", "data-handle": k }, this.group));
  }

  drawGrip(grip, k, places) {
    const [low, high] = (this.data.y ?? this.data.x).domain;
    grip.setAttribute("transform", `translate(${places[k].map((v) => v.toFixed(1)).join(" ")})`);
    grip.setAttribute("aria-label", `My line, ${places.length === 1 ? "value" : k ? "right end" : "left end"}`);
    for (const [name, value] of [["min", low], ["max", high], ["now", this.ends[k]]]) grip.setAttribute("aria-value" + name, value);
    grip.setAttribute("aria-valuetext", short(this.ends[k]));
  }

  drawLine(line, places) {
    const { area } = this.axes;
    if (places.length === 1) return line.setAttribute("d", `M${places[0][0]} ${area.top}V${area.bottom}`);
    const [[x0, y0], [x1, y1]] = places, slope = (y1 - y0) / (x1 - x0);
    line.setAttribute("d", `M${area.left} ${y0 - slope * (x0 - area.left)}L${area.right} ${y1 + slope * (area.right - x1)}`);
  }
}
