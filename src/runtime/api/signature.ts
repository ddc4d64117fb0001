/** What functions of a program take and give. */

/** A size: a number, a symbol or an expression over symbols, as text. */
export type Size = number | string;

export type ValueType =
  /** Without `dtype` or `shape`, they are known only at run time. */
  | { readonly kind: "tensor"; readonly dtype?: string | undefined; readonly shape?: readonly Size[] | undefined } // prettier-ignore
  | { readonly kind: "scalar"; readonly dtype: string }
  | { readonly kind: "shape"; readonly dims?: readonly Size[] | undefined }
  | { readonly kind: "tuple"; readonly fields: readonly ValueType[] }
  | { readonly kind: "any" };

export interface FunctionSignature {
  readonly name: string;
  readonly params: readonly { readonly name: string; readonly type: ValueType }[];
  readonly result: ValueType;
}

/** Reads the signatures of a manifest; undefined when they are not as written. */
export function readInterface(data: unknown): FunctionSignature[] | undefined {
  try {
    return list(data).map((x) => {
      const f = object(x);
      const params = list(f["params"]).map((p) => {
        const param = object(p);
        return { name: text(param["name"]), type: readType(param["type"]) };
      });
      return { name: text(f["name"]), params, result: readType(f["result"]) };
    });
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

class Malformed extends Error {}

type Fields = Readonly<Record<string, unknown>>;
const wrong = (): never => {
  throw new Malformed();
};
const object = (x: unknown): Fields =>
  typeof x === "object" && x !== null && !Array.isArray(x) ? (x as Fields) : wrong();
const list = (x: unknown): readonly unknown[] => (Array.isArray(x) ? (x as unknown[]) : wrong());
const text = (x: unknown): string => (typeof x === "string" ? x : wrong());
const sizes = (x: unknown): Size[] =>
  list(x).map((s) => (typeof s === "number" || typeof s === "string" ? s : wrong()));

const MOST_LEVELS = 256;

function readType(x: unknown, levels = MOST_LEVELS): ValueType {
  const type = object(x);
  if (levels === 0) return wrong();
  const { dtype, shape, dims } = type;
  switch (type["kind"]) {
    case "tensor":
      return {
        kind: "tensor",
        ...(dtype !== undefined && { dtype: text(dtype) }),
        ...(shape !== undefined && { shape: sizes(shape) }),
      };
    case "scalar":
      return { kind: "scalar", dtype: text(dtype) };
    case "shape":
      return { kind: "shape", ...(dims !== undefined && { dims: sizes(dims) }) };
    case "tuple":
      return { kind: "tuple", fields: list(type["fields"]).map((f) => readType(f, levels - 1)) };
    case "any":
      return { kind: "any" };
    default:
      return wrong();
  }
}
