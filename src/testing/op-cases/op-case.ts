/** Golden cases of operators, as `scripts/goldens` writes them. */
import { bytesOf, dtype, isFloat, type DType } from "../../support/dtype.js";
import { elementCount, type NDArray } from "../../support/ndarray.js";
import { elementAccess } from "../../support/numeric/element.js";
import { rounder } from "../../support/numeric/scalar.js";

/** What a case shows of an operator. */
export const CASE_TAGS = ["static", "symbolic", "rank0", "empty", "broadcast"] as const;
export type CaseTag = (typeof CASE_TAGS)[number];

/** How far a result may be from the reference. */
export type Tolerance = "exact" | "round" | "sum" | "half";

export interface OpCase {
  /** Below `relax.`. */
  readonly op: string;
  /** Types of the operands, and what is special. */
  readonly name: string;
  readonly tags: readonly CaseTag[];
  readonly tolerance: Tolerance;
  /** A module with one function, `main`. */
  readonly program: string;
  readonly inputs: readonly NDArray[];
  readonly expected: readonly NDArray[];
}

export interface OpFamily {
  readonly cases: readonly OpCase[];
  /** Why there is no case: by operator, then by tag. */
  readonly reasons: Readonly<Record<string, Readonly<Partial<Record<CaseTag, string>>>>>;
}

interface StoredTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Numbers; texts for those that JSON has not: `nan`, `inf`, `-inf`, wide integers. */
  readonly data: readonly (number | boolean | string)[];
}

/** Reads a file of `tests/data/op`. */
export function readFamily(text: string): OpFamily {
  const { cases, reasons } = JSON.parse(text) as {
    cases: (OpCase & { inputs: StoredTensor[]; expected: StoredTensor[] })[];
    reasons: OpFamily["reasons"];
  };
  return {
    reasons,
    cases: cases.map((c) => ({
      ...c,
      inputs: c.inputs.map(decode),
      expected: c.expected.map(decode),
    })),
  };
}

function decode(stored: StoredTensor): NDArray {
  const type = dtype(stored.dtype);
  const tensor = {
    dtype: type,
    shape: stored.shape,
    bytes: new Uint8Array(elementCount(stored.shape) * bytesOf(type)),
  };
  const { bytes, write } = elementAccess(type);
  const view = new DataView(tensor.bytes.buffer);
  const round = rounder(type);
  stored.data.forEach((x, i) => write(view, i * bytes, scalarOf(x, type, round)));
  return tensor;
}

const NOT_FINITE: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, "-inf": -Infinity };

function scalarOf(
  x: number | boolean | string,
  type: DType,
  round: (x: number) => number,
): number | bigint {
  if (typeof x === "string") return NOT_FINITE[x] ?? BigInt(x);
  return isFloat(type) ? round(Number(x)) : Number(x);
}
