import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkModule } from "../../../../src/analysis/index.js";
import { makeInputs, parseShapes } from "../../../../src/driver/inputs.js";
import { interpret } from "../../../../src/interp/index.js";
import { firstDifference } from "../../../../src/ir/core/equal.js";
import type { IRModule } from "../../../../src/ir/module.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { printOptions } from "../../../../src/support/option.js";
import type { Value } from "../../../../src/support/value.js";
import { printModule } from "../../../../src/syntax/index.js";
import { moduleAt, roundTripProblem } from "../../../../src/testing/fuzz/modules.js";
import { runPipeline, step, type Step } from "../../../../src/transform/pipeline.js";
import { canonicalizeBindings } from "../../../../src/transform/relax/clean/canonicalize-bindings.js";
import { deadCodeElimination } from "../../../../src/transform/relax/clean/dead-code-elimination.js";
import { eliminateCommonSubexpr } from "../../../../src/transform/relax/clean/eliminate-common-subexpr.js";
import { convertToDataflow } from "../../../../src/transform/relax/clean/convert-to-dataflow.js";
import { foldConstant } from "../../../../src/transform/relax/clean/fold-constant.js";
import { removePurityChecking } from "../../../../src/transform/relax/clean/remove-purity-checking.js";
import { toNonDataflow } from "../../../../src/transform/relax/clean/to-non-dataflow.js";
import { topologicalSort } from "../../../../src/transform/relax/clean/topological-sort.js";
import { normalize } from "../../../../src/transform/relax/clean/normalize.js";

import { computePrimValue } from "../../../../src/transform/relax/function/compute-prim-value.js";
import { expandTupleArguments } from "../../../../src/transform/relax/function/expand-tuple-arguments.js";
import { inlinePrivateFunctions } from "../../../../src/transform/relax/function/inline-private-functions.js";
import { lambdaLift } from "../../../../src/transform/relax/function/lambda-lift.js";
import { removeUnusedOutputs } from "../../../../src/transform/relax/function/remove-unused-outputs.js";
import { removeUnusedParameters } from "../../../../src/transform/relax/function/remove-unused-parameters.js";

const test = suite("transform: Relax passes on generated modules");

/** Each starts from the generated module. */
const pipelines: readonly (readonly Step[])[] = [
  [step(normalize)],
  [step(canonicalizeBindings)],
  [step(eliminateCommonSubexpr)],
  [step(deadCodeElimination)],
  [step(foldConstant)],
  [step(lambdaLift)],
  [step(inlinePrivateFunctions)],
  [step(computePrimValue)],
  [step(expandTupleArguments), step(removeUnusedParameters), step(removeUnusedOutputs)],
  [step(topologicalSort)],
  [step(topologicalSort, { order: "breadth-first" })],
  [step(topologicalSort, { direction: "from-outputs" })],
  [step(topologicalSort, { order: "breadth-first", direction: "from-outputs" })],
  [step(convertToDataflow)],
  [step(toNonDataflow)],
  [step(toNonDataflow), step(removePurityChecking)],
  [step(toNonDataflow), step(convertToDataflow, { minSize: 1 })],
  [step(eliminateCommonSubexpr), step(canonicalizeBindings), step(deadCodeElimination)],
];

const COUNT = 12;

const textOf = ({ pass, values }: Step): string =>
  `${pass.name}${printOptions(pass.options, values)}`;

const errors = (module: IRModule): string => {
  const sink = new Diagnostics();
  checkModule(module, sink);
  const found = sink.all.filter((d) => d.severity === "error");
  return found.map((d) => `${d.code} ${d.message}`).join("\n");
};

/** What `main` gives on inputs from a seed, or the code of what stops it; undefined where it cannot run. */
function outcome(module: IRModule): Value | string | undefined {
  const main = module.functions.get("main");
  if (main?.kind !== "relax.Function") return undefined;
  const request = { ...parseShapes(["n=3,m=4"]), given: new Map(), seed: 1 };
  let args;
  try {
    args = makeInputs(main, request);
  } catch {
    return undefined;
  }
  const result = interpret(module, "main", args, { stepLimit: 1_000_000 });
  // Operators that need a lowering say nothing of the passes.
  return result.ok
    ? result.value
    : result.diagnostic.code === "RUN029"
      ? undefined
      : result.diagnostic.code;
}

const shown = (value: Value | string | undefined): string =>
  JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? String(v) : v));

for (const steps of pipelines) {
  const name = steps.map(textOf).join(",");

  test(`${name} keeps modules sound, readable and their meaning, and its own result`, () => {
    for (let index = 0; index < COUNT; index++) {
      const module = moduleAt(31, index);
      const sink = new Diagnostics();
      const after = runPipeline(module, steps, sink);
      const where = `module ${index}:\n${printModule(module)}`;
      assert.is(sink.all.map((d) => d.message).join("\n"), "", where);
      if (after === module) continue;
      assert.is(errors(after!), errors(module), `${where}\nafter:\n${printModule(after!)}`);
      assert.is(roundTripProblem(after!, "native"), undefined, where);
      const expected = outcome(module);
      if (expected !== undefined) assert.is(shown(outcome(after!)), shown(expected), where);
      const again = runPipeline(after!, steps, sink);
      assert.is(firstDifference(after!, again!)?.path, undefined, `${where}\nagain`);
    }
  });
}

test.run();
