/** IR as JSON. Binders get an id at their first occurrence and are referred to by it. Spans are left out. */
import { dtype, tryDType, type DType } from "../../support/dtype.js";
import { fromBase64, toBase64 } from "../../support/base64.js";
import { int } from "../../support/int.js";
import type { NDArray } from "../../support/ndarray.js";
import { fieldsOf, fieldValue, isBinder, isKind, isNode, type Node } from "../nodes.js";
import type { PointerType } from "../tir/expr.js";

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * `{"kind", …fields}` a node; `{"$ref": id}` for a binder met before; `$int`, `$float`, `$dtype`, `$map`, `$tensor`
 * and `$pointer` for what JSON cannot say.
 */
export function toJson(root: Node): Json {
  const ids = new Map<Node, number>();
  const encode = (v: unknown): Json => {
    if (v === undefined || v === null) return null;
    if (typeof v === "bigint") return { $int: String(v) };
    if (typeof v === "number")
      return Number.isFinite(v) && !Object.is(v, -0)
        ? v
        : { $float: Object.is(v, -0) ? "-0" : String(v) };
    if (typeof v === "string" || typeof v === "boolean") return v;
    if (Array.isArray(v)) return v.map(encode);
    if (v instanceof Map)
      return { $map: [...(v as Map<string, unknown>)].map(([key, item]) => [key, encode(item)]) };
    if (isNode(v)) return encodeNode(v);
    return { $dtype: (v as DType).name };
  };
  const encodeNode = (node: Node): Json => {
    const out: Record<string, Json> = { kind: node.kind };
    if (isBinder(node.kind)) {
      const known = ids.get(node);
      if (known !== undefined) return { $ref: known };
      out.$id = ids.size;
      ids.set(node, ids.size);
    }
    for (const { name, role } of fieldsOf(node.kind)) {
      const v = fieldValue(node, name);
      if (v === undefined) continue;
      if (role === "tensor") {
        const { dtype: type, shape, bytes } = v as NDArray;
        out[name] = { $tensor: { dtype: type.name, shape, data: toBase64(bytes) } };
      } else if (role === "pointer" || name === "pointer") {
        const pointer = v as PointerType;
        out[name] = { $pointer: [pointer.element.name, pointer.scope] };
      } else out[name] = encode(v);
    }
    return out;
  };
  return encodeNode(root);
}

/** Reads what {@link toJson} wrote; throws a plain `Error` that names the fault on anything else. */
export function fromJson(json: Json): Node {
  const byId = new Map<number, Node>();
  const decode = (v: Json): unknown => {
    if (v === null || typeof v !== "object") return v;
    if (Array.isArray(v)) return v.map(decode);
    const o = v as Readonly<Record<string, Json>>;
    if ("kind" in o) return decodeNode(o);
    if ("$ref" in o) {
      const known = byId.get(o.$ref as number);
      if (known === undefined)
        throw new Error(`$ref ${String(o.$ref)} stands before its definition`);
      return known;
    }
    if ("$int" in o) return int(BigInt(String(o.$int)));
    if ("$float" in o) return Number(o.$float);
    if ("$dtype" in o) return namedDType(o.$dtype);
    if ("$map" in o)
      return new Map((o.$map as [string, Json][]).map(([key, item]) => [key, decode(item)]));
    if ("$tensor" in o) {
      const t = o.$tensor as { dtype: string; shape: number[]; data: string };
      return { dtype: dtype(t.dtype), shape: t.shape, bytes: fromBase64(t.data) };
    }
    if ("$pointer" in o) {
      const [element, scope] = o.$pointer as [string, string];
      return { element: namedDType(element), scope };
    }
    throw new Error(`unknown JSON object with the keys ${Object.keys(o).join(", ")}`);
  };
  const decodeNode = (o: Readonly<Record<string, Json>>): Node => {
    const kind = String(o.kind);
    if (!isKind(kind)) throw new Error(`unknown node kind ${kind}`);
    const made: Record<string, unknown> = { kind };
    if ("$id" in o) byId.set(o.$id as number, made as unknown as Node);
    for (const { name } of fieldsOf(kind))
      made[name] = name in o ? decodeField(o[name]!) : undefined;
    return made as unknown as Node;
  };
  const decodeField = (v: Json): unknown => decode(v);
  const made = decode(json);
  if (!isNode(made)) throw new Error("the JSON holds no node");
  return made;
}

function namedDType(name: Json | undefined): DType {
  const found = tryDType(String(name));
  if (found === undefined) throw new Error(`unknown dtype ${String(name)}`);
  return found;
}
