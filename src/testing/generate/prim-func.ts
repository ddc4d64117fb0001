/** Random valid T functions, with arguments to run them on. */
import { binary, intImm, makeVar, type Var } from "../../ir/tir/expr.js";
import { makeBuffer } from "../../ir/tir/buffer.js";
import { param, type Param, type PrimFunc } from "../../ir/tir/function.js";
import { alloc, returnStmt, seq, type Stmt } from "../../ir/tir/stmt.js";
import { noAttrs } from "../../ir/core/node.js";
import {
  dtype,
  float32,
  handle,
  int32,
  int64,
  isBool,
  voidType,
  type DType,
} from "../../support/dtype.js";
import { change, constantTable, fill, fillByCall, reduction } from "./phases.js";
import type { Random } from "./random.js";
import { constant, extend, freshName, type Dim, type Memory, type Scope } from "./scope.js";
import { allTypes } from "./types.js";
import { valueOf } from "./value-expr.js";

/** How to make one argument of a generated function. */
export type ArgumentPlan =
  | {
      readonly kind: "tensor";
      readonly dtype: DType;
      readonly dims: readonly Dim[];
      readonly isOutput: boolean;
    }
  | { readonly kind: "scalar"; readonly dtype: DType };

export interface GeneratedFunc {
  readonly func: PrimFunc;
  readonly args: readonly ArgumentPlan[];
  /** Symbols with the values to run with. */
  readonly symbols: ReadonlyMap<Var, number>;
  readonly hasReduction: boolean;
}

export interface FuncOptions {
  readonly name: string;
  /** Helper functions of the module that may be called. */
  readonly helpers?: Scope["helpers"];
  /** A function of the module that fills a buffer of 4 elements of that type. */
  readonly filler?: { readonly name: string; readonly dtype: DType } | undefined;
  /** Types to use; chosen when absent. */
  readonly types?: readonly DType[];
  /** With statements of older eras; default true. */
  readonly oldEra?: boolean;
}

const make = (
  name: string,
  params: readonly Param[],
  body: Stmt,
  retType = voidType,
  isPrivate = false,
): PrimFunc => ({
  kind: "tir.PrimFunc",
  name,
  params,
  retType,
  attrs: noAttrs,
  isPrivate,
  sTir: true,
  persistent: false,
  body,
});

/** Types of one program: two ordinary ones and some of all. */
export function pickTypes(rng: Random): DType[] {
  const some = Array.from({ length: rng.between(1, 3) }, () => rng.pick(allTypes));
  return [...new Set([rng.pick([int32, int64]), float32, ...some])];
}

/** A function that takes and stores buffers. */
export function generatePrimFunc(rng: Random, options: FuncOptions): GeneratedFunc {
  const index = rng.pick([int32, int64]);
  const symbols = new Map<Var, number>();
  const names = new Map<string, number>();
  const seed: Scope = {
    rng,
    index,
    names,
    dims: [],
    types: options.types ?? pickTypes(rng),
    axes: [],
    memories: [],
    scalars: [],
    cells: [],
    helpers: options.helpers ?? [],
    oldEra: options.oldEra ?? true, // prettier-ignore
  };
  const symbolDims = Array.from({ length: rng.chance(0.65) ? rng.between(1, 2) : 0 }, (): Dim => {
    const v = makeVar(freshName(seed, "n"), index);
    symbols.set(v, rng.between(1, 5));
    return { expr: v, most: 5 };
  });
  const constants = Array.from({ length: rng.between(1, 3) }, (): Dim => {
    const value = rng.between(1, 8);
    return { expr: constant(seed, value), most: value };
  });
  const derived = symbolDims.flatMap((d): Dim[] =>
    rng.chance(0.3)
      ? [{ expr: binary("add", d.expr, constant(seed, rng.between(1, 2))), most: d.most + 2 }]
      : [],
  );
  const scope = extend(seed, { dims: [...symbolDims, ...constants, ...derived] });
  return assemble(scope, symbolDims, symbols, options);
}

function assemble(
  scope: Scope,
  symbolDims: readonly Dim[],
  symbols: ReadonlyMap<Var, number>,
  options: FuncOptions,
): GeneratedFunc {
  const { rng } = scope;
  const memory = (base: string, dims: readonly Dim[], type: DType, writable: boolean): Memory => ({
    buffer: makeBuffer({
      name: freshName(scope, base),
      dtype: type,
      shape: dims.map((d) => d.expr),
    }),
    dims,
    writable,
  });
  const someDims = (least: number): Dim[] =>
    Array.from({ length: rng.between(least, 3) }, () => rng.pick(scope.dims));
  // The first input binds every symbol.
  const inputs = Array.from({ length: rng.between(1, 3) }, (_, k) =>
    memory(
      "A",
      k === 0 ? [...symbolDims, rng.pick(scope.dims)] : someDims(0),
      rng.pick(scope.types),
      rng.chance(0.3),
    ),
  );
  const outputs = Array.from({ length: rng.between(1, 2) }, () =>
    memory("C", someDims(rng.chance(0.1) ? 0 : 1), rng.pick(scope.types), true),
  );
  const scalars = Array.from({ length: rng.between(0, 2) }, () =>
    makeVar(freshName(scope, "p"), rng.pick(scope.types)),
  );
  let s = extend(scope, { memories: inputs, scalars });
  const body: Stmt[] = [];
  let hasReduction = false;
  const define = (target: Memory): void => {
    const reduces = rng.chance(0.4) && !isBool(target.buffer.dtype);
    hasReduction ||= reduces;
    body.push(reduces ? reduction(s, target) : fill(s, target));
    s = extend(s, { memories: [...s.memories, target] });
  };
  if (scope.oldEra && rng.chance(0.1)) {
    const table = constantTable(s, rng.pick(s.types));
    body.push(table.stmt);
    s = extend(s, { memories: [...s.memories, table.memory] });
  }
  if (rng.chance(0.4)) {
    const temporary = memory("B", someDims(1), rng.pick(scope.types), true);
    body.push(alloc(temporary.buffer));
    define(temporary);
  }
  if (options.filler !== undefined) {
    const four = memory("D", [{ expr: constant(scope, 4), most: 4 }], options.filler.dtype, true);
    body.push(alloc(four.buffer), fillByCall(s, four, options.filler.name));
    s = extend(s, { memories: [...s.memories, four] });
  }
  outputs.forEach(define);
  for (let k = rng.between(0, 3); k > 0; k--) body.push(change(s));
  const buffers = [...inputs, ...outputs];
  const params = [
    ...buffers.map(({ buffer }) =>
      param(makeVar(freshName(scope, buffer.name.toLowerCase()), handle), buffer),
    ),
    ...scalars.map((v) => param(v)),
  ];
  const args: ArgumentPlan[] = [
    ...buffers.map(({ buffer, dims }, k): ArgumentPlan => ({
      kind: "tensor",
      dtype: buffer.dtype,
      dims,
      isOutput: k >= inputs.length,
    })),
    ...scalars.map((v): ArgumentPlan => ({ kind: "scalar", dtype: v.dtype })),
  ];
  return { func: make(options.name, params, seq(body)), args, symbols, hasReduction };
}

/** A private function of one scalar that returns one. */
export function generateHelper(rng: Random, name: string, arg: DType, result: DType): PrimFunc {
  const scope: Scope = {
    rng,
    index: int32,
    names: new Map(),
    dims: [{ expr: intImm(4, int32), most: 4 }],
    types: [...new Set([arg, result, int32])],
    axes: [],
    memories: [],
    scalars: [makeVar("x", arg)],
    cells: [],
    helpers: [],
    oldEra: false, // prettier-ignore
  };
  return make(
    name,
    [param(scope.scalars[0]!)],
    returnStmt(valueOf(scope, result, 2)),
    result,
    true,
  );
}

/** A private function that fills a buffer of 4 elements. */
export function generateFiller(rng: Random, name: string, type: DType): PrimFunc {
  const dims: Dim[] = [{ expr: intImm(4, int32), most: 4 }];
  const scope: Scope = {
    rng,
    index: int32,
    names: new Map(),
    dims,
    types: [...new Set([type, int32, dtype("float32")])],
    axes: [],
    memories: [],
    scalars: [],
    cells: [],
    helpers: [],
    oldEra: false, // prettier-ignore
  };
  const buffer = makeBuffer({ name: "D", dtype: type, shape: [intImm(4, int32)] });
  return make(
    name,
    [param(makeVar("d", handle), buffer)],
    fill(scope, { buffer, dims, writable: true }),
    voidType,
    true,
  );
}
