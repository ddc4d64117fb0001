import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkText } from "../../../src/driver/frontend.js";
import { makeRandom } from "../../../src/testing/generate/random.js";
import { generateWindowCall } from "../../../src/testing/generate/window-call.js";
import { outcomesDiffer, runBoth } from "../../../src/testing/op-cases/run-both.js";

const windows = suite("operators over spatial dimensions");

windows("lengths by name give what lengths in numbers give, interpreted and compiled", () => {
  const rng = makeRandom(41);
  const calls = Array.from({ length: 40 }, () => generateWindowCall(rng));
  // With numbers it is known that a window does not fit.
  const fitting = calls.filter((c) => !checkText({ name: "w.relax", text: c.numbered }).failed);
  assert.ok(fitting.length > 25, `${fitting.length} calls are right`);
  const outcomes = runBoth(
    fitting.flatMap(({ numbered, named, inputs }) =>
      [numbered, named].map((program) => ({ program, inputs })),
    ),
  );
  const wrong: string[] = [];
  for (let i = 0; i < outcomes.length; i += 2) {
    const [a, b] = [outcomes[i]!, outcomes[i + 1]!];
    const results = [a.interpreted, a.compiled, b.interpreted, b.compiled];
    const stopped = results.find((r) => typeof r === "string");
    const differ = results.map((r) => typeof r === "string" || typeof results[0] === "string" ? stopped : outcomesDiffer(results[0]!, r)); // prettier-ignore
    const reason = differ.find((d) => d !== undefined);
    if (reason !== undefined) wrong.push(`${String(reason)}\n${b.program.program}`);
  }
  assert.equal(wrong, []);
});

windows.run();
