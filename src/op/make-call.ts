/** Calls of operators made by passes. */
import type { AttrValue } from "../ir/core/node.js";
import { op, relaxCall, type Call, type Expr } from "../ir/relax/expr.js";
import { lookupOp } from "./registry.js";

/** A call of an operator; attributes that are not given have their defaults. */
export function makeCall(
  name: string,
  args: readonly Expr[],
  given: Readonly<Record<string, AttrValue>> = {},
): Call {
  const attrs = new Map<string, AttrValue>();
  for (const p of lookupOp(name)?.params ?? [])
    if (p.role === "attr") attrs.set(p.name, given[p.name] ?? p.default ?? null);
  return relaxCall(op(name), args, { attrs });
}
