/**
 * Traces as JSON: `[[instruction…], [decision…]]`. An instruction is `[kind, inputs, attributes, results]` with results
 * by name; a text among the inputs is quoted once more. A decision is `[position, value]`.
 */
import { fromJson, toJson, type Json } from "../ir/core/json.js";
import { isNode } from "../ir/nodes.js";
import type { Diagnostic } from "../support/diagnostic.js";
import { isInt } from "../support/int.js";
import { codes } from "./codes.js";
import type { Param } from "./params.js";
import type { Primitive } from "./primitive.js";
import { allPrimitives } from "./registry.js";
import { isName, sameLiteral, type RecordedInstruction, type RecordedTrace, type RecordedValue } from "./trace.js"; // prettier-ignore

// ---- writing ----------------------------------------------------------------------------------------------------

/** The trace as JSON. */
export function traceToJson(trace: RecordedTrace): Json {
  const primitives = new Map(allPrimitives().map((p) => [p.name, p]));
  const decisions: Json[] = [];
  const instructions = trace.map(({ primitive, args, outputs }, index) => {
    const declared = primitives.get(primitive)!;
    const inputs: Json[] = [];
    const attrs: Json[] = [];
    for (const [key, param] of Object.entries(declared.params)) {
      const value = args.has(key) ? args.get(key)! : (param.fallback as RecordedValue);
      if (key === "decision") {
        if (value !== null) decisions.push([index, encode(value, false)]);
      } else if (!param.isInput) attrs.push(encode(value, false));
      else if (isFlat(declared, key) && Array.isArray(value) && value.length > 0)
        inputs.push(...value.map((item) => encode(item as RecordedValue, true)));
      else if (!(isFlat(declared, key) && sameLiteral(value, param.fallback)))
        inputs.push(encode(value, true));
    }
    return [kindOf(primitive), inputs, attrs, outputs];
  });
  return [instructions, decisions];
}

/** `get_sblock` → `GetSBlock` */
export const kindOf = (primitive: string): string =>
  primitive
    .split("_")
    .map((part) => (part.startsWith("sblock") ? `SB${part.slice(2)}` : part))
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");

/** The last of the inputs is written item by item when it is a list. */
function isFlat({ params }: Primitive, key: string): boolean {
  const inputs = Object.entries(params).filter(([name, p]) => p.isInput && name !== "decision");
  const last = inputs[inputs.length - 1];
  return last?.[0] === key && last[1].isList === true;
}

function encode(v: RecordedValue, isInput: boolean): Json {
  if (v === null || typeof v === "boolean") return v;
  if (typeof v === "string") return isInput ? JSON.stringify(v) : v;
  if (typeof v === "number") return v;
  if (typeof v === "bigint") return { int: String(v) };
  if (isName(v)) return isInput ? v.name : { name: v.name };
  if (Array.isArray(v)) return v.map((item) => encode(item as RecordedValue, isInput));
  if (v instanceof Map)
    return { map: [...v].map(([key, item]) => [key, encode(item as RecordedValue, false)]) };
  return isNode(v) ? { node: toJson(v) } : null;
}

// ---- reading ----------------------------------------------------------------------------------------------------

export type ReadTrace =
  | { readonly ok: true; readonly trace: RecordedTrace }
  | { readonly ok: false; readonly diagnostic: Diagnostic };

class Malformed extends Error {}
const fail = (what: string): never => {
  throw new Malformed(what);
};

/** Reads what {@link traceToJson} wrote, and traces with the kinds of other releases. */
export function traceFromJson(json: unknown): ReadTrace {
  try {
    return { ok: true, trace: readTrace(json) };
  } catch (error) {
    if (error instanceof Malformed)
      return { ok: false, diagnostic: codes.traceJson({ what: error.message }) };
    throw error;
  }
}

function readTrace(json: unknown): RecordedTrace {
  if (!Array.isArray(json) || json.length !== 2 || !json.every(Array.isArray))
    return fail("it is no list of instructions and decisions");
  const kinds = new Map<string, Primitive>();
  for (const p of allPrimitives())
    for (const name of [p.name, ...(p.aliases ?? [])]) kinds.set(kindOf(name), p);
  const [instructions, decisions] = json as [unknown[], unknown[]];
  const trace = instructions.map((item, k) => readInstruction(item, k, kinds));
  for (const item of decisions) {
    if (!Array.isArray(item) || item.length !== 2) fail("a decision is no pair");
    const [index, value] = item as [unknown, unknown];
    const at = typeof index === "number" ? trace[index] : undefined;
    if (at === undefined) return fail(`a decision is for instruction ${String(index)}, which is not there`); // prettier-ignore
    trace[index as number] = {
      ...at,
      args: new Map(at.args).set("decision", decode(value, false)),
    };
  }
  return trace;
}

function readInstruction(
  item: unknown,
  position: number,
  kinds: ReadonlyMap<string, Primitive>,
): RecordedInstruction {
  const where = `instruction ${position + 1}`;
  if (!Array.isArray(item) || item.length !== 4) return fail(`${where} has not four parts`);
  const [kind, inputs, attrs, outputs] = item as unknown[];
  const primitive = kinds.get(String(kind));
  if (primitive === undefined)
    return fail(`${where} is of the unknown kind ${JSON.stringify(kind)}`);
  if (!Array.isArray(inputs) || !Array.isArray(attrs) || !Array.isArray(outputs))
    return fail(`the parts of ${where} are no lists`);
  if (outputs.some((name) => typeof name !== "string"))
    return fail(`the results of ${where} are no names`);
  const params = Object.entries(primitive.params).filter(([key]) => key !== "decision");
  const args = new Map<string, RecordedValue>();
  const give = (key: string, param: Param<unknown>, value: RecordedValue): void => {
    if (!sameLiteral(value, param.fallback)) args.set(key, value);
  };
  const left = { inputs: [...(inputs as unknown[])], attrs: [...(attrs as unknown[])] };
  for (const [key, param] of params) {
    const list = param.isInput ? left.inputs : left.attrs;
    if (param.isInput && isFlat(primitive, key)) {
      const items = list.splice(0).map((x) => decode(x, true));
      const [only] = items;
      const isEmpty = items.length === 1 && Array.isArray(only) && only.length === 0;
      if (isEmpty) give(key, param, []);
      else if (items.length > 0 || param.fallback === undefined) give(key, param, items);
    } else if (list.length > 0) give(key, param, decode(list.shift(), param.isInput));
    // Attributes that an older release did not have yet have their defaults.
    else if (param.fallback === undefined) fail(`${where} has no \`${key}\``);
  }
  if (left.inputs.length + left.attrs.length > 0)
    return fail(`${where} has more parts than \`${primitive.name}\` takes`);
  return { primitive: primitive.name, args, outputs: outputs as string[] };
}

function decode(v: unknown, isInput: boolean): RecordedValue {
  if (v === null || typeof v === "boolean") return v;
  if (typeof v === "number") return isInt(v) ? v : fail(`${v} is no whole number`);
  if (typeof v === "string") {
    if (!isInput) return v;
    return v.startsWith('"') ? quoted(v) : { kind: "name", name: v };
  }
  if (Array.isArray(v)) return v.map((item) => decode(item, isInput));
  const { int: big, name, map, node } = v as Record<string, unknown>;
  if (typeof big === "string" && /^-?\d+$/.test(big)) return BigInt(big);
  if (typeof name === "string") return { kind: "name", name };
  if (Array.isArray(map))
    return new Map(map.map((pair) => (Array.isArray(pair) && pair.length === 2 ? [String(pair[0]), decode(pair[1], false)] : fail("a dictionary is not made of pairs")) as [string, never])); // prettier-ignore
  return node === undefined ? fail("there is a value of no known form") : nodeOf(node);
}

function quoted(v: string): string {
  try {
    const text: unknown = JSON.parse(v);
    return typeof text === "string" ? text : fail(`${v} is no text`);
  } catch {
    return fail(`${v} is no text`);
  }
}

function nodeOf(json: unknown): RecordedValue {
  try {
    return fromJson(json as Json) as RecordedValue;
  } catch (error) {
    return fail(error instanceof Error ? error.message : "an expression cannot be read");
  }
}
