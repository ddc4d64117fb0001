/** Random modules of T functions, with values to run their entry on. */
import { irModule, type IRModule } from "../../ir/module.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { isFloat } from "../../support/dtype.js";
import { evaluate } from "../../arith/index.js";
import { zeros, type NDArray } from "../../support/ndarray.js";
import { floatValue, intValue, tensorValue, type Value } from "../../support/value.js";
import { randomTensor } from "./data.js";
import {
  generateFiller,
  generateHelper,
  generatePrimFunc,
  pickTypes,
  type GeneratedFunc,
} from "./prim-func.js";
import type { Random } from "./random.js";
import { literal } from "./value-expr.js";

export interface Program {
  readonly module: IRModule;
  readonly entry: string;
  readonly main: GeneratedFunc;
  /** Values of the entry's parameters; tensors are made anew by each call. Outputs count as not written. */
  makeArgs(): Value[];
}

/** A module with an entry, and sometimes helper functions. */
export function generateProgram(rng: Random, options: { readonly oldEra?: boolean } = {}): Program {
  const types = pickTypes(rng);
  const functions = new Map<string, PrimFunc>();
  const helpers = [];
  if (rng.chance(0.15)) {
    const helper = { name: "scale_of", arg: rng.pick(types), result: rng.pick(types) };
    functions.set(helper.name, generateHelper(rng, helper.name, helper.arg, helper.result));
    helpers.push(helper);
  }
  let filler;
  if (rng.chance(0.1)) {
    filler = { name: "fill_four", dtype: rng.pick(types) };
    functions.set(filler.name, generateFiller(rng, filler.name, filler.dtype));
  }
  const main = generatePrimFunc(rng, { ...options, name: "main", types, helpers, filler });
  functions.set("main", main.func);
  const plain = main.args.map((plan): NDArray | Value => {
    if (plan.kind === "scalar") {
      const value = literal(rng, plan.dtype);
      const number = value.kind === "tir.IntImm" || value.kind === "tir.FloatImm" ? value.value : 0;
      return isFloat(plan.dtype)
        ? floatValue(Number(number), plan.dtype)
        : intValue(number, plan.dtype);
    }
    const shape = plan.dims.map((d) =>
      Number(evaluate(d.expr, { of: (v) => main.symbols.get(v) })),
    );
    return plan.isOutput ? zeros(plan.dtype, shape) : randomTensor(rng, plan.dtype, shape);
  });
  return {
    module: irModule(functions),
    entry: "main",
    main,
    makeArgs: () =>
      plain.map((value, k) => {
        if ("kind" in value) return value;
        const data = { ...value, bytes: value.bytes.slice() };
        const plan = main.args[k]!;
        return plan.kind === "tensor" && plan.isOutput
          ? tensorValue(data, new Uint8Array(data.bytes.length))
          : tensorValue(data);
      }),
  };
}
