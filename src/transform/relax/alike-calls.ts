/** Calls of operators that differ in numbers only, found before any is lowered. */
import { isNode } from "../../ir/nodes.js";
import type { AttrValue } from "../../ir/core/node.js";
import type { IRModule } from "../../ir/module.js";
import type { Call, Expr } from "../../ir/relax/expr.js";
import { dimsOf, type StructInfo } from "../../ir/relax/struct-info.js";
import { followsFrom, type AlikeCalls, type CallLengths } from "../../op/lowering.js";
import { isInt, type Int } from "../../support/int.js";
import { eachBinding } from "./rewrite/index.js";

/** What a call is but for its numbers, and these. */
interface Outline {
  readonly text: string;
  readonly lengths: CallLengths;
}

/** Finds the calls that are like one, by the call and its type; undefined where there is none of other numbers. */
export type FindAlike = (call: Call, type: StructInfo | undefined) => AlikeCalls | undefined;

/** The calls of a module that are alike. */
export function alikeCalls(module: IRModule): FindAlike {
  const groups = new Map<string, Map<string, CallLengths>>();
  for (const func of module.functions.values()) {
    if (func.kind !== "relax.Function") continue;
    eachBinding(func.body, ({ var: v, value }) => {
      if (value.kind !== "relax.Call" || value.op.kind !== "relax.Op") return;
      const { text, lengths } = outlineOf(value, v.sinfo);
      const group = groups.get(text) ?? new Map<string, CallLengths>();
      groups.set(text, group.set(lengths.join(), lengths));
    });
  }
  const alike = new Map<string, AlikeCalls>();
  for (const [text, group] of groups)
    if (group.size > 1) alike.set(text, { calls: [...group.values()] });
  return (call, type) => (alike.size === 0 ? undefined : alike.get(outlineOf(call, type).text));
}

function outlineOf(call: Call, type: StructInfo | undefined): Outline {
  const parts: string[] = [call.op.kind === "relax.Op" ? call.op.name : ""];
  const lengths: (Int | undefined)[] = [];
  const length = (n: Int | undefined): void => {
    const own = n !== undefined && n > 1 ? n : undefined;
    lengths.push(own);
    parts.push(own === undefined ? `${n}` : "#");
  };
  const typed = (info: StructInfo | undefined): void => {
    if (info?.kind === "relax.TupleInfo") return info.fields.forEach(typed);
    parts.push(info?.kind === "relax.TensorInfo" ? `${info.dtype?.name}` : "?");
    if (info?.kind === "relax.TensorInfo")
      for (const d of dimsOf(info) ?? []) length(d.kind === "tir.IntImm" ? d.value : undefined);
  };
  const operand = (e: Expr): void => {
    if (e.kind === "relax.Tuple") e.fields.forEach(operand);
    else if (e.kind === "relax.Var") typed(e.sinfo);
    else parts.push(e.kind);
    if (e.kind === "relax.Const") e.data.shape.forEach(length);
  };
  call.args.forEach(operand);
  typed(type);
  for (const [name, value] of call.attrs)
    parts.push(name, isInt(value) && followsFrom(value, lengths) ? "#" : textOf(value));
  return { text: parts.join(), lengths };
}

/** Attributes roughly: calls that are taken for alike by mistake are told apart where they are lowered. */
function textOf(value: AttrValue): string {
  if (Array.isArray(value)) return `(${(value as readonly AttrValue[]).map(textOf).join()})`;
  return isNode(value) ? value.kind : String(value);
}
