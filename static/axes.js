// Grid, tick labels, axis titles and legend in SVG and CSS pixels, as the Plotly charts beside them
// have them. Colours and sizes are CSS (lossviz/app/kit/axes.py); this file only places things.

const same = new URL(import.meta.url).search;
/** @type {typeof import("./scales.js")} */
const { scale } = await import("./scales.js" + same);

const APART = { x: 80, y: 40 }; // px, least distance of ticks
const GAP = 8;                  // px between plot, tick labels and title
const EDGE = { top: 12, right: 24 };

export function svg(name, attributes, parent) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const key in attributes) node.setAttribute(key, attributes[key]);
  parent?.append(node);
  return node;
}

let count = 0;

/** @typedef {{ left: number, top: number, right: number, bottom: number }} Area */
/** @typedef {{ domain: number[], title: string, log?: boolean }} AxisShown */

// One pair of axes inside an <svg>. After draw(): scales `x` and `y`, the plot's `area`
// {left, top, right, bottom}, and the group `inside`, clipped to it, for what is drawn there.
export class Axes {
  /** @type {Area} */ area;
  /** @type {ReturnType<typeof scale>} */ x;
  /** @type {ReturnType<typeof scale> | null} */ y;
  /** @type {string} */ key;

  /** @param {SVGElement} parent */
  constructor(parent) {
    const clip = `lossviz-clip-${++count}`;
    this.grid = svg("g", { class: "grid", "aria-hidden": "true" }, parent);
    this.labels = svg("g", { class: "labels", "aria-hidden": "true" }, parent);
    this.window = svg("rect", {}, svg("clipPath", { id: clip }, parent));
    this.inside = svg("g", { "clip-path": `url(#${clip})` }, parent);
  }

  // x, y: {domain: [low, high], title, log}; y null for a strip without a vertical axis.
  // Widths of labels set the left margin, unless `left` says it. Cheap where nothing changed.
  /**
   * @param {{ width: number, height: number, left?: number | null, x: AxisShown, y: AxisShown | null }} shown
   * @returns {boolean} whether anything changed
   */
  draw({ width, height, x, y, left }) {
    const key = JSON.stringify([width, height, x, y, left]);
    if (key === this.key) return false;
    this.key = key;
    this.grid.textContent = this.labels.textContent = "";
    const size = this.lineHeight();
    const bottom = height - size - GAP - (x.title ? size + GAP : 0);
    const area = (this.area = { left: 0, top: EDGE.top, right: width - EDGE.right, bottom });
    const rows = y ? scale(y.domain, [bottom, area.top], y.log) : null;
    const names = rows ? rows.ticks(APART.y).map((tick) => this.tick(tick, "end")) : [];
    const widest = Math.max(0, ...names.map((name) => name.getComputedTextLength()));
    area.left = left ?? Math.round(GAP + widest + (y?.title ? size + GAP : 0));
    this.y = rows;
    this.x = scale(x.domain, [area.left, area.right], x.log);
    const window = { x: area.left, y: area.top, width: Math.max(0, area.right - area.left), height: Math.max(0, bottom - area.top) };
    for (const [name, value] of Object.entries(window)) this.window.setAttribute(name, value);
    if (rows) {
      rows.ticks(APART.y).forEach((tick, i) => {
        const at = rows.px(tick.value);
        this.rule(tick.value, { x1: area.left, x2: area.right, y1: at, y2: at });
        place(names[i], area.left - GAP, at, "0.35em");
      });
    }
    for (const tick of this.x.ticks(APART.x)) {
      const at = this.x.px(tick.value);
      this.rule(tick.value, { x1: at, x2: at, y1: area.top, y2: bottom });
      place(this.tick(tick, "middle"), at, bottom + GAP, "0.8em");
    }
    if (x.title) place(this.text(x.title, { class: "title", "text-anchor": "middle" }), (area.left + area.right) / 2, height - GAP / 2, "-0.3em");
    if (y?.title) this.text(y.title, { class: "title", "text-anchor": "middle", transform: `translate(${size * 0.8} ${(area.top + bottom) / 2}) rotate(-90)` });
    return true;
  }

  rule(value, ends) {
    svg("line", { ...ends, class: Math.abs(value) < 1e-300 ? "zero" : "" }, this.grid);
  }

  tick({ label, small }, anchor) { return this.text(label, { class: small ? "tick small" : "tick", "text-anchor": anchor }); }

  text(content, attributes) {
    const node = svg("text", attributes, this.labels);
    node.textContent = content;
    return node;
  }

  lineHeight() {
    const probe = this.text("0", { class: "tick" }), size = probe.getBBox().height;
    probe.remove();
    return Math.ceil(size) || 18;
  }
}

function place(text, x, y, shift) {
  text.setAttribute("x", x);
  text.setAttribute("y", y);
  text.setAttribute("dy", shift);
}

const DASH = { solid: [], dash: [9, 9], dot: [3, 3], dashdot: [9, 3, 3, 3], longdash: [15, 15] };

// Plotly's names of dashes as an SVG stroke-dasharray; lengths scale with the line as Plotly's do.
export function dash(name, width = 2.5) {
  const lengths = DASH[name] ?? [];
  return lengths.map((length) => (length * Math.max(3, width)) / 3).join(" ") || "none";
}

// A sample of a line for legends, as SVG markup.
export function sample({ color, dash: name = "solid", width = 2.5 }) {
  const line = svg("svg", { width: 32, height: 12, class: "sample", "aria-hidden": "true" });
  svg("line", { x1: 1, x2: 31, y1: 6, y2: 6, stroke: color, "stroke-width": width, "stroke-dasharray": dash(name, width) }, line);
  return line;
}

/**
 * A sample of each line, its name, and what is said of it below the name. Redrawn in place, so that live numbers
 * neither flicker nor move anything.
 * @param {HTMLElement} box
 * @param {(Payload.Mark & { name: string, detail?: string })[]} entries
 */
export function legend(box, entries) {
  const key = JSON.stringify(entries.map((entry) => [entry.name, entry.color, entry.dash]));
  if (box.dataset.key !== key) {
    box.dataset.key = key;
    box.replaceChildren(...entries.map((entry) => {
      const item = document.createElement("span"), name = document.createElement("span"), detail = document.createElement("small");
      item.className = "entry";
      name.className = "name";
      name.append(sample(entry), entry.name);
      item.append(name, detail);
      return item;
    }));
  }
  entries.forEach((entry, i) => {
    const detail = box.children[i].lastChild;
    if (detail.textContent !== (entry.detail ?? "")) detail.textContent = entry.detail ?? "";
  });
}
