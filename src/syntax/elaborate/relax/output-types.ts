/** Types that calls carry: `out_ty=`, `ty_args=`. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { tupleInfo, type StructInfo } from "../../../ir/relax/struct-info.js";
import { relaxCodes } from "../../relax-codes.js";
import { at, fail, type FunctionState } from "./state.js";
import { elaborateType, isTypeText } from "./types.js";

/** Types as one (several make a tuple) and as a list. */
export interface OutputTypes {
  readonly one: StructInfo;
  readonly all: readonly StructInfo[];
}

/** One type, or a list or tuple of types; undefined when it is none (reported). */
export function outputTypes(
  state: FunctionState,
  expr: A.Expr,
  op: string,
): OutputTypes | undefined {
  const site = { strings: false, introduces: state.ctx.era === "2022" };
  if (expr.kind === "List" || expr.kind === "Tuple") {
    const infos = expr.items.map((item) => elaborateType(state, item, site));
    if (infos.some((i) => i === undefined)) return undefined;
    const all = infos as StructInfo[];
    return { one: all.length === 1 ? all[0]! : tupleInfo(all, at(state, expr)), all };
  }
  if (!isTypeText(state, expr) && expr.kind !== "Constant") {
    const instead = `e.g. \`R.${op}(…, out_ty=R.Tensor((2, 3), "float32"))\``;
    fail(state, relaxCodes.outputType({ at: at(state, expr), op, instead }));
    return undefined;
  }
  const info = elaborateType(state, expr, site);
  return info === undefined ? undefined : { one: info, all: [info] };
}
