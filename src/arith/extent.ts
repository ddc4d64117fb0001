/**
 * Ends and extents of ranges: `hi - lo` in its shortest form, and
 * `lo + extent`, which undoes it. Nothing else is simplified.
 */
import { structuralEqual } from "../ir/core/equal.js";
import { binary, intImm, type PrimExpr } from "../ir/tir/expr.js";
import { addInt, subInt } from "../support/int.js";

const isZero = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && e.value === 0;

/** `hi - lo`, with constants folded and equal terms cancelled. */
export function differenceOf(hi: PrimExpr, lo: PrimExpr): PrimExpr {
  if (isZero(lo)) return hi;
  if (hi.kind === "tir.IntImm" && lo.kind === "tir.IntImm") {
    return intImm(
      subInt(hi.value, lo.value),
      hi.dtype.bits >= lo.dtype.bits ? hi.dtype : lo.dtype,
      hi.span,
    );
  }
  if (same(hi, lo)) return intImm(0, hi.dtype, hi.span);
  // lo + n - lo
  if (hi.kind === "tir.Binary" && hi.op === "add") {
    if (same(hi.a, lo)) return hi.b;
    if (same(hi.b, lo)) return hi.a;
    // x + c1 - (x + c2)
    if (lo.kind === "tir.Binary" && lo.op === "add" && same(hi.a, lo.a))
      return differenceOf(hi.b, lo.b);
  }
  return binary("sub", hi, lo, hi.span);
}

/** `lo + extent`, the inverse of {@link differenceOf}. */
export function sumOf(lo: PrimExpr, extent: PrimExpr): PrimExpr {
  if (isZero(lo)) return extent;
  if (lo.kind === "tir.IntImm" && extent.kind === "tir.IntImm") {
    return intImm(
      addInt(lo.value, extent.value),
      lo.dtype.bits >= extent.dtype.bits ? lo.dtype : extent.dtype,
    );
  }
  if (extent.kind === "tir.Binary" && extent.op === "sub" && same(extent.b, lo)) return extent.a;
  // x + c2 up to (x + c2) + c1
  if (
    lo.kind === "tir.Binary" &&
    lo.op === "add" &&
    lo.b.kind === "tir.IntImm" &&
    extent.kind === "tir.IntImm"
  ) {
    return binary("add", lo.a, sumOf(lo.b, extent));
  }
  return binary("add", lo, extent);
}

/** Cheap: same variable or constant, else structure. */
const same = (a: PrimExpr, b: PrimExpr): boolean =>
  a === b ||
  (a.kind === b.kind && a.kind !== "tir.Var" && structuralEqual(a, b, { mapFreeVars: false }));
