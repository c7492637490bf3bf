// What lies under the points: fitted lines, bands of equally good ones, and what a loss charges.
//
// data = {lines: [{name, color, dash, width, ends: [y, y]}] (dots on a line: at: x),
//         bands: [{color, x: [], low: [], high: []}], still: [[x, y]],
//         charges: {color, square, at: [prediction], width: [...]} | null}
// A charge is a rectangle as tall as the residual and `width` wide: in data units of y where
// `square` (so that equal width and height are a square on screen), else in pixels.

const same = new URL(import.meta.url).search;
/** @type {typeof import("./axes.js")} */
const { dash, svg } = await import("./axes.js" + same);

const FAR = 1e5; // px that path coordinates can hold
const px = (scale, value) => Math.max(-FAR, Math.min(FAR, scale.px(value))).toFixed(1);

// A segment "x yLx y", cut where it goes further up or down than a path can hold.
function across([x0, y0], [x1, y1]) {
  const at = (y) => x0 + ((x1 - x0) * (y - y0)) / (y1 - y0);
  const end = (x, y) => (Math.abs(y) <= FAR ? [x, y] : [at(FAR * Math.sign(y)), FAR * Math.sign(y)]);
  return [end(x0, y0), end(x1, y1)].map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
}

// As many children as items, of one kind.
/**
 * @template Item
 * @param {Element} group
 * @param {Item[]} items
 * @param {string} name
 * @returns {[Element, Item][]}
 */
function match(group, items, name) {
  while (group.children.length > items.length) group.lastChild.remove();
  while (group.children.length < items.length) svg(name, {}, group);
  return items.map((item, i) => [group.children[i], item]);
}

function set(node, attributes) {
  for (const key in attributes) if (node.getAttribute(key) !== String(attributes[key])) node.setAttribute(key, attributes[key]);
}

export class Scene {
  /** @type {Payload.EditorPayload} */ data;
  /** @type {import("./axes.js").Axes} */ axes;

  constructor(parent) {
    const group = (name) => svg("g", { class: name, "aria-hidden": "true" }, parent);
    this.bands = group("bands");
    this.charges = group("charges");
    this.still = group("still");
    this.lines = group("lines");
  }

  /**
   * @param {Payload.EditorPayload} data
   * @param {import("./axes.js").Axes} axes
   * @param {number[][]} points
   */
  draw(data, axes, points) {
    if (!axes.area) return;
    this.data = data;
    this.axes = axes;
    this.drawStill();
    this.drawBands();
    this.drawLines();
    this.drawCharges(points);
  }

  drawLines() {
    const { x, y, area } = this.axes;
    for (const [path, line] of match(this.lines, this.data.lines, "path")) {
      const d = y
        ? `M${across([area.left, y.px(line.ends[0])], [area.right, y.px(line.ends[1])])}`
        : `M${px(x, line.at)} ${area.top}V${area.bottom}`;
      set(path, { d, stroke: line.color, "stroke-width": line.width, "stroke-dasharray": dash(line.dash, line.width) });
    }
  }

  drawBands() {
    const { x, y, area } = this.axes;
    for (const [path, band] of match(this.bands, this.data.bands, "path")) {
      const edge = (values) => values.map((value, i) => `${px(x, band.x[i])} ${px(y, value)}`);
      const d = y
        ? `M${[...edge(band.high), ...edge(band.low).reverse()].join("L")}Z`
        : `M${px(x, band.x[0])} ${area.top}H${px(x, band.x[1])}V${area.bottom}H${px(x, band.x[0])}Z`;
      set(path, { d, fill: band.color });
    }
  }

  // Points that are drawn but not moved: one path, however many.
  drawStill() {
    const { still } = this.data, { x, y, area } = this.axes;
    const key = `${this.data.set} ${still.length} ${area.left} ${area.right} ${area.bottom}`;
    if (this.still.dataset.key === key) return;
    this.still.dataset.key = key;
    const middle = (area.top + area.bottom) / 2;
    const d = still.map((p) => `M${px(x, p[0])} ${y ? px(y, p[1]) : middle}h0`).join("");
    for (const [path] of match(this.still, still.length ? [0] : [], "path")) set(path, { d });
  }

  drawCharges(points) {
    const { charges } = this.data;
    const items = charges && this.axes.y ? points.map((_, i) => i).filter((i) => i < charges.at.length) : [];
    for (const [rect, i] of match(this.charges, items, "rect")) this.charge(rect, points[i], i);
  }

  // A point moved by hand takes its charge along before Python answers.
  follow(points, i) {
    const rect = this.charges.children[i];
    if (rect && this.data.charges) this.charge(rect, points[i], i);
  }

  /**
   * @param {Element} rect
   * @param {number[]} point
   * @param {number} i
   */
  charge(rect, [a, b], i) {
    const { x, y, area } = this.axes, { at, width, square, color } = this.data.charges;
    const unit = square ? y.length / Math.abs(y.high - y.low) : 1;
    const left = x.px(a), wide = Math.min(FAR, width[i] * unit);
    const ends = [y.px(b), y.px(at[i])].map((v) => Math.max(-FAR, Math.min(FAR, v)));
    const from = square ? (left + wide > area.right && left - wide > area.left ? left - wide : left) : left - wide / 2;
    set(rect, {
      x: from.toFixed(1), width: wide.toFixed(1), y: Math.min(...ends).toFixed(1), height: Math.abs(ends[0] - ends[1]).toFixed(1),
      fill: color, stroke: color,
    });
  }
}
