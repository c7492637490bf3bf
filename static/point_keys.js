// The keyboard on a point editor: arrows move, Enter adds, Delete removes, Page Up and Down walk.

const STEP = 0.01, STRIDE = 0.1; // shares of the window that arrow keys move a point
const PAUSE = 400;               // ms without a key that end a gesture
const RUN = 1000;                // ms between arrow keys of one run

export class Keys {
  /** @param {import("./point_editor.js").PointEditor} editor */
  constructor(editor) {
    this.editor = editor;
    this.ending = null; // how the gesture ends that is under way
    editor.svg.addEventListener("keydown", (event) => editor.data && this.key(event));
    editor.svg.addEventListener("focusout", () => this.end());
    editor.box.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z") { event.preventDefault(); editor.undo(); }
    });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { editor } = this, handle = event.target.dataset?.handle, i = editor.indexOf(event.target);
    const size = event.shiftKey ? STRIDE : STEP;
    const step = { ArrowLeft: [-size, 0], ArrowRight: [size, 0], ArrowUp: [0, size], ArrowDown: [0, -size] }[event.key];
    if (handle !== undefined && step) this.nudgeHandle(Number(handle), step[0] + step[1]);
    else if (i === null) return;
    else if (step) this.nudge(i, step);
    else if (editor.data.classes.length && /^[1-9]$/.test(event.key)) editor.pick(Number(event.key) - 1);
    else if (event.key === "Delete" || event.key === "Backspace") editor.remove(i);
    else if (event.key === "Enter") editor.add(this.beside(editor.points[i]));
    else if (event.key === "PageDown" || event.key === "PageUp") this.walk(i, event.key === "PageDown" ? 1 : -1);
    else if (event.key === "Home" || event.key === "End") this.walk(i, 0, event.key === "Home" ? 0 : editor.points.length - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  nudge(i, [dx, dy]) {
    const { editor } = this, { data } = editor;
    if (!data.editable) return;
    this.remember(i);
    const [x, y] = editor.points[i], span = (axis) => (axis ? axis.domain[1] - axis.domain[0] : 0);
    editor.move(i, editor.inside(x + dx * span(data.x), y + dy * span(data.y)), "key");
    editor.tell(i);
    this.rest("drop");
  }

  nudgeHandle(k, share) {
    this.remember(`handle ${k}`);
    const { editor } = this, [low, high] = (editor.data.y ?? editor.data.x).domain;
    editor.moveHandle(k, Math.min(high, Math.max(low, editor.line.ends[k] + share * (high - low))));
    this.rest("line");
  }

  // A run of arrow keys is undone as one.
  remember(what) {
    const { editor } = this, now = performance.now();
    if (this.last?.what !== what || now - this.last.time > RUN || editor.history.length !== this.last.steps) editor.remember();
    this.last = { what, time: now, steps: editor.history.length };
  }

  // Keys have no release: a gesture of theirs ends with a pause, or when the focus goes elsewhere.
  rest(why) {
    clearTimeout(this.pause);
    this.ending = why;
    this.pause = setTimeout(() => this.end(), PAUSE);
  }

  end() {
    clearTimeout(this.pause);
    if (this.ending) this.editor.send(this.ending, true);
  }

  /** @param {number[]} point */
  beside([x, y]) {
    const [low, high] = this.editor.data.x.domain, shift = 0.04 * (high - low);
    return this.editor.inside(x + (x + shift > high ? -shift : shift), y);
  }

  // Points in the order of x, as a reader would go through them.
  walk(i, direction, rank) {
    const { points } = this.editor, order = points.map((_, j) => j).sort((a, b) => points[a][0] - points[b][0]);
    this.editor.focus(order[rank ?? (order.indexOf(i) + direction + order.length) % order.length]);
  }
}
