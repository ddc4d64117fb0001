/** Index maps applied to buffers: shapes, elements, regions, and what undoes them. */
import { detectIterMap, evalSet, inverseOf, rangeOfSet, setOfRange, type Analyzer, type IntSet } from "../arith/index.js"; // prettier-ignore
import { rewrite, substitute } from "../ir/core/rewrite.js";
import { bufferRegion, range, type Buffer, type BufferRegion, type Range } from "../ir/tir/buffer.js"; // prettier-ignore
import { binary, compare, intImm, makeVar, type PrimExpr, type Var } from "../ir/tir/expr.js";
import type { IndexMap } from "../ir/tir/function.js";
import type { IterVar } from "../ir/tir/stmt.js";
import { isInteger, type DType } from "../support/dtype.js";
import { floorDivInt, gcdInt, mulInt, subInt, type Int } from "../support/int.js";
import { inType, isZero } from "./nest.js";

/** A map with all its numbers in one integer type. */
export function typedMap(map: IndexMap, dtype: DType): IndexMap {
  const params = map.params.map((v) => (v.dtype === dtype ? v : makeVar(v.name, dtype, v.span)));
  const names = new Map<Var, PrimExpr>(map.params.map((v, k) => [v, params[k]!]));
  const results = map.results.map((r) => typedExpr(substitute(r, names), dtype));
  return { ...map, params, results, inverse: map.inverse && typedMap(map.inverse, dtype) };
}

/** An index expression computed in one integer type. */
export const typedExpr = (e: PrimExpr, dtype: DType): PrimExpr =>
  rewrite(e, (n) => {
    if (n.kind === "tir.IntImm" && isInteger(n.dtype)) return inType(n, dtype);
    if (n.kind === "tir.Binary") {
      const wide = binary(n.op, inType(n.a, dtype), inType(n.b, dtype), n.span);
      return isInteger(n.dtype) ? wide : n;
    }
    if (n.kind === "tir.Unary" && isInteger(n.dtype)) return { ...n, dtype: n.a.dtype };
    if (n.kind === "tir.Cast" && isInteger(n.dtype) && n.value.dtype === dtype) return n.value;
    return n;
  });

/** The element that the map gives to some indices. */
export function mapped(
  map: IndexMap,
  indices: readonly PrimExpr[],
  analyzer?: Analyzer,
): readonly PrimExpr[] {
  const values = new Map<Var, PrimExpr>(
    map.params.map((v, k) => [v, inType(indices[k]!, v.dtype)]),
  );
  return map.results.map((r) => {
    const value = substitute(r, values);
    return analyzer === undefined ? value : analyzer.simplify(value);
  });
}

/** The region that holds the images of a region; dimensions that cannot be told are whole. */
export function mappedRegion(
  analyzer: Analyzer,
  map: IndexMap,
  { region, span }: BufferRegion,
  to: Buffer,
): BufferRegion {
  const isPoint = region.every((r) => r.extent.kind === "tir.IntImm" && r.extent.value === 1);
  if (isPoint) {
    const at = mapped(
      map,
      region.map((r) => r.min),
      analyzer,
    );
    return bufferRegion(
      to,
      at.map((i) => range(i, intImm(1, i.dtype))),
      span,
    );
  }
  const domain = new Map<Var, IntSet>(
    map.params.map((v, k) => [v, setOfRange(analyzer, range(region[k]!.min, region[k]!.extent))]),
  );
  const parts = map.results.map((r, d): Range => {
    const found = rangeOfSet(analyzer, evalSet(analyzer, r, domain), r.dtype);
    return found ?? range(intImm(0, r.dtype), to.shape[d]!);
  });
  return bufferRegion(to, parts, span);
}

/** The extents of the image of a shape, from 0 on; undefined where that cannot be told or is below 0. */
export function mappedShape(
  analyzer: Analyzer,
  map: IndexMap,
  shape: readonly PrimExpr[],
): readonly PrimExpr[] | undefined {
  const domain = new Map<Var, IntSet>(
    map.params.map((v, k) => [v, setOfRange(analyzer, range(intImm(0, v.dtype), inType(shape[k]!, v.dtype)))]), // prettier-ignore
  );
  const found = map.results.map((r) => {
    const at = rangeOfSet(analyzer, evalSet(analyzer, r, domain), r.dtype);
    const isLow = at && analyzer.prove(compare("ge", at.min, intImm(0, r.dtype))) === true;
    return isLow ? analyzer.simplify(binary("add", at.min, at.extent)) : undefined;
  });
  return found.includes(undefined) ? undefined : (found as PrimExpr[]);
}

/**
 * Why a map is not one to one on a shape; with what undoes it otherwise. Dimensions that are cut in parts are taken up
 * to whole parts: what is one to one there is one to one on the shape.
 */
export function undone(
  analyzer: Analyzer,
  map: IndexMap,
  shape: readonly PrimExpr[],
): { readonly inverse: IndexMap } | { readonly reason: string } {
  const domain = new Map(
    map.params.map((v, k) => [v, range(intImm(0, v.dtype), rounded(analyzer, map, v, shape[k]!))]),
  );
  const found = detectIterMap({ indices: map.results, domain, level: "bijective", analyzer });
  if (!found.ok) return { reason: found.reason };
  const params = map.results.map((r, i) => makeVar(`i${i}`, r.dtype));
  const values = inverseOf(found, params);
  const results = map.params.map((v, k) => values?.get(v) ?? onlyValue(shape[k]!, v));
  if (!results.every((r) => r !== undefined)) return { reason: "an index is not determined by the new ones" }; // prettier-ignore
  return { inverse: { kind: "tir.IndexMap", params, results, separators: [] } };
}

/** A dimension of extent 1 has one index. */
const onlyValue = (extent: PrimExpr, v: Var): PrimExpr | undefined =>
  extent.kind === "tir.IntImm" && extent.value === 1 ? intImm(0, v.dtype) : undefined;

/** An extent rounded up to a multiple of the parts that the map cuts the index into. */
function rounded(analyzer: Analyzer, map: IndexMap, v: Var, extent: PrimExpr): PrimExpr {
  let unit: Int = 1;
  const walk = (e: PrimExpr, part: Int): void => {
    if (e === v) unit = floorDivInt(mulInt(unit, part), gcdInt(unit, part));
    if (e.kind === "tir.Cast") walk(e.value, part);
    if (e.kind !== "tir.Binary") return;
    const by = e.b.kind === "tir.IntImm" && e.b.value > 0 ? e.b.value : 1;
    const isDiv = e.op === "floordiv";
    walk(e.a, e.op === "floormod" ? by : isDiv ? mulInt(part, by) : part);
    walk(e.b, part);
  };
  for (const r of map.results) walk(r, 1);
  const typed = inType(extent, v.dtype);
  if (unit === 1) return typed;
  const parts = binary("floordiv", binary("add", typed, intImm(subInt(unit, 1), v.dtype)), intImm(unit, v.dtype)); // prettier-ignore
  return analyzer.simplify(binary("mul", parts, intImm(unit, v.dtype)));
}

/**
 * The axes of a block from the element that it reads with them: given the indices of that element as other
 * expressions, the values of the axes. They need not be right where no axes give that element.
 */
export function axesFrom(
  analyzer: Analyzer,
  iters: readonly IterVar[],
  indices: readonly PrimExpr[],
  given: readonly PrimExpr[],
): ReadonlyMap<Var, PrimExpr> | undefined {
  if (iters.some((i) => i.dom === undefined || !isZero(i.dom.min))) return undefined;
  const params = iters.map((i) => i.var);
  const map: IndexMap = { kind: "tir.IndexMap", params, results: indices, separators: [] };
  const back = undone(analyzer, map, iters.map((i) => i.dom!.extent)); // prettier-ignore
  if ("reason" in back) return undefined;
  const values = new Map<Var, PrimExpr>(back.inverse.params.map((v, k) => [v, inType(given[k]!, v.dtype)])); // prettier-ignore
  return new Map(params.map((v, k) => [v, analyzer.simplify(inType(substitute(back.inverse.results[k]!, values), v.dtype))])); // prettier-ignore
}
