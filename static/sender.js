// Sends what changes while a hand moves: not too often, never while an answer is on its way, and never
// losing the last of it.
//
// Waiting for the answer is more than good manners. Where one run of Python follows another at once,
// Streamlit's page can take elements of the second for leftovers of the first and remove them for a
// moment, and what is removed loses the pointer.

const PACE = 30, LOST = 400; // ms between messages in runs; ms after which an answer is no longer waited for

const same = new URL(import.meta.url).search;
/** @type {typeof import("./link.js")} */
const { running } = await import("./link.js" + same);

/** @typedef {{ why: string, last?: boolean, time?: number }} Message */

export class Sender {
  /**
   * @param {(seq: number, message: Message) => void} send does the sending; messages are numbered from 1
   * @param {(message: Message) => boolean} runs tells whether a run of Streamlit is what will answer one
   */
  constructor(send, runs) {
    this.send = send;
    this.runs = runs;
    this.seq = 0;
    this.ack = 0;
    this.at = -LOST;
    this.waiting = null;
  }

  // An answer that knows of message `ack`; numbers go on from there, also in a page loaded anew.
  heard(ack) {
    this.ack = Math.max(this.ack, ack);
    this.seq = Math.max(this.seq, ack);
  }

  // A message takes the place of one that still waits, unless that one ends a gesture.
  queue(message) {
    if (this.waiting && message.why === "select") return; // what waits says where the hand is, too
    if (this.waiting?.last) this.now();
    this.waiting = message;
    this.flush();
  }

  flush() {
    if (!this.waiting) return;
    clearTimeout(this.timer);
    const since = performance.now() - this.at, runs = this.runs(this.waiting);
    if (runs && since < PACE) this.timer = setTimeout(() => this.flush(), PACE - since);
    else if (since < LOST && (this.seq > this.ack || (runs && running()))) this.timer = setTimeout(() => this.flush(), 4);
    else this.now();
  }

  now() {
    const message = this.waiting;
    this.waiting = null;
    this.at = performance.now();
    this.seq++;
    window.__lossvizSent?.(this.seq, message.time);
    this.send(this.seq, message);
  }

  // Say what is left to say, and no more.
  close() {
    clearTimeout(this.timer);
    if (this.waiting?.last) this.now();
  }
}
