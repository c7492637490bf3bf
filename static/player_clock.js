// Time of a run: the frame shown, playing or not, and who listens. Several players may share one.

const CALM = { stills: 20, every: 700 }; // what playing means to those who asked for less motion

export class Clock {
  constructor() {
    this.frame = 0;
    this.frames = 1;
    this.speed = 20; // frames a second
    this.playing = false;
    this.listeners = new Set();
  }

  // Keep the place when another run takes this one's.
  resize(frames) {
    this.frames = frames;
    this.to(this.frame);
  }

  to(frame) {
    this.frame = Math.min(this.frames - 1, Math.max(0, Math.round(frame)));
    this.start();
    this.tell();
  }

  // Count from here and now.
  start() {
    this.origin = { frame: this.frame, time: performance.now() };
  }

  tell() { this.listeners.forEach((listener) => listener(this.frame, this.playing)); }

  play(on = !this.playing) {
    if (on && this.frame === this.frames - 1) this.frame = 0;
    this.playing = on;
    this.start();
    this.tell();
    if (on) this.request ??= requestAnimationFrame((time) => this.tick(time));
  }

  rate(speed) {
    this.speed = speed;
    this.start();
  }

  tick(time) {
    this.request = null;
    if (!this.playing) return;
    const passed = Math.max(0, time - this.origin.time);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const ahead = calm
      ? Math.floor(passed / CALM.every) * Math.ceil(this.frames / CALM.stills)
      : Math.floor((passed * this.speed) / 1000);
    const frame = Math.min(this.frames - 1, this.origin.frame + ahead);
    if (frame === this.frames - 1) this.playing = false;
    if (frame !== this.frame || !this.playing) {
      this.frame = frame;
      this.tell();
    }
    if (this.playing) this.request = requestAnimationFrame((next) => this.tick(next));
  }
}

const clocks = new Map();

// The clock of that name; whoever asks first makes it.
export function clock(name) {
  if (!clocks.has(name)) clocks.set(name, new Clock());
  return clocks.get(name);
}
