/** Keys under which instances are shared: equal for calls that differ in the names of their symbols only. */
import type { Analyzer } from "../../arith/index.js";
import { fieldsOf, fieldValue, isNode } from "../../ir/nodes.js";
import type { Var } from "../../ir/tir/expr.js";
import type { CallFacts } from "../template.js";

export interface CallKey {
  readonly text: string;
  /** Symbols of the call, in the order in which the key numbers them. */
  readonly symbols: readonly Var[];
}

/** The key of a call. */
export function callKey({ operands, outputs, attrs, scalars, analyzer }: CallFacts): CallKey {
  const numbers = new Map<Var, number>();
  const parts: string[] = [];
  const write = (value: unknown): void => {
    if (Array.isArray(value)) {
      parts.push("[");
      for (const item of value) write(item);
      parts.push("]");
    } else if (value instanceof Map) {
      parts.push("{");
      for (const [key, item] of value) {
        parts.push(`${key}:`);
        write(item);
      }
      parts.push("}");
    } else if (isNode(value)) {
      if (value.kind === "tir.Var") {
        if (!numbers.has(value)) numbers.set(value, numbers.size);
        parts.push(`#${numbers.get(value)}${value.dtype.name}`);
        return;
      }
      parts.push(`(${value.kind}`);
      for (const { name, role } of fieldsOf(value.kind))
        if (role !== "hint") write(fieldValue(value, name));
      parts.push(")");
    } else if (typeof value === "object" && value !== null && "name" in value)
      parts.push(`${String(value.name)},`);
    else
      parts.push(
        `${typeof value === "string" ? JSON.stringify(value) : Object.is(value, -0) ? "-0" : String(value)},`,
      );
  };
  for (const part of [operands, outputs, attrs, scalars]) write(part);
  const symbols = [...numbers.keys()];
  if (analyzer !== undefined) for (const v of symbols) parts.push(rangeOf(analyzer, v));
  return { text: parts.join(""), symbols };
}

/** What is known of a symbol that may decide a condition. */
function rangeOf(analyzer: Analyzer, v: Var): string {
  const { min, max } = analyzer.constBound(v);
  const { base, coeff } = analyzer.modularSet(v);
  return `;${min}..${max}%${coeff}+${base}`;
}
