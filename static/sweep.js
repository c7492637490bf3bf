// A sweep: the chart as a function of one parameter, computed by Python, as tables of
// (parameter values x points). Here it is interpolated and drawn; no formula is known here.
//
// sweep = {values: base64 f32 (P), traces: [{trace: index, x: base64 f32 (n), y: base64 f32 (P*n)}]}

export function floats(base64) {
  const text = atob(base64), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new Float32Array(bytes.buffer);
}

/** @type {(numbers: string | Float32Array) => Float32Array} */
const table = (numbers) => (typeof numbers === "string" ? floats(numbers) : numbers);

export class Sweep {
  /** @param {Pick<Payload.PackedSweep, "values" | "traces">} sweep */
  constructor(sweep) {
    this.values = table(sweep.values);
    const rows = this.values.length;
    this.traces = sweep.traces.map((t) => {
      const y = table(t.y);
      return { index: t.trace, x: t.x && table(t.x), xs: t.xs && table(t.xs), y, n: y.length / rows };
    });
  }

  // Rows of every trace at a parameter value, linear between the two nearest of the table.
  at(value) {
    const v = this.values, last = v.length - 1;
    let k = 0;
    while (k < last - 1 && v[k + 1] <= value) k++;
    const share = Math.min(1, Math.max(0, (value - v[k]) / (v[k + 1] - v[k])));
    const blend = (all, n) => {
      const row = new Float32Array(n), a = k * n, b = a + n;
      for (let i = 0; i < n; i++) row[i] = share === 0 ? all[a + i] : share === 1 ? all[b + i] : all[a + i] * (1 - share) + all[b + i] * share;
      return row;
    };
    return this.traces.map((t) => ({ index: t.index, x: t.xs ? blend(t.xs, t.n) : t.x, y: blend(t.y, t.n) }));
  }
}

const LIMIT = 1e5; // px; keeps far-away points within what path coordinates can hold
const px = (axis, v) => Math.max(-LIMIT, Math.min(LIMIT, axis.c2p(v, true)));

export function path(xaxis, yaxis, x, y) {
  let d = "", pen = "M";
  for (let i = 0; i < x.length; i++) {
    if (!Number.isFinite(y[i]) || !Number.isFinite(x[i]) || (yaxis.type === "log" && y[i] <= 0)) { pen = "M"; continue; }
    d += pen + px(xaxis, x[i]).toFixed(1) + "," + px(yaxis, y[i]).toFixed(1);
    pen = "L";
  }
  return d || "M0,0";
}

// Draw rows straight into the paths Plotly drew: one attribute a curve, no relayout.
export function draw(gd, rows) {
  for (const { index, x, y } of rows) {
    const trace = gd._fullData?.[index];
    if (!trace || trace.visible !== true) continue;
    const node = gd.querySelector(`.scatterlayer .trace${trace.uid}`);
    if (!node) continue;
    const xaxis = gd._fullLayout[trace.xaxis.replace("x", "xaxis")], yaxis = gd._fullLayout[trace.yaxis.replace("y", "yaxis")];
    node.querySelector(".js-line")?.setAttribute("d", path(xaxis, yaxis, x, y));
    const marks = node.querySelectorAll(".points > path");
    marks.forEach((mark, i) => mark.setAttribute("transform", `translate(${px(xaxis, x[i])},${px(yaxis, y[i])})`));
  }
}
