/** Attributes of a call, checked for their type. */
import type { AttrValue } from "../../ir/core/node.js";
import { tryDType, type DType } from "../../support/dtype.js";
import { isInt, type Int } from "../../support/int.js";
import { typeCodes } from "../codes.js";
import { fail } from "../fail.js";
import type { Site } from "../site.js";

/** The value, else the default; `null` when absent. */
export function attrOf(site: Site, name: string): AttrValue {
  const value = site.call.attrs.get(name);
  if (value !== undefined) return value;
  return site.op.params.find((p) => p.name === name)?.default ?? null;
}

/** Reports that an attribute has the wrong type or value. */
export function wrongAttr(
  site: Site,
  attribute: string,
  expected: string,
  value: AttrValue,
): never {
  const { op, call } = site;
  fail(
    typeCodes.attribute({
      op: op.name,
      attribute,
      expected,
      found: attrText(value),
      at: call.span,
    }),
  );
}

function attrText(value: AttrValue): string {
  if (value === null) return "nothing";
  if (typeof value === "string") return `"${value}"`;
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${value.map(attrText).join(", ")}]`;
  if ("kind" in value && "value" in value && typeof value.value !== "object")
    return String(value.value);
  return "another value";
}

const intIn = (value: AttrValue): Int | undefined => {
  if (isInt(value)) return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "object" || value === null || !("kind" in value)) return undefined;
  if (value.kind === "tir.IntImm") return value.value;
  return value.kind === "relax.PrimValue" && value.value.kind === "tir.IntImm"
    ? value.value.value
    : undefined;
};

export function optionalInt(site: Site, name: string): number | undefined {
  const value = attrOf(site, name);
  if (value === null) return undefined;
  const found = intIn(value);
  return found === undefined || !Number.isSafeInteger(Number(found))
    ? wrongAttr(site, name, "an integer", value)
    : Number(found);
}

export const intOf = (site: Site, name: string): number =>
  optionalInt(site, name) ?? wrongAttr(site, name, "an integer", null);

/** A list of integers; one integer counts as a list of one. */
export function optionalInts(site: Site, name: string): readonly number[] | undefined {
  const value = attrOf(site, name);
  return value === null ? undefined : intsIn(site, name, value);
}

export const intsOf = (site: Site, name: string): readonly number[] =>
  optionalInts(site, name) ?? wrongAttr(site, name, "integers", null);

export function intsIn(site: Site, name: string, value: AttrValue): readonly number[] {
  const list = listIn(value);
  return list.map((v) => {
    const found = intIn(v);
    return found === undefined ? wrongAttr(site, name, "integers", value) : Number(found);
  });
}

/** Items of a list value in any of its forms. */
export function listIn(value: AttrValue): readonly AttrValue[] {
  if (Array.isArray(value)) return value as readonly AttrValue[];
  if (typeof value === "object" && value !== null && "kind" in value) {
    if (value.kind === "relax.ShapeExpr") return value.values;
    if (value.kind === "relax.Tuple") return value.fields;
  }
  return [value];
}

/** As {@link intsOf}, one value repeated to `length`. */
export function repeatedInts(site: Site, name: string, length: number): readonly number[] {
  const values = intsOf(site, name);
  if (values.length === 1) return Array<number>(length).fill(values[0]!);
  return values.length === length
    ? values
    : wrongAttr(site, name, `1 or ${length} integers`, [...values]);
}

export function boolOf(site: Site, name: string): boolean {
  const value = attrOf(site, name);
  const found = value === null ? undefined : intIn(value);
  return found === undefined ? wrongAttr(site, name, "a bool", value) : found !== 0;
}

export function optionalStr(site: Site, name: string): string | undefined {
  const value = attrOf(site, name);
  if (value === null) return undefined;
  if (typeof value === "string") return value;
  if (
    typeof value === "object" &&
    "kind" in value &&
    (value.kind === "tir.StringImm" || value.kind === "relax.Str")
  )
    return value.value;
  return wrongAttr(site, name, "a string", value);
}

/** A string that is one of a few. */
export function choiceOf(site: Site, name: string, choices: readonly string[]): string {
  const value = optionalStr(site, name);
  if (value !== undefined && choices.includes(value)) return value;
  return wrongAttr(site, name, choices.map((c) => `"${c}"`).join(" or "), value ?? null);
}

/** A dtype; absent, empty and `void` count as none. */
export function optionalDType(site: Site, name: string): DType | undefined {
  const value = attrOf(site, name);
  if (value === null || value === "" || value === "void") return undefined;
  if (typeof value === "string") return tryDType(value) ?? wrongAttr(site, name, "a dtype", value);
  if (typeof value === "object" && "kind" in value) {
    if (value.kind === "tir.DTypeImm" || value.kind === "relax.DTypeValue") return value.value;
    if (value.kind === "tir.StringImm" || value.kind === "relax.Str")
      return tryDType(value.value) ?? wrongAttr(site, name, "a dtype", value);
    if (value.kind === "relax.PrimInfo") return value.dtype;
  }
  return wrongAttr(site, name, "a dtype", value);
}

export const dtypeOf = (site: Site, name: string): DType =>
  optionalDType(site, name) ?? wrongAttr(site, name, "a dtype", null);
