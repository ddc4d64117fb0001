/** Random modules of Relax and T functions, for round trips and passes. */
import { irModule, type BaseFunc, type IRModule } from "../../ir/module.js";
import type { Func } from "../../ir/relax/expr.js";
import { substitute } from "../../ir/core/rewrite.js";
import { varsOf } from "../../ir/core/free-vars.js";
import { makeBuffer } from "../../ir/tir/buffer.js";
import { intImm, makeVar, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import { param, type PrimFunc } from "../../ir/tir/function.js";
import { seq } from "../../ir/tir/stmt.js";
import { noAttrs } from "../../ir/core/node.js";
import { makeInferContext, signatureOf } from "../../op/deduce/index.js";
import { handle, int64, voidType } from "../../support/dtype.js";
import { fill } from "./phases.js";
import { generateProgram } from "./program.js";
import type { Random } from "./random.js";
import { generateRelaxFunction } from "./relax-function.js";
import type { Kernel, KernelTensor, RelaxScope } from "./relax-scope.js";
import type { Dim, Memory, Scope } from "./scope.js";

/** A module of 1 to 3 Relax functions with the T functions they call, or of T functions alone. */
export function generateModule(rng: Random): IRModule {
  if (rng.chance(0.4)) return generateProgram(rng, { oldEra: false }).module;
  const functions = new Map<string, BaseFunc>();
  const made: Func[] = [];
  const kernels: Kernel[] = [];
  const addKernel = (tensors: readonly KernelTensor[]): Kernel => {
    const kernel = kernelFor(rng, `kernel_${kernels.length}`, tensors);
    kernels.push(kernel);
    functions.set(kernel.name, kernel.func);
    return kernel;
  };
  const infer = makeInferContext({
    signature: (name) => {
      const found = functions.get(name);
      return found && signatureOf(found);
    },
  });
  for (let k = rng.between(1, 3); k > 0; k--) {
    const symbols = ["n", "m"]
      .slice(0, rng.between(0, 2))
      .map((name): PrimExpr => makeVar(name, int64));
    const scope: RelaxScope = {
      rng,
      infer,
      dims: [...symbols, intImm(rng.between(1, 8), int64), intImm(rng.between(1, 8), int64)],
      values: [],
      names: new Map([["n", 1], ["m", 1]]), // prettier-ignore
      kernels,
      functions: made,
      addKernel,
    };
    const isLast = k === 1;
    const func = generateRelaxFunction(scope, {
      name: isLast ? "main" : `part_${k}`,
      isPrivate: !isLast && rng.chance(0.5),
    });
    made.push(func);
    functions.set(func.name, func);
  }
  return irModule(functions);
}

/** A T function with a parameter for each tensor; the last one is filled. */
function kernelFor(rng: Random, name: string, tensors: readonly KernelTensor[]): Kernel {
  // Symbols of its own, bound by bare dimensions or passed as scalars.
  const mapping = new Map<Var, PrimExpr>();
  for (const t of tensors)
    for (const d of t.shape) for (const v of varsOf(d)) mapping.set(v, makeVar(v.name, int64));
  const memories = tensors.map((t, k): Memory => {
    const shape = t.shape.map((d) => substitute(d, mapping));
    const buffer = makeBuffer({ name: `B${k}`, dtype: t.dtype, shape });
    return { buffer, dims: shape.map((expr): Dim => ({ expr, most: 8 })), writable: true };
  });
  const scope: Scope = {
    rng,
    index: int64,
    names: new Map(tensors.map((_, k) => [`B${k}`, 1])),
    dims: [{ expr: intImm(3, int64), most: 3 }],
    types: [...new Set(tensors.map((t) => t.dtype))],
    axes: [],
    memories: [],
    scalars: [],
    cells: [],
    helpers: [],
    oldEra: false, // prettier-ignore
  };
  const bound = new Set(memories.flatMap((m) => m.dims.map((d) => d.expr)));
  const loose = [...mapping].filter(([, v]) => !bound.has(v));
  const target = memories[memories.length - 1]!;
  const func: PrimFunc = {
    kind: "tir.PrimFunc",
    name,
    params: [
      ...memories.map(({ buffer }) => param(makeVar(`b_${buffer.name}`, handle), buffer)),
      ...loose.map(([, v]) => param(v as Var)),
    ],
    retType: voidType,
    attrs: noAttrs,
    isPrivate: true,
    sTir: true,
    persistent: false,
    body: seq([fill({ ...scope, memories: memories.slice(0, -1) }, target)]),
  };
  return {
    name,
    func,
    inputs: tensors.slice(0, -1),
    outputs: tensors.slice(-1),
    scalars: loose.map(([v]) => v),
  };
}
