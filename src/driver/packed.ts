/** Plain data on its way to another thread: element types, which are compared by identity, go by their names. */
import { tryDType, type DType } from "../support/dtype.js";

interface PackedType {
  readonly $dtype: string;
}

const isDType = (v: object): v is DType =>
  "name" in v && typeof v.name === "string" && tryDType(v.name) === v;

const isPackedType = (v: object): v is PackedType =>
  "$dtype" in v && typeof v.$dtype === "string" && Object.keys(v).length === 1;

type OnObject = (v: object) => unknown;

/** Rebuilds data; shared parts stay shared. `replace` answers undefined for what is to be descended into. */
function mapped(data: unknown, replace: OnObject): unknown {
  const made = new Map<object, unknown>();
  const map = (v: unknown): unknown => {
    if (typeof v === "function") return undefined;
    if (typeof v !== "object" || v === null || ArrayBuffer.isView(v)) return v;
    const known = made.get(v) ?? replace(v);
    if (known !== undefined) return known;
    const result = Array.isArray(v)
      ? v.map(map)
      : v instanceof Map
        ? new Map([...(v as Map<unknown, unknown>)].map(([key, item]) => [map(key), map(item)]))
        : Object.fromEntries(Object.entries(v).map(([key, item]) => [key, map(item)]));
    made.set(v, result);
    return result;
  };
  return map(data);
}

/** As data that can be copied between threads; functions are left out. */
export const pack = (data: unknown): unknown =>
  mapped(data, (v) => (isDType(v) ? { $dtype: v.name } : undefined));

/** What {@link pack} was given. */
export const unpack = (data: unknown): unknown =>
  mapped(data, (v) => (isPackedType(v) ? tryDType(v.$dtype) : undefined));
