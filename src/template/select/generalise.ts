/**
 * Calls in general terms: a length that the caller computes from symbols of its own, such as `(h - 1) // 2 + 1`, becomes
 * a symbol, and inference says anew what the outputs are in terms of it. So the outputs of an instance are formulas of
 * its inputs, its accesses can be proved in bounds, and calls that differ in such lengths share one instance.
 */
import { varsOf } from "../../ir/core/free-vars.js";
import { shapeExpr, type Call } from "../../ir/relax/expr.js";
import {
  dimsOf,
  tensorInfo,
  tupleInfo,
  type StructInfo,
  type TensorInfo,
} from "../../ir/relax/struct-info.js";
import { makeVar, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import type { LoweringSite } from "../../op/lowering.js";
import type { OpDef } from "../../op/op.js";
import { int64 } from "../../support/dtype.js";

export interface General {
  /** The site, where types of operands are in general terms. */
  readonly site: LoweringSite;
  /** What the new symbols are for the caller. */
  readonly callers: ReadonlyMap<Var, PrimExpr>;
}

/** The call in general terms; undefined where nothing is computed, or where inference then knows less. */
export function generalise(op: OpDef, call: Call, site: LoweringSite): General | undefined {
  const tensors = call.args.flatMap((a) => tensorsIn(site.infer.infoOf(a)));
  const dims = tensors.flatMap((t) => dimsOf(t) ?? []);
  const bare = new Set(dims.filter((d) => d.kind === "tir.Var"));
  const callers = new Map<Var, PrimExpr>();
  const symbols = new Map<PrimExpr, Var>();
  for (const dim of dims) {
    if (symbols.has(dim) || varsOf(dim).every((v) => bare.has(v))) continue;
    const equal = [...callers].find(([, of]) => site.infer.equal(of, dim) === true)?.[0];
    const symbol = equal ?? makeVar(`d${callers.size}`, int64, undefined, { isSize: true });
    symbols.set(dim, symbol);
    callers.set(symbol, callers.get(symbol) ?? dim);
  }
  if (symbols.size === 0) return undefined;

  const inGeneral = (info: StructInfo): StructInfo => {
    if (info.kind === "relax.TupleInfo") return tupleInfo(info.fields.map(inGeneral));
    const shape = info.kind === "relax.TensorInfo" ? dimsOf(info) : undefined;
    if (info.kind !== "relax.TensorInfo" || shape === undefined) return info;
    return tensorInfo({ ...info, shape: shapeExpr(shape.map((d) => symbols.get(d) ?? d)) });
  };
  let isLess = false;
  const infer = {
    ...site.infer,
    infoOf: (e: Parameters<typeof site.infer.infoOf>[0]) => inGeneral(site.infer.infoOf(e)),
    report: () => void (isLess = true),
  };
  const before = tensorsIn(op.infer(call, { ...site.infer, report: () => undefined }));
  const after = tensorsIn(op.infer(call, infer));
  isLess ||= before.some((t, i) => {
    const found = after[i];
    return found === undefined || (dimsOf(t) !== undefined && dimsOf(found) === undefined);
  });
  return isLess ? undefined : { site: { ...site, infer }, callers };
}

const tensorsIn = (info: StructInfo): readonly TensorInfo[] =>
  info.kind === "relax.TensorInfo"
    ? [info]
    : info.kind === "relax.TupleInfo"
      ? info.fields.flatMap(tensorsIn)
      : [];
