import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import { phasesFrom, phasesText } from "../../../src/driver/phases.js";
import { runCli } from "../../../src/testing/run-cli.js";

const suite = makeSuite("phases");

suite("a phase lasts from the last one's end; one that ends twice is one", () => {
  const times = [0, 2, 5, 6];
  const phases = phasesFrom(() => times.shift()!);
  phases.done("a");
  phases.done("b");
  phases.done("a");
  assert.equal(phases.all, [
    { name: "a", ms: 3 },
    { name: "b", ms: 3 },
  ]);
  assert.is(phasesText(phases.all), "      3.0 ms  a\n      3.0 ms  b\n      6.0 ms  in all\n");
});

suite("a build tells the time of its passes and of code generation", async () => {
  const text =
    '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.add(x, x)\n    return y\n';
  const argv = ["build", "-", "--timing", "json", "-o", "out.rxe"];
  const { stdout, exit } = await runCli(argv, { stdin: text });
  assert.is(exit, 0);
  const { phases } = JSON.parse(stdout) as { phases: { name: string; ms: number }[] };
  const names = phases.map((p) => p.name);
  for (const name of ["front", "libraries", "legalize-ops", "unroll-loop", "WebAssembly"])
    assert.ok(names.includes(name), name);
  assert.ok(phases.every((p) => p.ms >= 0));
});

suite.run();
