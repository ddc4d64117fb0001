import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readModule } from "../../../../src/driver/frontend.js";
import { makeInputs } from "../../../../src/driver/inputs.js";
import { optimise } from "../../../../src/driver/optimise.js";
import { difference } from "../../../../src/driver/outputs.js";
import { interpret } from "../../../../src/interp/index.js";
import type { IRModule } from "../../../../src/ir/module.js";
import type { Func } from "../../../../src/ir/relax/expr.js";
import type { PrimFunc } from "../../../../src/ir/tir/function.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import type { Value } from "../../../../src/support/value.js";

const schedules = suite("schedules of the standard library");

/** Operators on a matrix of unknown size, and the schedule that they get. */
const OPERATORS: Readonly<Record<string, readonly [call: string, schedule: string]>> = {
  relu: ["R.nn.relu(x)", "flat"],
  bias: ["R.add(x, b)", "flat"],
  softmax: ["R.nn.softmax(x, axis=-1)", "rows"],
  "layer norm": ["R.nn.layer_norm(x, b, b, axes=[-1])", "rows"],
  sum: ["R.sum(x, axis=[1])", "rows"],
  greatest: ["R.max(x, axis=[1])", "rows"],
  transpose: ["R.permute_dims(x, axes=[1, 0])", "transpose"],
};
const TARGETS = { llvm: "llvm -mcpu=x86-64-v4", wasm: "wasm" };
/** Around the lengths of vectors and of several vectors. */
const WIDTHS = [1, 4, 15, 16, 17, 63, 64, 70, 130];

async function lowered(module: IRModule, pipeline: string, target: string): Promise<IRModule> {
  const sink = new Diagnostics();
  const made = await optimise(module, pipeline, sink, { target });
  assert.equal(
    sink.all.map((d) => `${d.code} ${d.message}`),
    [],
  );
  return made!;
}

function result(module: IRModule, args: readonly Value[]): Value {
  const outcome = interpret(module, "main", args, { stepLimit: 1e8 });
  if (!outcome.ok) throw new Error(outcome.diagnostic.message);
  return outcome.value;
}

for (const [kind, target] of Object.entries(TARGETS)) {
  for (const [name, [call, schedule]] of Object.entries(OPERATORS)) {
    schedules(`${name} for ${kind} gives what its loops gave`, async () => {
      const text = `@R.function\ndef main(x: R.Tensor(("n", "m"), "float32"), b: R.Tensor(("m",), "float32")):\n    y = ${call}\n    return y\n`;
      const { module } = readModule({ name: "op.relax", text });
      const before = await lowered(module, "legalize-ops", target);
      const after = await lowered(module, "legalize-ops,apply-schedules", target);
      const used = [...after.functions.values()].flatMap((f) =>
        f.kind === "tir.PrimFunc" ? [(f as PrimFunc).attrs.get("relaxc.schedule")] : [],
      );
      assert.equal(used, [`${schedule}_${kind}`]);
      const main = module.functions.get("main") as Func;
      for (const m of WIDTHS) {
        const symbols = new Map([["n", 3], ["m", m]]); // prettier-ignore
        const args = makeInputs(main, { symbols, shapes: new Map(), given: new Map(), seed: m });
        // Sums in another order: a rounding each.
        const tolerance = Math.max(m, 8) * 2 ** -23;
        assert.is(difference(result(after, args), result(before, args), tolerance), undefined, `m=${m}`); // prettier-ignore
      }
    });
  }
}

schedules.run();
