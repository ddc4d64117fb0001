/** Ends of lives on generated programs: what is killed is spoilt, and the programs must give the same. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkModule } from "../../../../../src/analysis/index.js";
import { readModule } from "../../../../../src/driver/frontend.js";
import { makeInputs } from "../../../../../src/driver/inputs.js";
import { difference } from "../../../../../src/driver/outputs.js";
import { encodeArtefact } from "../../../../../src/artefact/index.js";
import { buildForWasm } from "../../../../../src/driver/build.js";
import { interpret } from "../../../../../src/interp/index.js";
import { rewrite } from "../../../../../src/ir/core/rewrite.js";
import { externFunc, type IRModule } from "../../../../../src/ir/module.js";
import { relaxCall, type Func } from "../../../../../src/ir/relax/expr.js";
import { loadArtefact } from "../../../../../src/runtime/load-artefact.js";
import { Diagnostics } from "../../../../../src/support/diagnostic.js";
import { voidValue, type Value } from "../../../../../src/support/value.js";
import { roundTripProblem } from "../../../../../src/testing/fuzz/modules.js";
import { generateMemoryProgram } from "../../../../../src/testing/generate/memory-program.js";
import { makeRandom } from "../../../../../src/testing/generate/random.js";
import { runPipeline, step, type Step } from "../../../../../src/transform/pipeline.js";
import { removePurityChecking } from "../../../../../src/transform/relax/clean/remove-purity-checking.js";
import { toNonDataflow } from "../../../../../src/transform/relax/clean/to-non-dataflow.js";
import { callTirRewrite } from "../../../../../src/transform/relax/memory/call-tir-rewrite.js";
import { killAfterLastUse } from "../../../../../src/transform/relax/memory/kill-after-last-use.js";
import { lowerAllocTensor } from "../../../../../src/transform/relax/memory/lower-alloc-tensor.js";
import { lowerRuntimeBuiltin } from "../../../../../src/transform/relax/memory/lower-runtime-builtin.js";
import { staticPlanBlockMemory } from "../../../../../src/transform/relax/memory/static-plan-block-memory.js";

const test = suite("transform: ends of lives");

const EXPLICIT: readonly Step[] = [step(toNonDataflow), step(removePurityChecking), step(callTirRewrite)]; // prettier-ignore
const OWN = [...EXPLICIT, step(lowerAllocTensor), step(killAfterLastUse)];
const PLANNED = [...EXPLICIT, step(staticPlanBlockMemory), step(lowerAllocTensor), step(killAfterLastUse)]; // prettier-ignore
const KILLS = /^(memory|vm)\.kill_/;

const programs = Array.from({ length: 16 }, (_, i) => {
  const { text, sizes } = generateMemoryProgram(makeRandom(700 + i));
  const { module } = readModule({ name: "program.relax", text }, {});
  const inputs = (): Value[] =>
    makeInputs(module.functions.get("main") as Func, {
      symbols: new Map(Object.entries(sizes)),
      shapes: new Map(),
      given: new Map(),
      seed: 1,
    });
  return { text, module, inputs, expected: resultOf(module, inputs()) };
});

function resultOf(module: IRModule, args: readonly Value[], hosts = {}): Value {
  const outcome = interpret(module, "main", args, { stepLimit: 1_000_000, ...hosts });
  assert.ok(outcome.ok, outcome.ok ? "" : outcome.diagnostic.message);
  return (outcome as { value: Value }).value;
}

function after(module: IRModule, steps: readonly Step[]): IRModule {
  const sink = new Diagnostics();
  const result = runPipeline(module, steps, sink);
  assert.ok(result, sink.all[0]?.message);
  checkModule(result!, sink);
  assert.is(sink.all.filter((d) => d.severity === "error").map((d) => d.message).join("\n"), ""); // prettier-ignore
  return result!;
}

/** Kills of these operators write over the memory; how many there are. */
function spoiling(module: IRModule, which: RegExp): { spoilt: IRModule; count: number } {
  let count = 0;
  const spoilt = rewrite(module, (node) => {
    if (node.kind !== "relax.Call" || node.op.kind !== "relax.Op" || !which.test(node.op.name))
      return node;
    count++;
    return relaxCall(externFunc("env.spoil"), node.args);
  });
  return { spoilt, count };
}

function spoil(value: Value): void {
  if (value.kind === "tensor") value.data.bytes.fill(0xff);
  else if (value.kind === "storage") value.bytes.fill(0xff);
  else if (value.kind === "tuple") value.fields.forEach(spoil);
}

const HOSTS = {
  hosts: new Map([
    [
      "env.spoil",
      (_: unknown, args: readonly Value[]): Value => {
        args.forEach(spoil);
        return voidValue;
      },
    ],
  ]),
};

for (const [what, steps, which] of [
  ["storage of one tensor each", OWN, KILLS],
  // Tensors of an arena lie where others lie later; only the arena as a whole is free after its end.
  ["arenas", PLANNED, /^memory\.kill_storage$/],
] as const) {
  test(`nothing reads what was killed: ${what}`, () => {
    let total = 0;
    for (const { text, module, inputs, expected } of programs) {
      const { spoilt, count } = spoiling(after(module, steps), which);
      total += count;
      assert.is(difference(resultOf(spoilt, inputs(), HOSTS), expected), undefined, text);
    }
    assert.ok(total > programs.length, `${total} kills`);
  });
}

test("programs are killed once, lowered once, read back and run on the machine", () => {
  for (const { text, module, inputs, expected } of programs) {
    const killed = after(module, PLANNED);
    assert.is(after(killed, [step(killAfterLastUse)]), killed, text);
    const low = after(killed, [step(lowerRuntimeBuiltin)]);
    assert.is(after(low, [step(killAfterLastUse), step(lowerRuntimeBuiltin)]), low, text);
    assert.is(roundTripProblem(low, "native"), undefined, text);
    assert.is(difference(resultOf(low, inputs()), expected), undefined, text);
    const sink = new Diagnostics();
    const artefact = buildForWasm(low, sink, { producer: "test" });
    assert.ok(artefact, sink.all[0]?.message);
    const bytes = encodeArtefact(artefact!);
    const found = loadArtefact(bytes, "program", { instrument: () => undefined }).invoke("main", inputs()); // prettier-ignore
    assert.is(difference(found, expected), undefined, text);
  }
});

test.run();
