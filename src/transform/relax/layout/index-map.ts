/** Tensors under index maps, and what undoes them. */
import { detectIterMap, inverseOf } from "../../../arith/index.js";
import { refresh } from "../../../ir/core/rewrite.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { relaxVar, type Call, type Expr } from "../../../ir/relax/expr.js";
import { dimsOf, type StructInfo } from "../../../ir/relax/struct-info.js";
import { range } from "../../../ir/tir/buffer.js";
import { intImm, makeVar, type PrimExpr } from "../../../ir/tir/expr.js";
import type { IndexMap } from "../../../ir/tir/function.js";
import type { InferContext } from "../../../op/infer-context.js";
import { makeCall } from "../../../op/make-call.js";

/** `R.layout_transform` by a map of its own. */
export const transformed = (value: Expr, map: IndexMap, padValue?: PrimExpr): Call =>
  makeCall("layout_transform", [value], {
    index_map: refresh(map, new Set(map.params)),
    ...(padValue !== undefined && { pad_value: padValue as AttrValue }),
  });

/** An output of a function in another layout. */
export interface ChangedOutput {
  readonly info: StructInfo;
  /** The map that undoes the layout. */
  readonly back: IndexMap | undefined;
}

/** An output in its layout; undefined when that cannot be undone. */
export function changedOutput(
  info: StructInfo,
  map: IndexMap | undefined,
  infer: InferContext,
): ChangedOutput | undefined {
  if (map === undefined) return { info, back: undefined };
  const dims = dimsOf(info);
  if (dims === undefined || dims.length !== map.params.length) return undefined;
  const back = map.inverse ?? inverseMap(map, dims);
  const changed = infer.infoOf(transformed(relaxVar("output", info), map));
  return back === undefined || dimsOf(changed) === undefined ? undefined : { info: changed, back };
}

/** The map that undoes one over tensors of these lengths; undefined when there is none. */
export function inverseMap(map: IndexMap, dims: readonly PrimExpr[]): IndexMap | undefined {
  const domain = new Map(map.params.map((v, i) => [v, range(intImm(0, v.dtype), dims[i]!)]));
  const found = detectIterMap({ indices: map.results, domain, level: "bijective" });
  if (!found.ok) return undefined;
  const params = map.results.map((r, i) => makeVar(`i${i}`, r.dtype));
  const values = inverseOf(found, params);
  const results = map.params.map((v) => values?.get(v));
  if (!results.every((r) => r !== undefined)) return undefined;
  return { kind: "tir.IndexMap", params, results, separators: [] };
}
