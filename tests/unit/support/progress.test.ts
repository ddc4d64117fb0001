import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeProgress } from "../../../src/support/progress.js";

const progress = suite("support: progress");

/** A progress over a clock that the test sets. */
function setUp(isTerminal: boolean) {
  const state = { time: 0, text: "" };
  const output = { isTerminal, columns: 20, write: (text: string) => void (state.text += text) };
  return { state, shown: makeProgress(output, () => state.time) };
}

progress("short work shows nothing", () => {
  for (const isTerminal of [true, false]) {
    const { state, shown } = setUp(isTerminal);
    for (state.time = 0; state.time < 900; state.time += 50) shown.update("1/9");
    shown.done();
    assert.is(state.text, "");
  }
});

progress("a terminal gets one block, drawn over itself, cut to its width, gone at the end", () => {
  const { state, shown } = setUp(true);
  state.time = 1000;
  shown.update("first\nsecond");
  state.time = 1050;
  shown.update("too soon");
  state.time = 1200;
  shown.update("x".repeat(50));
  shown.done();
  assert.is(state.text, `first\nsecond\n\u001b[2A\u001b[J${"x".repeat(19)}\n\u001b[1A\u001b[J`);
});

progress("elsewhere a plain line comes every ten seconds", () => {
  const { state, shown } = setUp(false);
  for (state.time = 0; state.time <= 25_000; state.time += 500)
    shown.update(`at ${state.time}\nmore`);
  shown.done();
  assert.is(state.text, "at 10000\nat 20000\n");
});

progress.run();
