/** Texts that are equal when values are: what common subexpressions are found by. */
import { fieldsOf, fieldValue, isBinder, isNode, type Node } from "../../../ir/nodes.js";
import type { DType } from "../../../support/dtype.js";
import type { NDArray } from "../../../support/ndarray.js";

/** Bytes of a tensor up to which its content counts; larger ones are equal when they are the same object. */
const COMPARED_BYTES = 256;

/** Gives keys to nodes; variables count by identity, all else by structure. */
export function makeValueKeys(): (node: Node) => string {
  const numbers = new Map<object, number>();
  const numberOf = (o: object): number => {
    const known = numbers.get(o);
    if (known !== undefined) return known;
    numbers.set(o, numbers.size);
    return numbers.size - 1;
  };
  const tensor = ({ dtype, shape, bytes }: NDArray): string =>
    bytes.length <= COMPARED_BYTES
      ? `${dtype.name}[${shape.join()}]${bytes.join()}`
      : `#${numberOf(bytes)}`;
  const value = (v: unknown): string => {
    if (v === undefined) return "";
    if (Array.isArray(v)) return `[${v.map(value).join()}]`;
    if (v instanceof Map)
      return `{${[...(v as Map<string, unknown>)].map(([k, x]) => `${k}:${value(x)}`).join()}}`;
    if (isNode(v)) return node(v);
    if (typeof v === "object" && v !== null) return (v as DType).name;
    if (typeof v === "string") return JSON.stringify(v);
    return Object.is(v, -0) ? "-0" : String(v);
  };
  const node = (n: Node): string => {
    if (isBinder(n.kind)) return `#${numberOf(n)}`;
    const fields = fieldsOf(n.kind).map(({ name, role }) => {
      if (role === "hint") return "";
      const v = fieldValue(n, name);
      return role === "tensor" ? tensor(v as NDArray) : value(v);
    });
    return `${n.kind}(${fields.join(";")})`;
  };
  return node;
}
