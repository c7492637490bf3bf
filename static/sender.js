// Sends what changes while a hand moves: not too often, not too far ahead of the answers, and never
// losing the last of it.

const PACE = 30, WINDOW = 2, LOST = 400; // ms between messages, messages under way, ms after which one counts as lost

export class Sender {
  // send(seq, message) does the sending; messages are numbered from 1
  constructor(send) {
    this.send = send;
    this.seq = 0;
    this.ack = 0;
    this.at = -PACE;
    this.waiting = null;
  }

  // An answer that knows of message `ack`; numbers go on from there, also after a remount.
  heard(ack) {
    this.ack = Math.max(this.ack, ack);
    this.seq = Math.max(this.seq, ack);
  }

  // A message takes the place of one that still waits; `last` goes at once.
  queue(message) {
    if (this.waiting && message.why === "select") return; // what waits says where the hand is, too
    this.waiting = message;
    this.flush(message.last);
  }

  flush(now = false) {
    if (!this.waiting) return;
    const since = performance.now() - this.at, full = this.seq - this.ack >= WINDOW && since < LOST;
    clearTimeout(this.timer);
    if (!now && (since < PACE || full)) {
      this.timer = setTimeout(() => this.flush(), Math.max(4, full ? LOST - since : PACE - since));
      return;
    }
    const message = this.waiting;
    this.waiting = null;
    this.at = performance.now();
    this.seq++;
    window.__lossvizSent?.(this.seq, message.time);
    this.send(this.seq, message);
  }

  close() { clearTimeout(this.timer); }
}
