/** What function attributes and signatures say of symbols. */
import { Analyzer } from "../../arith/index.js";
import { isNode } from "../../ir/nodes.js";
import type { AttrValue } from "../../ir/core/node.js";
import type { Func } from "../../ir/relax/expr.js";
import { compare, intImm, type CompareOp } from "../../ir/tir/expr.js";
import { isInt, type Int } from "../../support/int.js";
import { plainSymbols } from "./info.js";

const intOf = (value: AttrValue | undefined): Int | undefined =>
  isInt(value) ? value : isNode(value) && value.kind === "tir.IntImm" ? value.value : undefined;

/** Dimensions are not negative; `tir_var_upper_bound` and `tir_var_lower_bound` bound symbols of the signature. */
export function analyzerFor(func: Func): Analyzer {
  const analyzer = new Analyzer();
  const bounds: readonly (readonly [string, CompareOp])[] = [
    ["tir_var_upper_bound", "le"],
    ["tir_var_lower_bound", "ge"],
  ];
  const seen = new Set<object>();
  for (const param of func.params) {
    for (const v of param.sinfo === undefined ? [] : plainSymbols(param.sinfo)) {
      if (seen.has(v)) continue;
      seen.add(v);
      if (param.sinfo!.kind !== "relax.PrimInfo")
        analyzer.assume(compare("ge", v, intImm(0, v.dtype)));
      for (const [key, relation] of bounds) {
        const table = func.attrs.get(key);
        const bound =
          table instanceof Map
            ? intOf((table as ReadonlyMap<string, AttrValue>).get(v.name))
            : undefined;
        if (bound !== undefined) analyzer.assume(compare(relation, v, intImm(bound, v.dtype)));
      }
    }
  }
  return analyzer;
}
