/** Symbols of a TensorIR function: what is known before it runs. */
import type { Analyzer } from "../../arith/index.js";
import { isInt } from "../../support/int.js";
import { compare, intImm, type Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { visit } from "../../ir/core/visit.js";

/** Scalar parameters and the symbols of the parameters' shapes, in order of first occurrence. */
export function symbolsOf(func: PrimFunc): Var[] {
  const found = new Set<Var>();
  for (const { var: v, buffer } of func.params) {
    if (!buffer) {
      if (v.dtype.code !== "handle") found.add(v);
      continue;
    }
    for (const e of [
      ...buffer.shape,
      ...buffer.strides,
      ...(buffer.elemOffset ? [buffer.elemOffset] : []),
    ]) {
      visit(e, {
        enter(node) {
          if (node.kind === "tir.Var" && node.dtype.code !== "handle") found.add(node);
        },
      });
    }
  }
  return [...found];
}

/** Tells the analyser that extents are not negative, and the declared ranges of symbols. */
export function declareSymbols(func: PrimFunc, analyzer: Analyzer): void {
  for (const v of symbolsOf(func)) analyzer.poly(v);
  for (const { buffer } of func.params) {
    for (const dim of buffer?.shape ?? []) {
      if (dim.dtype.code === "int") analyzer.assumeNonNegative(analyzer.poly(dim));
    }
  }
  for (const [key, op] of [
    ["tir_var_upper_bound", "le"],
    ["tir_var_lower_bound", "ge"],
  ] as const) {
    const table = func.attrs.get(key);
    if (!(table instanceof Map)) continue;
    for (const v of symbolsOf(func)) {
      const raw: unknown = table.get(v.name);
      const value = isInt(raw) ? raw : isImm(raw) ? raw.value : undefined;
      if (value !== undefined) analyzer.assume(compare(op, v, intImm(value, v.dtype)));
    }
  }
}

const isImm = (value: unknown): value is ReturnType<typeof intImm> =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === "tir.IntImm";
