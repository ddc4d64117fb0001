/** Traces as the straight-line body of a schedule function. */
import { exprText, isPrim } from "../arith/index.js";
import { isNode, type Node } from "../ir/nodes.js";
import { isInt } from "../support/int.js";
import { isName, type RecordedTrace, type RecordedValue } from "./trace.js";
import { lookupPrimitive } from "./registry.js";

/** One call a line: `l3, l4 = sch.split(loop=l1, factors=[None, 8])`. */
export const traceText = (trace: RecordedTrace): string =>
  trace
    .map(({ primitive, args, outputs }) => {
      const list = [...args].map(([key, value]) => `${key}=${valueText(value)}`);
      const isList = lookupPrimitive(primitive)?.outputs === "list";
      // A list of one is taken apart like any other.
      const names = isList && outputs.length === 1 ? `${outputs[0]!},` : outputs.join(", ");
      const target = outputs.length === 0 ? "" : `${names} = `;
      return `${target}sch.${primitive}(${argumentsText(primitive, args, list)})`;
    })
    .join("\n");

/** A variadic parameter is written by position. */
function argumentsText(
  primitive: string,
  args: ReadonlyMap<string, RecordedValue>,
  list: readonly string[],
): string {
  const params = Object.entries(lookupPrimitive(primitive)?.params ?? {});
  const variadic = params.find(([, p]) => p.variadic === true)?.[0];
  const items = variadic === undefined ? undefined : args.get(variadic);
  if (!Array.isArray(items)) return list.join(", ");
  const named = [...args].filter(([key]) => key !== variadic).map(([key, v]) => `${key}=${valueText(v)}`); // prettier-ignore
  return [...items.map((v) => valueText(v as RecordedValue)), ...named].join(", ");
}

/** A value as the language writes it. */
export function valueText(v: RecordedValue): string {
  if (v === null) return "None";
  if (typeof v === "boolean") return v ? "True" : "False";
  if (isInt(v)) return String(v);
  if (typeof v === "string") return JSON.stringify(v);
  if (isName(v)) return v.name;
  if (Array.isArray(v)) return `[${v.map((item) => valueText(item as RecordedValue)).join(", ")}]`;
  if (v instanceof Map)
    return `{${[...v].map(([key, item]) => `${JSON.stringify(key)}: ${valueText(item as RecordedValue)}`).join(", ")}}`;
  return isNode(v) ? nodeText(v) : "None";
}

function nodeText(node: Node): string {
  if (node.kind === "tir.IndexMap") {
    const params = node.params.map((p) => p.name).join(", ");
    return `lambda ${params}: [${node.results.map(exprText).join(", ")}]`;
  }
  return isPrim(node) ? exprText(node) : "None";
}
