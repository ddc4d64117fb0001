/** Values of schedules in the evaluator: references to loops and blocks, the schedule itself, its target. */
import type { AstBase } from "../../../grammar/ast/nodes.js";
import { floatImm, makeVar, type PrimExpr } from "../../ir/tir/expr.js";
import type { IndexMap } from "../../ir/tir/function.js";
import { isNode } from "../../ir/nodes.js";
import { isPrim } from "../../arith/index.js";
import { float64, int64, type DType } from "../../support/dtype.js";
import { isInt } from "../../support/int.js";
import { apply } from "../../template/calls.js";
import { codes as templateCodes } from "../../template/codes.js";
import { toExpr } from "../../template/operators.js";
import { fail, placeOf, type State } from "../../template/state.js";
import {
  boolValue, dimValue, exprValue, floatValue, intValue, none, pack, strValue, valueText, type HostValue, type Value,
} from "../../template/values.js"; // prettier-ignore
import { isBlockRef, isChosen, isList, isLoopRef, type BlockRef, type Chosen, type LoopRef, type ScheduleValue } from "../reference.js"; // prettier-ignore

/** What the evaluator carries for a schedule. */
export type ScheduleObject =
  | { readonly type: "schedule" }
  /** `sch.split` before the call. */
  | { readonly type: "primitive"; readonly name: string }
  | { readonly type: "target" }
  /** `sch.target.lanes` before the call. */
  | { readonly type: "target function"; readonly name: string }
  | { readonly type: "reference"; readonly ref: LoopRef | BlockRef | Chosen }
  /** An operand of the operator that a schedule is for. */
  | { readonly type: "operand"; readonly shape: readonly PrimExpr[]; readonly dtype: DType };

/** A value for the evaluator; `what` names it in messages. */
export const hostValue = (what: string, of: ScheduleObject): HostValue => ({
  kind: "host",
  what,
  of,
});

/** The object in a value that a schedule made. */
export const objectOf = (v: Value): ScheduleObject | undefined =>
  v.kind === "host" ? (v.of as ScheduleObject) : undefined;

/** The reference that a value is. */
export function referenceOf(v: Value): LoopRef | BlockRef | Chosen | undefined {
  const object = objectOf(v);
  return object?.type === "reference" ? object.ref : undefined;
}

/** A value as primitives take it; functions become index maps. */
export function toScheduleValue(s: State, v: Value, at: AstBase): ScheduleValue {
  switch (v.kind) {
    case "int":
    case "bool":
    case "str":
      return v.value;
    case "float":
      return floatImm(v.value, float64);
    case "none":
      return null;
    case "dtype":
      return v.dtype.name;
    case "expr":
      return v.expr;
    case "pack":
      return v.items.map((item) => toScheduleValue(s, item, at));
    case "index map":
      return v.map;
    case "function":
      return indexMapOf(s, v, at);
    default:
      break;
  }
  const ref = referenceOf(v);
  if (ref !== undefined) return ref;
  const what = `${valueText(v)} is no argument of a primitive`;
  return fail(templateCodes.invalidArgument({ ...placeOf(s, at), what }));
}

function indexMapOf(s: State, f: Extract<Value, { kind: "function" }>, at: AstBase): IndexMap {
  if (!f.params.some((p) => p.star !== undefined)) return indexMapFrom(s, f, f.params.length, at);
  const what = "the function of an index map names each index; `S.index_map` takes them together";
  return fail(templateCodes.invalidArgument({ ...placeOf(s, at), what }));
}

/** The index map of a function on so many indices. */
export function indexMapFrom(s: State, f: Value, count: number, at: AstBase): IndexMap {
  const names = f.kind === "function" ? f.params.filter((p) => p.star === undefined) : [];
  const params = Array.from({ length: count }, (_, k) => makeVar(names[k]?.name ?? `v${k}`, int64));
  const found = apply(s, f, params.map((p) => exprValue(p, "index")), at); // prettier-ignore
  const results = (found.kind === "pack" ? found.items : [found]).map((r) => toExpr(s, r, at));
  return { kind: "tir.IndexMap", params, results, separators: [] };
}

/** A result of a primitive as a value. */
export function fromScheduleValue(v: ScheduleValue): Value {
  if (v === null) return none;
  if (typeof v === "boolean") return boolValue(v);
  if (typeof v === "string") return strValue(v);
  if (isInt(v)) return intValue(v);
  if (isList(v)) return pack(v.map(fromScheduleValue));
  if (isLoopRef(v)) return hostValue(`the loop \`${v.var.name}\``, { type: "reference", ref: v });
  if (isBlockRef(v)) return hostValue(`the block \`${v.name}\``, { type: "reference", ref: v });
  if (isChosen(v)) return hostValue(`the sampled ${v.value}`, { type: "reference", ref: v });
  if (isNode(v) && v.kind === "tir.IntImm") return intValue(v.value);
  if (isNode(v) && v.kind === "tir.FloatImm") return floatValue(v.value);
  return isNode(v) && isPrim(v) ? dimValue(v) : none;
}
