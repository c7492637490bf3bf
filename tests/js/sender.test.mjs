import assert from "node:assert/strict";
import test, { beforeEach, mock } from "node:test";

import { Sender } from "../../static/sender.js";

let state; // of Streamlit's script

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  let now = 5000;
  performance.now = () => now;
  globalThis.window = {};
  globalThis.document = { querySelector: () => ({ getAttribute: () => state }) };
  state = "notRunning";
  pass = (ms) => {
    for (let k = 0; k < ms; k++) {
      now++;
      mock.timers.tick(1);
    }
  };
});

let pass;

function sending(runs) {
  const sent = [];
  return [new Sender((seq, message) => sent.push([seq, message.n]), () => runs), sent];
}

test("on a wire one message is under way at a time, and the newest is the next", () => {
  const [sender, sent] = sending(false);
  for (let n = 1; n <= 5; n++) sender.queue({ n, why: "drag" });
  assert.deepEqual(sent, [[1, 1]]);
  pass(50);
  assert.deepEqual(sent, [[1, 1]]);
  sender.heard(1);
  sender.flush();
  assert.deepEqual(sent, [[1, 1], [2, 5]]);
});

test("an answer that never comes is not waited for", () => {
  const [sender, sent] = sending(false);
  sender.queue({ n: 1, why: "drag" });
  sender.queue({ n: 2, why: "drag" });
  pass(390);
  assert.equal(sent.length, 1);
  pass(20);
  assert.deepEqual(sent, [[1, 1], [2, 2]]);
});

test("runs come no faster than their pace, and not while Streamlit is running", () => {
  const [sender, sent] = sending(true);
  sender.queue({ n: 1, why: "drag" });
  sender.heard(1);
  sender.queue({ n: 2, why: "drag" });
  pass(25);
  assert.equal(sent.length, 1);
  state = "running";
  pass(100);
  assert.equal(sent.length, 1);
  state = "notRunning";
  pass(10);
  assert.deepEqual(sent, [[1, 1], [2, 2]]);
});

test("what ends a gesture is never replaced", () => {
  const [sender, sent] = sending(false);
  sender.queue({ n: 1, why: "drag" });
  sender.queue({ n: 2, why: "drop", last: true });
  sender.queue({ n: 3, why: "drag" });
  sender.queue({ n: 4, why: "drop", last: true });
  sender.close();
  assert.deepEqual(sent.map(([, n]) => n), [1, 2, 4]);
});

test("what waits says where the hand is: a choice does not take its place", () => {
  const [sender, sent] = sending(false);
  sender.queue({ n: 1, why: "drag" });
  sender.queue({ n: 2, why: "drag" });
  sender.queue({ n: 3, why: "select" });
  sender.heard(1);
  sender.flush();
  assert.deepEqual(sent.map(([, n]) => n), [1, 2]);
});

test("a page loaded anew goes on counting where Python has heard", () => {
  const [sender, sent] = sending(false);
  sender.heard(41);
  sender.queue({ n: 1, why: "drag" });
  sender.heard(7); // an answer that was late
  sender.queue({ n: 2, why: "drag" });
  sender.heard(42);
  sender.flush();
  assert.deepEqual(sent, [[42, 1], [43, 2]]);
});

test("an editor that closes says the end of its gesture and nothing else, then or later", () => {
  const [sender, sent] = sending(false);
  sender.queue({ n: 1, why: "drag" });
  sender.queue({ n: 2, why: "drag" });
  sender.close();
  pass(1000);
  assert.deepEqual(sent.map(([, n]) => n), [1]);
});

test("no hand however busy loses its last word", () => {
  let random = 7;
  const draw = (below) => (random = (Math.imul(random, 1664525) + 1013904223) >>> 0) % below;
  for (let game = 0; game < 60; game++) {
    const [sender, sent] = sending(game % 2 === 0), ends = [];
    let n = 0;
    for (let k = 0; k < 60; k++) {
      const last = draw(5) === 0;
      sender.queue({ n: ++n, why: last ? "drop" : "drag", last });
      if (last) ends.push(n);
      pass(draw(30));
      state = draw(3) ? "notRunning" : "running";
      if (draw(2)) sender.heard(sent.at(-1)[0]);
    }
    state = "notRunning";
    sender.queue({ n: ++n, why: "drop", last: true });
    pass(1000);
    const said = sent.map(([, m]) => m);
    assert.deepEqual(sent.map(([seq]) => seq), sent.map((_, i) => i + 1));
    assert.deepEqual(said, [...said].sort((a, b) => a - b));
    assert.equal(said.at(-1), n);
    assert.deepEqual(ends.filter((end) => !said.includes(end)), []);
  }
});
