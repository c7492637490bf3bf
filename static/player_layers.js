// What a view draws, one class a kind. Each has draw(ctx, plot, frame), and, where there is something
// to say about the place under the pointer, near(plot, x, y, frame) = {distance, x, y, text}.
// `still` layers look the same at every frame: the view keeps them as a picture.
//
// plot = {x, y: scales, area, theme: {text, back}, names: [x title, y title]}; px in CSS pixels.

const same = new URL(import.meta.url).search;
/** @type {typeof import("./axes.js")} */
const { dash } = await import("./axes.js" + same);
/** @type {typeof import("./number_format.js")} */
const { short } = await import("./number_format.js" + same);

const FAR = 20000;  // px beyond which a line is cut: canvases falter at huge coordinates
const REACH = 24;   // px within which the pointer means a thing
const FAINT = 0.35; // opacity of what is still to come
const NODE = 19;    // px, radius of a node
const cut = (px) => (px > FAR ? FAR : px < -FAR ? -FAR : px);

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Pick<Payload.Mark, "color"> & Partial<Payload.Mark>} mark
 * @param {number} width
 * @param {number} opacity
 */
function pen(ctx, { color, dash: name = "solid" }, width, opacity = 1) {
  ctx.strokeStyle = ctx.fillStyle = color;
  ctx.lineWidth = width;
  ctx.globalAlpha = opacity;
  ctx.lineJoin = "round";
  const pattern = dash(name, width);
  ctx.setLineDash(pattern === "none" ? [] : pattern.split(" ").map(Number));
}

function trace(ctx, plot, xs, ys, from, to) {
  let down = false;
  ctx.beginPath();
  for (let i = from; i <= to; i++) {
    const x = plot.x.px(xs[i]), y = plot.y.px(ys[i]);
    if (Number.isNaN(x) || Number.isNaN(y)) down = false;
    else if (down) ctx.lineTo(cut(x), cut(y));
    else (down = true), ctx.moveTo(cut(x), cut(y));
  }
  ctx.stroke();
}

function disc(ctx, x, y, radius) {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.fill();
}

const place = (plot, x, y) => `${plot.names[0]} ${short(x)}, ${plot.names[1]} ${short(y)}`;
const closest = (best, found) => (found && found.distance <= REACH && found.distance < (best?.distance ?? Infinity) ? found : best);

/**
 * @typedef {{ x: import("./scales.js").Scale, y: import("./scales.js").Scale, names: string[],
 *   area: import("./axes.js").Area, theme: { text: string, back: string, font: string } }} Plot
 * @typedef {{ distance: number, x: number, y: number, text: () => string }} Hit
 * @typedef {{ x: number, step: number, color: string, text: string }} Reading
 */

/**
 * A layer has the fields of its payload.
 * @template Data
 * @typedef {new (data: Data) => Data & Layer} Of
 */

class Layer {
  /** @param {Payload.Layer} data */
  constructor(data) {
    Object.assign(this, data);
    this.still = false;
  }

  /**
   * @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} ctx
   * @param {Plot} plot
   * @param {number} frame
   */
  draw(ctx, plot, frame) {} // eslint-disable-line no-unused-vars

  /**
   * @param {Plot} plot
   * @param {number} x
   * @param {number} y
   * @param {number} frame
   * @returns {Hit | null}
   */
  near(plot, x, y, frame) { return null; } // eslint-disable-line no-unused-vars

  // Labels of a layer whose horizontal axis is time: shown for all such layers at once.
  /**
   * @param {Plot} plot
   * @param {number} x
   * @returns {Reading | null}
   */
  reading(plot, x) { return null; } // eslint-disable-line no-unused-vars
}

// Corners of the shapes that tell the classes apart beside their colours, all about as large as the disc of the
// first: a square, a triangle, a rhombus, a triangle on its tip, a plus, an hourglass, and one lying.
const SHAPES = [
  null,
  [-3.6, -3.6, 3.6, -3.6, 3.6, 3.6, -3.6, 3.6],
  [0, -5.2, 5, 3.6, -5, 3.6],
  [0, -5.4, 5.4, 0, 0, 5.4, -5.4, 0],
  [0, 5.2, -5, -3.6, 5, -3.6],
  [-1.6, -5, 1.6, -5, 1.6, -1.6, 5, -1.6, 5, 1.6, 1.6, 1.6, 1.6, 5, -1.6, 5, -1.6, 1.6, -5, 1.6, -5, -1.6, -1.6, -1.6],
  [-4.4, -5, 4.4, -5, -4.4, 5, 4.4, 5],
  [-5, -4.4, -5, 4.4, 5, -4.4, 5, 4.4],
];

function outline(ctx, kind, x, y) {
  const corners = SHAPES[kind % SHAPES.length];
  ctx.beginPath();
  if (!corners) return ctx.arc(x, y, 4, 0, 2 * Math.PI);
  for (let i = 0; i < corners.length; i += 2) ctx.lineTo(x + corners[i], y + corners[i + 1]);
  return ctx.closePath();
}

class Points extends /** @type {Of<Payload.Points>} */ (Layer) {
  constructor(data) {
    super(data);
    this.still = !this.lit && this.y.shape.length === 1;
  }

  heights(frame) { return this.y.shape.length === 1 ? this.y.data : this.y.row(frame); }

  draw(ctx, plot, frame) {
    const xs = this.x.data, ys = this.heights(frame), lit = this.lit?.row(frame);
    pen(ctx, { color: this.colors[0] }, 1);
    for (let i = 0; i < xs.length; i++) {
      const x = plot.x.px(xs[i]), y = plot.y.px(ys[i]), kind = this.color ? this.color.data[i] : 0;
      ctx.globalAlpha = lit ? (lit[i] ? 1 : 0.3) : 0.85;
      ctx.fillStyle = this.colors[kind];
      outline(ctx, kind, x, y);
      ctx.fill();
      if (lit?.[i]) {
        ctx.strokeStyle = plot.theme.text;
        ctx.stroke();
      }
    }
  }

  near(plot, x, y, frame) {
    const xs = this.x.data, ys = this.heights(frame);
    let best = null;
    for (let i = 0; i < xs.length; i++) {
      const px = plot.x.px(xs[i]), py = plot.y.px(ys[i]);
      const detail = this.name ? `${this.name} ${i + 1}: ` : "";
      const kind = this.kinds.length ? `, ${this.kinds[this.color.data[i]]}` : "";
      best = closest(best, { distance: Math.hypot(px - x, py - y), x: px, y: py, text: () => detail + place(plot, xs[i], ys[i]) + kind });
    }
    return best;
  }
}

class Segments extends /** @type {Of<Payload.Segments>} */ (Layer) {
  constructor(data) {
    super(data);
    this.still = !this.starts;
  }

  draw(ctx, plot, frame) {
    const ends = this.ends.data, [from, to] = this.starts ? [this.starts.data[frame], this.starts.data[frame + 1]] : [0, this.ends.shape[0]];
    pen(ctx, this.mark, this.width, this.opacity);
    ctx.beginPath();
    for (let i = 4 * from; i < 4 * to; i += 4) {
      ctx.moveTo(cut(plot.x.px(ends[i])), cut(plot.y.px(ends[i + 1])));
      ctx.lineTo(cut(plot.x.px(ends[i + 2])), cut(plot.y.px(ends[i + 3])));
    }
    ctx.stroke();
  }
}

class Image extends /** @type {Of<Payload.Image>} */ (Layer) {
  rows = 0;
  columns = 0;

  constructor(data) {
    super(data);
    this.still = this.pixels.shape.length === 2;
    [this.rows, this.columns] = this.pixels.shape.slice(-2);
    this.canvas = document.createElement("canvas");
    [this.canvas.width, this.canvas.height] = [this.columns, this.rows];
    this.ctx = this.canvas.getContext("2d");
    this.bits = this.ctx.createImageData(this.columns, this.rows);
    this.words = new Uint32Array(this.bits.data.buffer);
  }

  // Colours of the 256 bytes.
  table(theme) {
    if (this.themed === theme.text + theme.back) return this.lookup;
    this.themed = theme.text + theme.back;
    const strip = document.createElement("canvas");
    strip.width = 256;
    strip.height = 1;
    const ctx = strip.getContext("2d"), ramp = ctx.createLinearGradient(0.5, 0, 255.5, 0);
    this.colors.forEach((color, i) => ramp.addColorStop(i / (this.colors.length - 1), color));
    ctx.fillStyle = ramp;
    ctx.fillRect(0, 0, 256, 1);
    this.shown = null;
    return (this.lookup = new Uint32Array(ctx.getImageData(0, 0, 256, 1).data.buffer));
  }

  draw(ctx, plot, frame) {
    const lookup = this.table(plot.theme), { rows, columns, words } = this, wanted = this.still ? 0 : frame;
    if (this.shown !== wanted) {
      this.shown = wanted;
      const bytes = this.still ? this.pixels.data : this.pixels.row(frame);
      for (let row = 0, k = 0; row < rows; row++) {
        const at = (rows - 1 - row) * columns;
        for (let column = 0; column < columns; column++) words[at + column] = lookup[bytes[k++]];
      }
      this.ctx.putImageData(this.bits, 0, 0);
    }
    const [x0, x1, y0, y1] = this.extent, dx = (x1 - x0) / (columns - 1) / 2, dy = (y1 - y0) / (rows - 1) / 2;
    const left = plot.x.px(x0 - dx), top = plot.y.px(y1 + dy);
    ctx.globalAlpha = 1;
    ctx.drawImage(this.canvas, left, top, plot.x.px(x1 + dx) - left, plot.y.px(y0 - dy) - top);
  }

  // The number at a place, between the four of the grid around it.
  value(x, y) {
    const [x0, x1, y0, y1] = this.extent, { rows, columns } = this, z = this.values.data;
    const u = ((x - x0) / (x1 - x0)) * (columns - 1), v = ((y - y0) / (y1 - y0)) * (rows - 1);
    const i = Math.floor(u), j = Math.floor(v);
    if (!(i >= 0 && j >= 0 && i < columns - 1 && j < rows - 1)) return NaN;
    const at = j * columns + i, s = u - i, t = v - j;
    return (1 - t) * ((1 - s) * z[at] + s * z[at + 1]) + t * ((1 - s) * z[at + columns] + s * z[at + columns + 1]);
  }

  near(plot, px, py) {
    if (!this.values) return null;
    const x = plot.x.value(px), y = plot.y.value(py), value = this.value(x, y);
    return Number.isNaN(value) ? null : { distance: REACH, x: px, y: py, text: () => `${place(plot, x, y)}\n${this.name} ${short(value)}` };
  }
}

class Line extends /** @type {Of<Payload.Line>} */ (Layer) {
  draw(ctx, plot, frame) {
    const xs = this.x.shape.length === 1 ? this.x.data : this.x.row(frame), ys = this.y.row(frame);
    pen(ctx, this.mark, this.width);
    trace(ctx, plot, xs, ys, 0, ys.length - 1);
  }
}

class Path extends /** @type {Of<Payload.Path>} */ (Layer) {
  draw(ctx, plot, frame) {
    const xs = this.x.data, ys = this.y.data, last = xs.length - 1, { area } = plot;
    pen(ctx, this.mark, 1.5, FAINT);
    trace(ctx, plot, xs, ys, frame, last);
    pen(ctx, this.mark, 2.5);
    trace(ctx, plot, xs, ys, 0, frame);
    ctx.setLineDash([]);
    if (this.dots) for (let i = 0; i <= frame; i++) disc(ctx, cut(plot.x.px(xs[i])), cut(plot.y.px(ys[i])), 2);
    if (this.along && this.ends !== null) this.flag(ctx, plot, frame);
    const x = plot.x.px(xs[frame]), y = plot.y.px(ys[frame]);
    if (x >= area.left && x <= area.right && y >= area.top && y <= area.bottom) {
      ctx.strokeStyle = plot.theme.back;
      ctx.lineWidth = 1.5;
      disc(ctx, x, y, 5.5);
      ctx.stroke();
    } else if (!this.along || this.ends === null || frame < this.ends) this.leave(ctx, plot, frame);
  }

  // Where the run diverged: a cross at the top, with the words.
  flag(ctx, plot, frame) {
    const x = plot.x.px(this.x.data[this.ends]), y = plot.area.top + 8 + 18 * this.row;
    ctx.globalAlpha = frame >= this.ends ? 1 : 1.5 * FAINT;
    ctx.beginPath();
    for (const [dx, dy] of [[-4, -4], [-4, 4]]) ctx.moveTo(x + dx, y + dy), ctx.lineTo(x - dx, y - dy);
    ctx.stroke();
    ctx.font = `13px ${plot.theme.font}`;
    ctx.textBaseline = "middle";
    ctx.fillStyle = plot.theme.text;
    const width = ctx.measureText(this.verdict).width, { left, right } = plot.area;
    ctx.textAlign = "left";
    if (x + 10 + width <= right) ctx.fillText(this.verdict, x + 10, y);
    else if (x - 10 - width >= left) ctx.fillText(this.verdict, x - 10 - width, y);
    else ctx.fillText(this.verdict, left + 4, y + 16);
    ctx.fillStyle = this.mark.color;
  }

  // The run is outside the picture: a triangle at the edge points after it.
  leave(ctx, plot, frame) {
    const { x: scaleX, y: scaleY, area } = plot;
    while (frame > 0 && Number.isNaN(scaleX.px(this.x.data[frame]) + scaleY.px(this.y.data[frame]))) frame--;
    const x = scaleX.px(this.x.data[frame]), y = scaleY.px(this.y.data[frame]);
    if (Number.isNaN(x + y)) return;
    const dx = x < area.left ? -1 : Number(x > area.right), dy = y < area.top ? -1 : Number(y > area.bottom);
    ctx.save();
    ctx.globalAlpha = 1;
    ctx.translate(Math.min(area.right, Math.max(area.left, x)), Math.min(area.bottom, Math.max(area.top, y)));
    ctx.rotate(Math.atan2(dy, dx));
    ctx.beginPath();
    ctx.moveTo(-1, 0), ctx.lineTo(-12, -6), ctx.lineTo(-12, 6);
    ctx.fill();
    ctx.restore();
  }

  near(plot, x, y) {
    if (this.along) return null;
    const xs = this.x.data, ys = this.y.data;
    let best = null;
    for (let i = 0; i < xs.length; i++) {
      const px = plot.x.px(xs[i]), py = plot.y.px(ys[i]);
      best = closest(best, { distance: Math.hypot(px - x, py - y), x: px, y: py, text: () => `${this.name} · step ${i}\n${place(plot, xs[i], ys[i])}` });
    }
    return best;
  }

  reading(plot, x) {
    if (!this.along) return null;
    const step = Math.min(this.x.data.length - 1, Math.max(0, Math.round(plot.x.value(x))));
    return { x: plot.x.px(step), step, color: this.mark.color, text: `${this.name}: ${short(this.y.data[step])}` };
  }
}

class Arrows extends /** @type {Of<Payload.Arrows>} */ (Layer) {
  draw(ctx, plot, frame) {
    const ends = this.ends.row(frame);
    pen(ctx, this.mark, this.width, this.opacity);
    for (let i = 0; i < ends.length; i += 4) {
      const x0 = plot.x.px(ends[i]), y0 = plot.y.px(ends[i + 1]), x1 = plot.x.px(ends[i + 2]), y1 = plot.y.px(ends[i + 3]);
      const length = Math.hypot(x1 - x0, y1 - y0);
      if (!(length > 0.5)) continue;
      const head = Math.min(4 + 2 * this.width, length), angle = Math.atan2(y1 - y0, x1 - x0);
      ctx.beginPath();
      ctx.moveTo(cut(x0), cut(y0));
      ctx.lineTo(cut(x1), cut(y1));
      for (const turn of [-0.45, 0.45]) {
        ctx.moveTo(cut(x1), cut(y1));
        ctx.lineTo(cut(x1 - head * Math.cos(angle + turn)), cut(y1 - head * Math.sin(angle + turn)));
      }
      ctx.stroke();
    }
  }

  near(plot, x, y, frame) {
    const ends = this.ends.row(frame);
    let best = null;
    for (let i = 0; i < ends.length; i += 4) {
      const px = plot.x.px(ends[i + 2]), py = plot.y.px(ends[i + 3]);
      best = closest(best, {
        distance: Math.hypot(px - x, py - y), x: px, y: py,
        text: () => `${this.name}${ends.length > 4 ? ` ${i / 4 + 1}` : ""}\n${short(ends[i + 2] - ends[i])}, ${short(ends[i + 3] - ends[i + 1])}`,
      });
    }
    return best;
  }
}

class Star extends /** @type {Of<Payload.Star>} */ (Layer) {
  constructor(data) {
    super(data);
    this.still = true;
  }

  draw(ctx, plot) {
    const x = plot.x.px(this.x), y = plot.y.px(this.y);
    pen(ctx, { color: this.color }, 2);
    ctx.beginPath();
    if (this.symbol === "ring") ctx.arc(x, y, 6, 0, 2 * Math.PI);
    else {
      for (let k = 0; k < 10; k++) {
        const radius = k % 2 ? 3.4 : 8.5, angle = (k * Math.PI) / 5 - Math.PI / 2;
        ctx.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
      }
      ctx.closePath();
      ctx.fill();
      ctx.strokeStyle = plot.theme.back;
      ctx.lineWidth = 1;
    }
    ctx.stroke();
  }

  near(plot, x, y) {
    const px = plot.x.px(this.x), py = plot.y.px(this.y);
    return { distance: Math.hypot(px - x, py - y), x: px, y: py, text: () => `${this.name}\n${place(plot, this.x, this.y)}` };
  }
}

class Graph extends /** @type {Of<Payload.Graph>} */ (Layer) {
  draw(ctx, plot, frame) {
    const weights = this.weights.row(frame), values = this.values.row(frame), { theme } = plot;
    for (let i = 0; i < weights.length; i++) if (i !== this.chosen) this.edge(ctx, plot, i, weights[i]);
    if (this.chosen >= 0) {
      pen(ctx, { color: theme.text }, this.wide(weights[this.chosen]) + 5, 0.35);
      this.path(ctx, plot, this.chosen);
      this.edge(ctx, plot, this.chosen, weights[this.chosen]);
    }
    ctx.setLineDash([]);
    ctx.globalAlpha = 1;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    this.labels.forEach((label, i) => {
      const x = plot.x.px(this.x.data[i]), y = plot.y.px(this.y.data[i]);
      ctx.lineWidth = 1.5;
      ctx.strokeStyle = theme.text;
      ctx.fillStyle = theme.back;
      disc(ctx, x, y, NODE);
      ctx.stroke();
      ctx.fillStyle = theme.text;
      ctx.font = `13px ${theme.font}`;
      ctx.fillText(short(values[i], 2), x, y);
      this.beside(ctx, plot, label, x, y - NODE - 9);
    });
    if (this.chosen >= 0) {
      const [x, y] = this.middle(plot, this.chosen);
      this.beside(ctx, plot, short(weights[this.chosen], 3), x, y - 12);
    }
  }

  wide(weight) { return 0.75 + 6 * Math.min(1, Math.abs(weight) / this.largest); }

  ends(plot, i) {
    const [from, to] = this.edges.row(i);
    return [from, to].flatMap((node) => [plot.x.px(this.x.data[node]), plot.y.px(this.y.data[node])]);
  }

  // Nearer to the tail, where the edges of a layer are apart.
  middle(plot, i) {
    const [x0, y0, x1, y1] = this.ends(plot, i);
    return [x0 + 0.4 * (x1 - x0), y0 + 0.4 * (y1 - y0)];
  }

  path(ctx, plot, i) {
    const [x0, y0, x1, y1] = this.ends(plot, i);
    ctx.beginPath();
    ctx.moveTo(x0, y0);
    ctx.lineTo(x1, y1);
    ctx.stroke();
  }

  edge(ctx, plot, i, weight) {
    pen(ctx, this.marks[weight < 0 ? 0 : 1], this.wide(weight), 0.9);
    this.path(ctx, plot, i);
  }

  // Text on a ground of its own, that lines behind it do not cross.
  beside(ctx, plot, text, x, y) {
    ctx.font = `13px ${plot.theme.font}`;
    ctx.lineWidth = 4;
    ctx.lineJoin = "round";
    ctx.setLineDash([]);
    ctx.globalAlpha = 1;
    ctx.strokeStyle = plot.theme.back;
    ctx.strokeText(text, x, y);
    ctx.fillStyle = plot.theme.text;
    ctx.fillText(text, x, y);
  }

  near(plot, x, y, frame) {
    let best = null;
    this.labels.forEach((label, i) => {
      const px = plot.x.px(this.x.data[i]), py = plot.y.px(this.y.data[i]);
      best = closest(best, { distance: Math.hypot(px - x, py - y) - NODE, x: px, y: py, text: () => `${label}: ${short(this.values.row(frame)[i])}` });
    });
    this.names.forEach((name, i) => {
      const [x0, y0, x1, y1] = this.ends(plot, i), dx = x1 - x0, dy = y1 - y0;
      const share = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy)));
      const px = x0 + share * dx, py = y0 + share * dy;
      best = closest(best, { distance: Math.hypot(px - x, py - y), x: px, y: py, text: () => `${name}: ${short(this.weights.row(frame)[i])}` });
    });
    return best;
  }
}

const KINDS = { points: Points, segments: Segments, image: Image, line: Line, path: Path, arrows: Arrows, star: Star, graph: Graph };
/** @type {(data: Payload.Layer) => Layer} */
export const layer = (data) => new KINDS[data.kind](data);
export { closest };
