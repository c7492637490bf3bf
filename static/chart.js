// A Plotly figure on one lasting node: updated in place, so zoom, focus and hover survive.
//
// data[0] = {id, figure: JSON text, arrays: base64 of f64 for each {shared: place} in it,
//            narrow: JSON text of a layout for small screens, alt, chunk, name: file name,
//            tokens: {slider: token}, sweep: {slider, token, values, traces} | null, stamp}
// state "click" = {x, y, panel, n}: where on which panel somebody clicked, in data units.

const same = new URL(import.meta.url).search;
/** @type {typeof import("./leaving.js")} */
const { whenGone } = await import("./leaving.js" + same);
/** @type {typeof import("./hover_numbers.js")} */
const { hoverNumbers } = await import("./hover_numbers.js" + same);
/** @type {typeof import("./link.js")} */
const { moduleOf, parts } = await import("./link.js" + same);
/** @type {typeof import("./number_format.js")} */
const { short } = await import("./number_format.js" + same);
/** @type {typeof import("./sweep.js")} */
const { Sweep, draw } = await import("./sweep.js" + same);
/** @type {typeof import("./theme.js")} */
const { css } = await import("./theme.js" + same);

const STORE = new WeakMap();
const NARROW = 560; // px of chart width below which the narrow layout is used

const SAVE_SVG = {
  name: "svg", title: "Download as SVG",
  icon: { width: 24, height: 24, path: "M5 20h14v-2H5v2zM19 9h-4V3H9v6H5l7 7 7-7z" },
  click: (gd) => window.Plotly.downloadImage(gd, { format: "svg", filename: gd.dataset.name }),
};

let loading;
function plotly(chunk) {
  if (window.Plotly?.react) return window.Plotly;
  loading ??= import(moduleOf(chunk)).then(() => window.Plotly);
  return loading;
}

class Chart {
  /** @type {Payload.ChartPayload} */ data;
  /** @type {Component<[Payload.ChartPayload]>} */ component;
  /** @type {Set<any>} */ sliders; // who waits for a sweep: those of live_slider.js
  /** @type {Map<string, { token: string, sweep: import("./sweep.js").Sweep }>} */ sweeps;
  /** @type {Promise<unknown> | undefined} */ painting;

  /** @param {PlotlyNode} root */
  constructor(root) {
    this.root = root;
    this.sweeps = new Map(); // slider -> {token, sweep}
    this.clicks = 0;
    this.width = 0;
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(root);
  }

  /** @param {Component<[Payload.ChartPayload]>} component */
  update(component) {
    this.component = component;
    return this.show(component.data[0]);
  }

  /** @param {Payload.ChartPayload} data */
  async show(data) {
    this.pending = data;
    const Plotly = await plotly(data.chunk);
    if (this.pending !== data || !this.root.isConnected) return;
    this.data = data;
    this.id = data.id;
    parts.set(data.id, this);
    this.root.setAttribute("role", "figure"); // not img, which would hide the toolbar's buttons
    this.root.setAttribute("aria-label", data.alt);
    this.root.dataset.name = data.name;
    for (const [slider, kept] of this.sweeps) if (data.tokens[slider] !== kept.token) this.sweeps.delete(slider);
    if (data.sweep) this.sweeps.set(data.sweep.slider, { token: data.sweep.token, sweep: new Sweep(data.sweep) });
    // While a hand is on a slider the sweep is drawn; this figure is painted when it rests.
    if (!(this.mover?.moving && this.has(this.mover.data.id))) await this.paint(Plotly);
    this.sliders?.forEach((slider) => slider.ready(this));
  }

  async paint(Plotly = window.Plotly) {
    const { arrays } = this.data;
    const { data: traces, layout } = JSON.parse(this.data.figure, (_, v) => (v?.shared === undefined ? v : { dtype: "f8", bdata: arrays[v.shared] }));
    this.width = this.root.clientWidth;
    if (this.width < NARROW) Object.assign(layout, JSON.parse(this.data.narrow));
    const text = css(this.root, "text-color"), back = css(this.root, "background-color");
    layout.paper_bgcolor = back;
    layout.plot_bgcolor = back;
    layout.font = { ...layout.font, color: text, family: css(this.root, "font") };
    layout.autosize = true;
    layout.uirevision ??= "keep";
    if (matchMedia("(pointer: coarse)").matches) layout.dragmode = false;
    this.root.style.height = layout.height + "px";
    this.painting = Plotly.react(this.root, traces, layout, {
      responsive: false, displaylogo: false, displayModeBar: true,
      modeBarButtons: [["toImage", SAVE_SVG, "resetScale2d"]],
      toImageButtonOptions: { format: "png", scale: 2, filename: this.data.name },
    });
    await this.painting;
    if (!this.listening) {
      this.listening = true;
      hoverNumbers(this.root, short);
      this.root.on("plotly_click", (event) => this.clicked(event));
    }
    this.root.dispatchEvent(new CustomEvent("painted"));
  }

  clicked(event) {
    const point = event.points[0], { xaxis, yaxis } = point;
    const area = this.root.querySelector(`.nsewdrag[data-subplot="${xaxis._id}${yaxis._id}"]`).getBoundingClientRect();
    this.component.setStateValue("click", {
      x: xaxis.p2d(event.event.clientX - area.left), y: yaxis.p2d(event.event.clientY - area.top),
      panel: xaxis._id + yaxis._id, n: ++this.clicks,
    });
  }

  // True where the browser can draw this slider's every position by itself.
  has(slider) { return this.sweeps.has(slider); }

  // Draw the chart at one value of a slider's parameter, at the next frame.
  move(slider, value) {
    const kept = this.sweeps.get(slider.data.id);
    if (!kept) return false;
    this.mover = slider;
    this.target = { kept, value };
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      draw(this.root, this.target.kept.sweep.at(this.target.value));
      window.__lossvizDrawn?.(this.target.value);
    });
    return true;
  }

  // Paint what Python last sent.
  restore() {
    if (this.frame) cancelAnimationFrame(this.frame);
    this.frame = null;
    return this.paint();
  }

  resized() {
    if (!this.data || !this.width || this.root.clientWidth === this.width) return;
    const crossed = (this.root.clientWidth < NARROW) !== (this.width < NARROW);
    this.width = this.root.clientWidth;
    if (this.width) crossed ? this.paint() : (this.painting = window.Plotly.Plots.resize(this.root));
  }

  // Plotly draws in several steps, and one that comes after its figure was purged fails.
  async close() {
    this.observer.disconnect();
    if (parts.get(this.id) === this) parts.delete(this.id);
    await Promise.allSettled([this.painting]);
    window.Plotly?.purge(this.root);
  }
}

/** @param {Component<[Payload.ChartPayload]>} component */
export default function (component) {
  /** @type {PlotlyNode} */
  const root = component.parentElement.querySelector(".lossviz-chart");
  let chart = STORE.get(root);
  if (!chart) STORE.set(root, (chart = new Chart(root)));
  chart.update(component);
  return whenGone(root, () => { if (STORE.delete(root)) chart.close(); });
}
