import { suite } from "uvu";
import * as assert from "uvu/assert";
import { opCallAt, opsCampaign } from "../../../../src/testing/fuzz/ops.js";
import { runBoth } from "../../../../src/testing/op-cases/run-both.js";

const test = suite("testing: generated calls of operators");

test("interpreter and WebAssembly agree on a share of the campaign", () => {
  const { failures, coverage } = opsCampaign.run(40, 3, () => undefined);
  assert.equal(
    failures.map((f) => `${f.index}: ${f.reason}`),
    [],
  );
  assert.ok(coverage!["ran to the end"]! > 50, JSON.stringify(coverage));
});

test("a seed and an index give one call", () => {
  assert.equal(opCallAt(3, 7), opCallAt(3, 7));
  assert.is.not(opCallAt(3, 7)?.program, opCallAt(4, 7)?.program);
});

test("what does not build is told from what stops", () => {
  const call = (body: string, inputs = opCallAt(1, 0)!.inputs) => ({
    inputs,
    program: `@R.function\ndef main(x: R.Tensor(("n",), "float32")):\n    return ${body}`,
  });
  const [bad, good] = runBoth([call("R.exp(y)"), call("R.exp(x)", [])]);
  assert.ok(bad!.refused?.isDiagnostic);
  assert.is(good!.refused, undefined);
  assert.type(good!.interpreted, "string");
});

test.run();
