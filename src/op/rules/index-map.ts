/** Shapes under index maps. */
import type { IndexMap } from "../../ir/tir/function.js";
import { binary, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import { substitute } from "../../ir/core/rewrite.js";
import { int64 } from "../../support/dtype.js";
import { typeCodes } from "../codes.js";
import { fail } from "../fail.js";
import type { Site } from "../site.js";
import { attrOf, wrongAttr } from "./attribute.js";
import { constOf, dim, raw, wide } from "./dims.js";

export function indexMapOf(site: Site, name: string): IndexMap {
  const value = attrOf(site, name);
  if (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    value.kind === "tir.IndexMap"
  )
    return value;
  return wrongAttr(site, name, "an index map", value);
}

/**
 * Lengths after the map: the largest index along each result, plus one. Every result is an expression that grows with
 * each of its variables up to splits by `//` and `%`, so its bound is taken over the ranges of the variables.
 */
export function mapShape(
  site: Site,
  map: IndexMap,
  dims: readonly PrimExpr[],
): readonly PrimExpr[] {
  if (map.params.length !== dims.length) {
    fail(
      typeCodes.rankMismatch({
        op: site.op.name,
        a: `${dims.length} dimensions`,
        b: `an index map of ${map.params.length}`,
        at: site.call.span,
      }),
    );
  }
  const last = new Map<Var, PrimExpr>(map.params.map((p, i) => [p, raw("sub", dims[i]!, dim(1))]));
  return map.results.map((result) => site.ctx.simplify(raw("add", upper(result, last), dim(1))));
}

/** Largest value of an index expression whose variables run from 0 to the given last values. */
function upper(e: PrimExpr, last: ReadonlyMap<Var, PrimExpr>): PrimExpr {
  switch (e.kind) {
    case "tir.Var":
      return wide(last.get(e) ?? e);
    case "tir.IntImm":
      return dim(e.value);
    case "tir.Cast":
      return upper(e.value, last);
    case "tir.Binary": {
      const right = constOf(e.b);
      if (e.op === "add" || e.op === "min" || e.op === "max")
        return raw(e.op, upper(e.a, last), upper(e.b, last));
      if (e.op === "mul" && right !== undefined && right >= 0)
        return raw("mul", upper(e.a, last), dim(right));
      if (e.op === "mul" && (constOf(e.a) ?? -1) >= 0)
        return raw("mul", dim(constOf(e.a)!), upper(e.b, last));
      if ((e.op === "floordiv" || e.op === "div") && (right ?? 0) > 0)
        return raw("floordiv", upper(e.a, last), dim(right!));
      if ((e.op === "floormod" || e.op === "mod") && (right ?? 0) > 0) {
        const most = upper(e.a, last);
        const known = constOf(most);
        return known !== undefined && known < right! ? most : dim(BigInt(right!) - 1n);
      }
      if (e.op === "sub") return raw("sub", upper(e.a, last), lower(e.b, last));
      break;
    }
    default:
  }
  // No monotone form: the value at the last point, which holds for permuted and packed layouts.
  return wide(binary("add", wide(substitute(e, last)), dim(0)));
}

/** Smallest value, for subtrahends: variables at 0, except in what is subtracted again. */
function lower(e: PrimExpr, last: ReadonlyMap<Var, PrimExpr>): PrimExpr {
  if (e.kind === "tir.Binary" && e.op === "sub")
    return raw("sub", lower(e.a, last), upper(e.b, last));
  return wide(
    substitute(
      e,
      new Map(
        [...last.keys()].map((v) => [
          v,
          v.dtype === int64 ? dim(0) : { ...dim(0), dtype: v.dtype },
        ]),
      ),
    ),
  );
}
