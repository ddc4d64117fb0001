import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkModule } from "../../../../src/analysis/index.js";
import { makeInputs, parseShapes } from "../../../../src/driver/inputs.js";
import { loadLibraries } from "../../../../src/driver/libraries.js";
import { legalizeOps } from "../../../../src/transform/relax/legalize-ops.js";
import { interpret } from "../../../../src/interp/index.js";
import { firstDifference } from "../../../../src/ir/core/equal.js";
import type { IRModule } from "../../../../src/ir/module.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { printOptions } from "../../../../src/support/option.js";
import { voidValue, type Value } from "../../../../src/support/value.js";
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
import { dataflowUseInplaceCalls } from "../../../../src/transform/relax/memory/dataflow-use-inplace-calls.js";

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
  [step(convertToDataflow, { minSize: 1 }), step(dataflowUseInplaceCalls)],
];

const COUNT = 10;

const textOf = ({ pass, values }: Step): string =>
  `${pass.name}${printOptions(pass.options, values)}`;

const errors = (module: IRModule): string => {
  const sink = new Diagnostics();
  checkModule(module, sink);
  const found = sink.all.filter((d) => d.severity === "error");
  return found.map((d) => `${d.code} ${d.message}`).join("\n");
};

const { lowering } = loadLibraries();

/** The module without operators, or as it is where one has no lowering. */
function lowered(module: IRModule): IRModule {
  const sink = new Diagnostics();
  const after = runPipeline(module, [step(legalizeOps)], sink, { lowering });
  return after ?? module;
}

/** What `main` gives on inputs from a seed, or the code of what stops it; undefined where there are no inputs. */
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
  const result = interpret(lowered(module), "main", args, { stepLimit: 1_000_000, hosts: HOSTS });
  return result.ok ? result.value : result.diagnostic.code;
}

/** Packed functions of generated programs, which give nothing that anything reads. */
const HOSTS = new Map(["env.observe", "env.compute"].map((name) => [name, () => voidValue]));

const shown = (value: Value | string | undefined): string =>
  JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? String(v) : v));

/** The generated modules, with what they give. */
const cases = Array.from({ length: COUNT }, (_, index) => {
  const module = moduleAt(31, index);
  return { module, expected: outcome(module), problems: errors(module) };
});

for (const steps of pipelines) {
  const name = steps.map(textOf).join(",");

  test(`${name} keeps modules sound, readable and their meaning, and its own result`, () => {
    for (const [index, { module, expected, problems }] of cases.entries()) {
      const sink = new Diagnostics();
      const after = runPipeline(module, steps, sink, { lowering });
      const where = `module ${index}:\n${printModule(module)}`;
      assert.is(sink.all.map((d) => d.message).join("\n"), "", where);
      if (after === module) continue;
      assert.is(errors(after!), problems, `${where}\nafter:\n${printModule(after!)}`);
      assert.is(roundTripProblem(after!, "native"), undefined, where);
      // A program that stops may stop elsewhere, or not at all when nothing needs the value.
      if (typeof expected === "object") assert.is(shown(outcome(after!)), shown(expected), where);
      const again = runPipeline(after!, steps, sink, { lowering });
      assert.is(firstDifference(after!, again!)?.path, undefined, `${where}\nagain`);
    }
  });
}

test.run();
