import { suite } from "uvu";
import * as assert from "uvu/assert";
import { interpret } from "../../../src/interp/index.js";
import { structuralEqual } from "../../../src/ir/core/equal.js";
import type { IRModule } from "../../../src/ir/module.js";
import { Diagnostics } from "../../../src/support/diagnostic.js";
import { loopPipeline } from "../../../src/transform/loop-pipeline.js";
import { programAt } from "../../../src/testing/fuzz/wasm.js";
import { tensorDifference } from "../../../src/testing/generate/data.js";
import type { Program } from "../../../src/testing/generate/program.js";
import { levelOf } from "../../../src/transform/level.js";
import { runPipeline, step, type Step } from "../../../src/transform/pipeline.js";
import { lowerIntrinsics } from "../../../src/transform/tir/lower-intrinsics.js";
import { lowerPredicate } from "../../../src/transform/tir/lower-predicate.js";
import { simplify } from "../../../src/transform/tir/simplify.js";
import { unifyIndexType } from "../../../src/transform/tir/unify-index-type.js";

const test = suite("transform: TensorIR passes on generated programs");

/** The pipeline of the WebAssembly target with the optional passes in between. */
const steps: Step[] = [
  step(unifyIndexType),
  step(simplify),
  ...loopPipeline(),
  step(lowerPredicate),
  step(simplify),
  step(lowerIntrinsics),
];

/** Results of running a version of the program, or the code of the error. */
function results(program: Program, module: IRModule): string | ReturnType<Program["makeArgs"]> {
  const args = program.makeArgs();
  const outcome = interpret(module, program.entry, args, { stepLimit: 2_000_000 });
  return outcome.ok ? args : `${outcome.diagnostic.code} ${outcome.diagnostic.message}`;
}

function differ(
  program: Program,
  before: ReturnType<typeof results>,
  after: ReturnType<typeof results>,
): string | undefined {
  if (typeof before === "string" || typeof after === "string")
    return before === after ? undefined : `${String(before)} / ${String(after)}`;
  for (const [k, value] of before.entries()) {
    const other = after[k]!;
    if (value.kind !== "tensor" || other.kind !== "tensor") continue;
    const difference = tensorDifference(value.data, other.data);
    if (difference !== undefined) return `argument ${k}: ${difference}`;
  }
  return undefined;
}

const COUNT = 15;

test("no pass changes what a program computes", () => {
  for (let index = 0; index < COUNT; index++) {
    const program = programAt(11, index);
    const expected = results(program, program.module);
    const sink = new Diagnostics();
    const lowered = runPipeline(program.module, steps, sink, {
      after(one, _, before, after) {
        if (before === after) return;
        const difference = differ(program, expected, results(program, after));
        assert.is(difference, undefined, `program ${index}: ${one.text}: ${difference}`);
      },
    });
    assert.ok(lowered, sink.all.map((d) => d.message).join());
    for (const func of lowered!.functions.values())
      if (func.kind === "tir.PrimFunc") assert.is(levelOf(func), "flat");
  }
});

test("every pass leaves its own result as it is", () => {
  for (let index = 0; index < COUNT; index++) {
    const { module } = programAt(12, index);
    runPipeline(module, steps, new Diagnostics(), {
      after(one, _, __, after) {
        const again = one.pass.run(after, one.values, new Diagnostics());
        assert.ok(
          again === after || structuralEqual(again, after),
          `program ${index}: ${one.text}`,
        );
      },
    });
  }
});

test.run();
