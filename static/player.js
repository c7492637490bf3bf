// Plays a run: views, tables, legend and readings, all drawn from the same frame of one payload.
//
// data = bytes (player_payload.js) with the header {id, scene, clock: name shared by the players that
//   move together, leads: whether this one has the controls, seek: {rev, frame, play}}.
// state "frame" = the frame shown, sent at rest only; state "click" = {view, x, y, n} in data units.

const same = new URL(import.meta.url).search;
/** @type {typeof import("./leaving.js")} */
const { whenGone } = await import("./leaving.js" + same);
/** @type {typeof import("./axes.js")} */
const { legend } = await import("./axes.js" + same);
/** @type {typeof import("./player_clock.js")} */
const { clock } = await import("./player_clock.js" + same);
/** @type {typeof import("./number_format.js")} */
const { short } = await import("./number_format.js" + same);
/** @type {typeof import("./player_payload.js")} */
const { unpack } = await import("./player_payload.js" + same);
/** @type {typeof import("./player_table.js")} */
const { Table } = await import("./player_table.js" + same);
/** @type {typeof import("./player_view.js")} */
const { View } = await import("./player_view.js" + same);

const STORE = new WeakMap();
const REST = 300;  // ms without movement after which the frame is told to Python and said aloud
const SPEEDS = [2, 5, 10, 20, 40, 60];
const ICONS = {
  play: "M7 4.5v15l12-7.5z", pause: "M6 5h4v14H6zM14 5h4v14h-4z",
  back: "M6 5h2.5v14H6zM19 5v14l-9-7z", next: "M15.5 5H18v14h-2.5zM5 5v14l9-7z",
};
const icon = (name) => `<svg viewBox="0 0 24 24" width="18" height="18" fill="currentColor" aria-hidden="true"><path d="${ICONS[name]}"/></svg>`;
const button = (name, label) => `<button type="button" class="${name}" aria-label="${label}" title="${label}">${icon(name)}</button>`;

const BAR = `<div class="bar" role="group" aria-label="Animation">
  ${button("play", "Play")}${button("back", "Step back")}${button("next", "Step forward")}
  <input type="range" min="0" step="1" value="0" aria-label="Step"><output></output>
  <label title="Steps a second">Speed <select aria-label="Steps a second">${SPEEDS.map((s) => `<option>${s}</option>`)}</select></label>
</div><p class="readings"></p><p class="aloud" aria-live="polite"></p>`;

class Player {
  /** @type {ReturnType<typeof unpack>} */ run;
  /** @type {Payload.Scene} */ scene;
  /** @type {import("./player_clock.js").Clock} */ clock;
  /** @type {Component<Uint8Array>} */ component;
  /** @type {HTMLElement} */ legend;
  /** @type {HTMLElement} */ stage;
  /** @type {HTMLElement} */ foot;
  /** @type {HTMLElement} */ bar;
  /** @type {HTMLElement} */ readings;
  /** @type {HTMLElement} */ aloud;
  /** @type {HTMLInputElement} */ range;
  /** @type {HTMLElement} */ output;
  /** @type {HTMLElement} */ toggle;
  /** @type {(import("./player_view.js").View | import("./player_table.js").Table)[]} */ views;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    root.innerHTML = `<div class="legend"></div><div class="views"></div><div class="foot"></div>`;
    [this.legend, this.stage, this.foot] = /** @type {any} */ (root.children);
    this.views = [];
    this.zooms = new Map();
    this.clicks = 0;
    this.listener = () => this.show();
    this.typed = (event) => this.key(event);
  }

  get frame() { return Math.min(this.clock.frame, this.scene.frames - 1); }

  /** @param {Component<Uint8Array>} component */
  update(component) {
    this.component = component;
    const run = unpack(component.data);
    if (run.id === this.run?.id && run.clock === this.run.clock) {
      this.views.forEach((view) => view.lay());
      this.seek(run.seek);
      return;
    }
    this.run = run;
    this.scene = run.scene;
    this.join(run);
    this.build();
    this.seek(run.seek);
    this.show();
  }

  /** @param {Payload.Extra} run */
  join({ clock: name, leads }) {
    const shared = clock(name);
    if (shared !== this.clock) {
      this.clock?.listeners.delete(this.listener);
      this.clock = shared;
      shared.listeners.add(this.listener);
    }
    if (leads && !this.bar) this.control();
    if (leads && shared.frames !== this.scene.frames) shared.resize(this.scene.frames);
  }

  /**
   * Python asks for a frame: on arrival, and whenever it raises rev.
   * @param {Payload.Seek | null} wish
   */
  seek(wish) {
    if (!wish || wish.rev === this.sought) return;
    this.sought = wish.rev;
    this.told = wish.frame;
    this.clock.playing = false;
    this.clock.to(wish.frame);
    if (wish.play) this.clock.play(true);
  }

  build() {
    const wanted = this.scene.views;
    const kept = this.views.length === wanted.length && this.views.every((view, i) => view.data.key === wanted[i].key && view.data.kind === wanted[i].kind);
    if (!kept) {
      this.views.forEach((view) => view.close());
      this.views = wanted.map(({ kind }) => new (kind === "table" ? Table : View)(this, this.stage));
    }
    this.stage.style.setProperty("--height", this.scene.height + "px");
    this.legend.hidden = !this.scene.legend.length;
    if (this.range) this.range.max = String(this.scene.frames - 1);
    this.views.forEach((view, i) => view.set(/** @type {any} */ (wanted[i])));
  }

  control() {
    this.foot.innerHTML = BAR;
    [this.bar, this.readings, this.aloud] = /** @type {any} */ (this.foot.children);
    const find = (selector) => this.bar.querySelector(selector);
    this.range = find("input");
    this.output = find("output");
    this.toggle = find(".play");
    this.toggle.addEventListener("click", () => this.clock.play());
    find(".back").addEventListener("click", () => this.step(-1));
    find(".next").addEventListener("click", () => this.step(1));
    this.range.addEventListener("input", () => this.go(+this.range.value));
    find("select").value = this.clock.speed;
    find("select").addEventListener("change", (event) => this.clock.rate(+event.target.value));
    document.addEventListener("keydown", this.typed);
  }

  go(frame) {
    this.clock.playing = false;
    this.clock.to(frame);
  }

  step(by) { this.go(this.clock.frame + by); }

  // Keys work while the player has the focus, and while nothing has.
  key(event) {
    const target = event.composedPath()[0];
    if (event.ctrlKey || event.metaKey || event.altKey || !(target === document.body || this.root.contains(target))) return;
    if (target.tagName === "SELECT") return;
    const last = this.scene.frames - 1, by = event.shiftKey ? 10 : 1;
    const act = {
      " ": target.tagName === "BUTTON" ? null : () => this.clock.play(),
      ArrowLeft: () => this.step(-by), ArrowRight: () => this.step(by), Home: () => this.go(0), End: () => this.go(last),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  show() {
    const { frame, scene, clock: { playing } } = this;
    this.views.forEach((view) => view.draw(frame));
    legend(this.legend, scene.legend.map(({ name, mark, values, ends }) => ({
      name, ...mark, detail: !values ? "" : ends !== null && frame >= ends ? `diverged at step ${ends}` : short(values.data[frame]),
    })));
    if (this.bar) this.tell(frame, playing);
  }

  tell(frame, playing) {
    const last = this.scene.frames - 1, said = this.scene.readings.map(({ label, values }) => `${label} ${short(values.data[frame])}`).join(" · ");
    this.range.value = frame;
    this.range.setAttribute("aria-valuetext", `step ${frame} of ${last}`);
    this.output.textContent = `${frame} / ${last}`;
    this.readings.textContent = said && `Step ${frame}: ${said}`;
    if (this.toggle.dataset.on !== String(playing)) {
      this.toggle.dataset.on = playing;
      this.toggle.innerHTML = icon(playing ? "pause" : "play");
      for (const name of ["aria-label", "title"]) this.toggle.setAttribute(name, playing ? "Pause" : "Play");
    }
    clearTimeout(this.resting);
    if (!playing) this.resting = setTimeout(() => this.rest(frame), REST);
  }

  rest(frame) {
    this.aloud.textContent = this.readings.textContent;
    if (frame === this.told) return;
    this.told = frame;
    this.component.setStateValue("frame", frame);
  }

  clicked(view, x, y) {
    this.component.setStateValue("click", { view, x, y, n: ++this.clicks });
  }

  close() {
    clearTimeout(this.resting);
    document.removeEventListener("keydown", this.typed);
    this.clock?.listeners.delete(this.listener);
    if (this.bar) this.clock.playing = false;
    this.views.forEach((view) => view.close());
  }
}

/** @param {Component<Uint8Array>} component */
export default function (component) {
  /** @type {HTMLElement} */
  const root = component.parentElement.querySelector(".lossviz-player");
  let player = STORE.get(root);
  if (!player) STORE.set(root, (player = new Player(root)));
  player.update(component);
  return whenGone(root, () => { if (STORE.delete(root)) player.close(); });
}
