import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";

import { Clock, clock } from "../../static/player_clock.js";

// Time, and frames of the screen, as the test says.
let now, waiting, calm;

beforeEach(() => {
  [now, waiting, calm] = [1000, [], false];
  performance.now = () => now;
  globalThis.requestAnimationFrame = (callback) => waiting.push(callback);
  globalThis.matchMedia = () => ({ matches: calm });
});

function pass(ms, every = 16) {
  for (const end = now + ms; now < end; ) {
    now = Math.min(end, now + every);
    for (const callback of waiting.splice(0)) callback(now);
  }
}

function listened(frames) {
  const one = new Clock(), heard = [];
  one.resize(frames);
  one.listeners.add((frame, playing) => heard.push([frame, playing]));
  return [one, heard];
}

test("it plays as fast as it is told, shows no frame twice, and stops at the last", () => {
  const [one, heard] = listened(31);
  one.play(true);
  pass(500);
  assert.equal(one.frame, 10); // 20 frames a second
  pass(2000);
  assert.deepEqual([one.frame, one.playing, waiting.length], [30, false, 0]);
  const frames = heard.map(([frame]) => frame);
  assert.deepEqual(frames, [...new Set(frames)]);
  assert.deepEqual(heard.at(-1), [30, false]);
});

test("a screen that falls behind skips frames, not time", () => {
  const [one] = listened(1000);
  one.play(true);
  pass(1000, 250);
  assert.equal(one.frame, 20);
});

test("a new speed counts from where it is set", () => {
  const [one] = listened(1000);
  one.play(true);
  pass(1000);
  one.rate(60);
  assert.equal(one.frame, 20);
  pass(1000);
  assert.equal(one.frame, 80);
});

test("playing from the end begins again; a pause keeps the place", () => {
  const [one] = listened(11);
  one.to(10);
  one.play();
  assert.deepEqual([one.frame, one.playing], [0, true]);
  pass(200);
  one.play();
  pass(1000);
  assert.deepEqual([one.frame, one.playing], [4, false]);
});

test("pausing and playing within one frame of the screen does not play at double speed", () => {
  const [one] = listened(1000);
  for (let k = 0; k < 5; k++) one.play();
  assert.equal(waiting.length, 1);
  pass(1000);
  assert.equal(one.frame, 20);
});

test("a frame beyond the run is its last, a shorter run keeps the place it can", () => {
  const [one, heard] = listened(50);
  one.to(400);
  assert.equal(one.frame, 49);
  one.to(-3);
  assert.equal(one.frame, 0);
  one.to(30.4);
  one.resize(100);
  assert.equal(one.frame, 30);
  one.resize(20);
  assert.deepEqual(heard.at(-1), [19, false]);
});

test("with less motion it goes in a few stills", () => {
  calm = true;
  const [one, heard] = listened(201);
  one.play(true);
  pass(1500);
  assert.deepEqual(heard.map(([frame]) => frame), [0, 11, 22]);
});

test("players that name the same clock share it", () => {
  assert.equal(clock("a"), clock("a"));
  assert.notEqual(clock("a"), clock("b"));
});
