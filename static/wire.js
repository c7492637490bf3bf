// Asks Python while a hand moves, and Streamlit rests: see lossviz/app/kit/live.py.
//
// question = {seq, ...}, answer = {seq, parts: {id: what that part is to show} | null}

const same = new URL(import.meta.url).search;
/** @type {typeof import("./link.js")} */
const { home } = await import("./link.js" + same);

// Closing codes of a server that will say no again: what was sent is not taken (RFC 6455, 7.4.1).
const REFUSED = new Set([1003, 1007, 1008, 1009, 1011]);

export class Wire {
  /**
   * @param {string} token
   * @param {(parts: Record<string, any> | null, seq: number) => void} heard gets the answers, in the order of the questions
   */
  constructor(token, heard) {
    this.token = token;
    const url = new URL("lossviz/live/" + token, home());
    url.protocol = url.protocol.replace("http", "ws");
    this.socket = new WebSocket(url);
    this.refused = true;
    this.socket.onopen = () => (this.refused = false);
    this.socket.onclose = ({ code }) => (this.refused ||= REFUSED.has(code));
    this.socket.onmessage = (event) => {
      const { seq, parts } = JSON.parse(event.data);
      heard(parts, seq);
    };
  }

  get open() { return this.socket.readyState === WebSocket.OPEN; }
  // True where another wire may do better; one that was refused was no accident.
  get broken() { return this.socket.readyState > WebSocket.OPEN && !this.refused; }

  ask(question) { this.socket.send(JSON.stringify(question)); }

  close() {
    this.socket.onmessage = null;
    this.socket.close();
  }
}
