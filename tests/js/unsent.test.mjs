import assert from "node:assert/strict";
import test, { beforeEach, mock } from "node:test";

import { session } from "../../static/link.js";
import { confirmed, keep, left, readdress } from "../../static/unsent.js";

let script, connection; // what Streamlit says of them

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  [script, connection] = ["notRunning", "CONNECTED"];
  globalThis.document = { querySelector: () => ({ getAttribute: (name) => (name.includes("script") ? script : connection) }) };
  const held = new Map();
  globalThis.sessionStorage = { getItem: (key) => held.get(key) ?? null, setItem: (key, text) => held.set(key, text) };
  globalThis.location = { pathname: "/page", search: "?a=1" };
});

const noted = () => Object.keys(JSON.parse(globalThis.sessionStorage.getItem("lossviz unsent"))).length;

const go = (search) => () => {
  globalThis.location.search = search;
};

test("what was kept is left once, at its own address", () => {
  keep("slider", 3);
  assert.equal(left("slider"), 3);
  assert.equal(left("slider"), undefined);
});

test("what was kept at another address is not left", () => {
  keep("slider", 3);
  go("?a=2")();
  assert.equal(left("slider"), undefined);
});

test("what is confirmed is forgotten once its answer is whole", () => {
  keep("slider", 4);
  script = "running";
  confirmed("slider");
  mock.timers.tick(1000);
  [script, connection] = ["notRunning", "PINGING_SERVER"];
  mock.timers.tick(1000);
  assert.equal(noted(), 1);
  connection = "CONNECTED";
  mock.timers.tick(1000);
  assert.equal(noted(), 0);
});

test("what a session has that may be another one is not forgotten", () => {
  keep("slider", 4);
  session.known = false;
  confirmed("slider");
  mock.timers.tick(1000);
  assert.equal(noted(), 1);
  session.known = true;
  mock.timers.tick(1000);
  assert.equal(noted(), 0);
});

test("what is set anew meanwhile is not", () => {
  keep("slider", 4);
  script = "running";
  confirmed("slider");
  keep("slider", 5);
  script = "notRunning";
  mock.timers.tick(1000);
  assert.equal(left("slider"), 5);
});

test("notes go along with their address, and with no other", () => {
  keep("elsewhere", 1);
  go("?a=2")();
  keep("first", 2);
  keep("second", 3);
  readdress(go("?a=3"));
  assert.equal(left("first"), 2);
  readdress(go("?a=4"));
  assert.equal(left("second"), 3);
  assert.equal(left("elsewhere"), undefined);
});
