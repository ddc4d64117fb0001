/** Structural hash: equal nodes have equal hashes. Bound variables count by their first occurrence. */
import type { DType } from "../../support/dtype.js";
import type { NDArray } from "../../support/ndarray.js";
import { fieldsOf, fieldValue, isBinder, isNode, type Node } from "../nodes.js";
import type { PointerType } from "../tir/expr.js";

/** 16 hexadecimal digits. */
export function structuralHash(root: Node): string {
  const order = new Map<Node, number>();
  // Two independent 32-bit lanes (FNV-1a and a multiplicative mix).
  let h1 = 0x811c9dc5;
  let h2 = 0x9e3779b9;
  const mix = (n: number): void => {
    h1 = Math.imul(h1 ^ n, 0x01000193);
    h2 = Math.imul((h2 ^ (h2 >>> 15)) + n, 0x85ebca6b);
  };
  const text = (s: string): void => {
    mix(s.length);
    for (let i = 0; i < s.length; i++) mix(s.charCodeAt(i));
  };
  const value = (v: unknown): void => {
    if (Array.isArray(v)) {
      mix(v.length + 7);
      v.forEach(value);
    } else if (v instanceof Map) {
      mix(v.size + 11);
      for (const key of [...(v.keys() as Iterable<string>)].sort()) {
        text(key);
        value(v.get(key));
      }
    } else if (isNode(v)) node(v);
    else if (typeof v === "object" && v !== null) text((v as DType).name);
    else
      text(Object.is(v, -0) ? "-0" : `${typeof v === "bigint" ? "number" : typeof v}:${String(v)}`);
  };
  const node = (n: Node): void => {
    text(n.kind);
    if (isBinder(n.kind)) {
      const known = order.get(n);
      mix(known ?? order.size);
      if (known !== undefined) return;
      order.set(n, order.size);
    }
    for (const { name, role } of fieldsOf(n.kind)) {
      const v = fieldValue(n, name);
      if (role === "hint") continue;
      if (role === "tensor") {
        const tensor = v as NDArray;
        text(tensor.dtype.name);
        value(tensor.shape);
        for (const byte of tensor.bytes) mix(byte);
      } else if (role === "pointer") {
        const pointer = v as PointerType | undefined;
        text(pointer === undefined ? "" : `${pointer.element.name} ${pointer.scope}`);
      } else value(v);
    }
  };
  node(root);
  return [h1, h2].map((h) => (h >>> 0).toString(16).padStart(8, "0")).join("");
}
