// Mouse, finger and pen on a point editor: drag a point or a handle, click to add, double-click to remove.

const REACH = { mouse: 12, touch: 22, pen: 16 }; // px from a point at which it is grabbed
const STILL = 3;                                 // px that a pointer moves before it drags
const AGAIN = 400;                               // ms between the clicks of a double click

export class Pointer {
  /** @param {import("./point_editor.js").PointEditor} editor */
  constructor(editor) {
    this.editor = editor;
    this.click = {};
    this.drag = null; // {id, x, y, and point: i or handle: k or empty: inside the plot, moved}
    const on = (type, does, options) => editor.svg.addEventListener(type, (event) => editor.data && does(event), options);
    on("pointerdown", (e) => this.down(e));
    on("pointermove", (e) => this.move(e));
    on("pointerup", (e) => this.up(e));
    on("pointercancel", (e) => this.cancel(e));
    on("pointerleave", () => this.drag || editor.tell(null));
    // touch-action on SVG children has no effect: cancelling keeps the page still under a grabbed point
    on("touchstart", (e) => { if (e.touches.length === 1 && this.near(e.touches[0], REACH.touch)) e.preventDefault(); }, { passive: false });
  }

  // The editor stands elsewhere on the page now: hold on to what is dragged.
  capture() {
    if (!this.drag) return;
    this.editor.focus(this.editor.at);
    try { this.editor.svg.setPointerCapture(this.drag.id); } catch { this.drag = null; } // the pointer is gone
  }

  // What is nearest within reach: {point: i} or {handle: k}; targets of fingers overlap.
  near(event, reach = REACH[event.pointerType] ?? REACH.mouse) {
    const { editor } = this, box = editor.svg.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    let best = reach, found = null;
    const look = (px, what) => {
      const far = Math.hypot(px[0] - x, px[1] - y);
      if (far <= best) { best = far; found = what; }
    };
    if (editor.data.editable) editor.points.forEach((point, i) => look(editor.px(point, i), { point: i }));
    editor.line.places.forEach((px, k) => look(px, { handle: k }));
    return found;
  }

  down(event) {
    if (event.button || !event.isPrimary) return;
    this.editor.typing.end();
    const { editor } = this, found = this.near(event), { area } = editor.axes, box = editor.svg.getBoundingClientRect();
    const x = event.clientX - box.left, y = event.clientY - box.top;
    const empty = x >= area.left && x <= area.right && y >= area.top && y <= area.bottom;
    this.drag = { id: event.pointerId, x: event.clientX, y: event.clientY, ...found, empty: !found && empty };
    if (!found) return;
    editor.svg.setPointerCapture(event.pointerId);
    event.preventDefault();
    if ("point" in found) editor.focus(found.point);
    else editor.line.focus(found.handle);
  }

  move(event) {
    const { drag, editor } = this;
    if (!drag || drag.id !== event.pointerId) return this.hover(event);
    if (!drag.moved && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < STILL) return;
    if ("point" in drag) {
      if (!drag.moved) editor.remember();
      editor.svg.classList.add("dragging");
      editor.move(drag.point, this.where(event, editor.points[drag.point]), "drag", event);
    } else if ("handle" in drag) {
      if (!drag.moved) editor.remember();
      editor.moveHandle(drag.handle, this.where(event)[editor.data.y ? 1 : 0], event);
    }
    drag.moved = true;
  }

  up(event) {
    const drag = this.release(event), { editor } = this;
    if (!drag) return;
    if ("handle" in drag) return drag.moved && editor.send("line", true);
    if (drag.moved && "point" in drag) return editor.send("drop", true);
    if (drag.empty && !drag.moved) return editor.add(this.where(event));
    if (!("point" in drag)) return;
    // Under pointer capture a double click never reaches the point: count clicks.
    const now = performance.now(), again = this.click.point === drag.point && now - this.click.time < AGAIN;
    this.click = again ? {} : { point: drag.point, time: now };
    if (again) editor.remove(drag.point);
    else editor.send("select");
  }

  cancel(event) {
    const drag = this.release(event);
    if (drag?.moved && ("point" in drag || "handle" in drag)) this.editor.send("point" in drag ? "drop" : "line", true);
  }

  // What was dragged by this pointer, which is let go.
  release(event) {
    const { drag } = this;
    if (!drag || drag.id !== event.pointerId) return null;
    this.drag = null;
    this.editor.svg.classList.remove("dragging");
    return drag;
  }

  hover(event) {
    const found = this.near(event);
    this.editor.svg.style.cursor = found ? "grab" : this.editor.data.editable ? "crosshair" : "default";
    this.editor.tell(found && "point" in found ? found.point : null);
  }

  // Where an event is in data units, inside the window, on the grid that a URL can hold.
  where(event, point = [0, this.editor.data.hidden]) {
    const { axes, svg } = this.editor, box = svg.getBoundingClientRect(), x = axes.x.value(event.clientX - box.left);
    return this.editor.inside(x, axes.y ? axes.y.value(event.clientY - box.top) : point[1]);
  }
}
