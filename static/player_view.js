// One picture of a run: axes below, a canvas with the layers above, zoom and hover as Plotly has them.

const same = new URL(import.meta.url).search;
/** @type {typeof import("./axes.js")} */
const { Axes } = await import("./axes.js" + same);
/** @type {typeof import("./theme.js")} */
const { css } = await import("./theme.js" + same);
/** @type {typeof import("./scales.js")} */
const { scale } = await import("./scales.js" + same);
/** @type {typeof import("./player_layers.js")} */
const { closest, layer } = await import("./player_layers.js" + same);

const DRAG = 8;     // px a pointer must move to mean a zoom, not a click
const DOUBLE = 250; // ms in which a second click makes a double one
const RIM = 4;      // px around a picture without axes

export class View {
  /** @type {Payload.View} */ data;
  /** @type {HTMLElement} */ caption;
  /** @type {HTMLElement} */ box;
  /** @type {SVGSVGElement} */ svg;
  /** @type {HTMLCanvasElement} */ canvas;
  /** @type {HTMLElement} */ zoomBox;
  /** @type {HTMLElement} */ tip;
  /** @type {import("./player_layers.js").Plot} */ plot;
  /** @type {number[] | null} */ pointer; // px of the view
  /** @type {number[] | null} */ start;
  /** @type {number} */ width;
  /** @type {number} */ height;

  /**
   * @param {{ frame: number, zooms: Map<string, { home: string, x: number[], y: number[] }>,
   *   clicked(view: string, x: number, y: number): void }} player
   * @param {Element} parent
   */
  constructor(player, parent) {
    this.player = player;
    this.root = document.createElement("figure");
    this.root.className = "view";
    this.root.innerHTML = `<figcaption></figcaption><div class="box"><svg aria-hidden="true"></svg><canvas role="img"></canvas><div class="zoom" hidden></div><div class="tip" hidden></div></div>`;
    [this.caption, this.box] = /** @type {any} */ (this.root.children);
    [this.svg, this.canvas, this.zoomBox, this.tip] = /** @type {any} */ (this.box.children);
    this.ctx = this.canvas.getContext("2d");
    this.axes = new Axes(this.svg);
    this.plot = { x: null, y: null, area: null, theme: null, names: [] };
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(this.box);
    this.listen();
    parent.append(this.root);
  }

  /** @param {Payload.View} data */
  set(data) {
    this.data = data;
    this.root.classList.toggle("wide", data.wide);
    this.root.classList.toggle("small", data.small);
    this.root.classList.toggle("bare", data.bare);
    this.caption.textContent = data.title;
    this.canvas.setAttribute("aria-label", data.alt);
    this.canvas.classList.toggle("clicks", data.clicks);
    this.layers = data.layers.map(layer);
    this.plot.names = [data.x.title, data.y.title];
    const zoom = this.player.zooms.get(data.key);
    if (zoom && zoom.home !== data.home) this.player.zooms.delete(data.key);
    this.lay();
  }

  resized() {
    const { clientWidth: width, clientHeight: height } = this.box;
    if (!width || !height || (width === this.width && height === this.height)) return;
    [this.width, this.height] = [width, height];
    const ratio = (this.ratio = devicePixelRatio || 1);
    [this.canvas.width, this.canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    for (const name of ["width", "height"]) this.svg.setAttribute(name, this[name]);
    if (this.data) this.lay();
  }

  // Axes and scales for the size, the zoom and the theme of now.
  lay() {
    if (!this.width) return this.resized();
    const { x, y, equal, key } = this.data, zoom = this.player.zooms.get(key);
    /** @type {(axis: Payload.Axis, name: "x" | "y") => import("./axes.js").AxisShown} */
    const range = (axis, name) => ({ domain: zoom?.[name] ?? [axis.low, axis.high], title: axis.title, log: axis.log });
    const size = { width: this.width, height: this.height, x: range(x, "x"), y: range(y, "y") };
    if (this.data.bare) this.axes.area = { left: RIM, top: RIM, right: this.width - RIM, bottom: this.height - RIM };
    else this.axes.draw(size);
    if (equal) {
      const { area } = this.axes, wide = area.right - area.left, high = area.bottom - area.top;
      const unit = Math.max((size.x.domain[1] - size.x.domain[0]) / wide, (size.y.domain[1] - size.y.domain[0]) / high);
      size.x.domain = around(size.x.domain, unit * wide);
      size.y.domain = around(size.y.domain, unit * high);
      if (!this.data.bare) this.axes.draw({ ...size, left: area.left });
    }
    const { area } = this.axes;
    const scales = this.data.bare
      ? { x: scale(size.x.domain, [area.left, area.right]), y: scale(size.y.domain, [area.bottom, area.top]) }
      : { x: this.axes.x, y: this.axes.y };
    Object.assign(this.plot, { ...scales, area });
    this.plot.theme = { text: css(this.box, "text-color"), back: css(this.box, "background-color"), font: css(this.box, "font") };
    this.pictures = null;
    this.draw(this.player.frame);
  }

  // Layers in order, those that never change joined into pictures of their own.
  groups() {
    if (this.pictures) return this.pictures;
    this.pictures = [];
    for (const one of this.layers) {
      let last = this.pictures.at(-1);
      if (!one.still) this.pictures.push(one);
      else {
        if (!last?.canvas || last.draw) this.pictures.push((last = { canvas: new OffscreenCanvas(this.canvas.width, this.canvas.height) }));
        const ctx = last.canvas.getContext("2d");
        this.prepare(ctx);
        one.draw(ctx, this.plot, 0);
        ctx.restore();
      }
    }
    return this.pictures;
  }

  prepare(ctx) {
    const { left, top, right, bottom } = this.plot.area;
    ctx.save();
    ctx.scale(this.ratio, this.ratio);
    ctx.beginPath();
    ctx.rect(left, top, right - left, bottom - top);
    ctx.clip();
  }

  draw(frame) {
    if (!this.plot.area) return;
    const { ctx } = this, groups = this.groups();
    ctx.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (const group of groups) {
      if (!group.draw) ctx.drawImage(group.canvas, 0, 0);
      else {
        this.prepare(ctx);
        group.draw(ctx, this.plot, frame);
        ctx.restore();
      }
    }
    if (this.pointer) this.hover();
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointermove", (event) => this.moved(event));
    canvas.addEventListener("pointerleave", () => {
      this.pointer = null;
      this.hover();
    });
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      clearTimeout(this.click);
      this.start = this.at(event);
      if (event.pointerType === "mouse") canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointerup", (event) => this.released(event));
    canvas.addEventListener("pointercancel", () => this.dragged((this.start = null)));
    canvas.addEventListener("dblclick", () => {
      clearTimeout(this.click);
      this.player.zooms.delete(this.data.key);
      this.lay();
    });
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  moved(event) {
    this.pointer = this.at(event);
    if (this.start && event.pointerType === "mouse") this.dragged(this.pointer);
    this.hover();
  }

  // The rectangle a drag spans, {x: [from, to] px, y} with null for a side the drag did not mean.
  span(to) {
    const { area } = this.plot, sides = { x: [area.left, area.right], y: [area.top, area.bottom] };
    /** @type {(i: number, limits: number[]) => number[] | null} */
    const side = (i, [low, high]) => {
      const [a, b] = [this.start[i], to[i]].sort((p, q) => p - q);
      return b - a < DRAG ? null : [Math.max(low, a), Math.min(high, b)];
    };
    return { x: side(0, sides.x), y: side(1, sides.y), sides };
  }

  dragged(to) {
    const span = to && this.start && this.span(to);
    this.zoomBox.hidden = !span || !(span.x || span.y);
    if (this.zoomBox.hidden) return;
    const [left, right] = span.x ?? span.sides.x, [top, bottom] = span.y ?? span.sides.y;
    Object.assign(this.zoomBox.style, { left: left + "px", top: top + "px", width: right - left + "px", height: bottom - top + "px" });
  }

  released(event) {
    if (!this.start) return;
    const to = this.at(event), { x, y } = this.span(to), { plot } = this;
    const still = Math.hypot(to[0] - this.start[0], to[1] - this.start[1]) < DRAG;
    if (event.pointerType === "mouse" && (x || y)) {
      this.player.zooms.set(this.data.key, {
        home: this.data.home,
        x: x ? x.map((px) => plot.x.value(px)) : plot.x.domain,
        y: y ? [y[1], y[0]].map((px) => plot.y.value(px)) : plot.y.domain,
      });
      this.lay();
    } else if (still && this.data.clicks && inside(plot.area, to)) {
      const [x0, y0] = [plot.x.value(to[0]), plot.y.value(to[1])];
      this.click = setTimeout(() => this.player.clicked(this.data.key, x0, y0), DOUBLE);
    }
    this.start = null;
    this.dragged(null);
  }

  // What stands under the pointer, as a label beside it.
  hover() {
    const { pointer, plot, tip } = this, readings = [];
    let found = null;
    if (pointer && plot.area && !this.start && inside(plot.area, pointer)) {
      for (const one of [...this.layers].reverse()) {
        const reading = one.reading(plot, pointer[0]);
        if (reading) readings.unshift(reading);
        else found = closest(found, one.near(plot, pointer[0], pointer[1], this.player.frame));
      }
    }
    tip.hidden = !found && !readings.length;
    if (tip.hidden) return;
    tip.textContent = readings.length ? [`${plot.names[0]} ${readings[0].step}`, ...readings.map((r) => r.text)].join("\n") : found.text();
    const x = readings.length ? readings[0].x : found.x, y = readings.length ? pointer[1] : found.y;
    const left = x + 12 + tip.offsetWidth > this.width ? x - 12 - tip.offsetWidth : x + 12;
    tip.style.left = Math.max(0, left) + "px";
    tip.style.top = Math.max(0, Math.min(this.height - tip.offsetHeight, y - tip.offsetHeight / 2)) + "px";
  }

  close() {
    this.observer.disconnect();
    this.root.remove();
  }
}

/** @type {(area: import("./axes.js").Area, at: number[]) => boolean} */
const inside = ({ left, right, top, bottom }, [x, y]) => x >= left && x <= right && y >= top && y <= bottom;
/** @type {(range: number[], length: number) => number[]} */
const around = ([low, high], length) => [(low + high - length) / 2, (low + high + length) / 2];
