import { suite } from "uvu";
import * as assert from "uvu/assert";
import { onInterpreter, onWasm } from "../../../src/testing/fuzz/schedule-targets.js";
import { fuzzSchedules } from "../../../src/testing/fuzz/schedules.js";

const random = suite("schedule: random schedules");

random("change no result, are read back as text, and run again from their traces", () => {
  const { failures, coverage } = fuzzSchedules(15, 11, undefined, [onInterpreter, onWasm]);
  assert.equal(
    failures.map((f) => `${f.index}: ${f.reason}`),
    [],
  );
  // The cases are of use only when steps apply.
  assert.ok((coverage?.split ?? 0) > 20 && (coverage?.reorder ?? 0) > 5);
});

random.run();
