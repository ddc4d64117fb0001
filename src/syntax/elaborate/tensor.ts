/** Constant tables from number literals. */
import type { AttrValue } from "../../ir/core/node.js";
import type { DType } from "../../support/dtype.js";
import { isInt, type Int } from "../../support/int.js";
import { elementCount, type NDArray } from "../../support/ndarray.js";
import { tensorOf } from "./relax/tensor-data.js";

/** A tensor of the given shape from nested lists of numbers; undefined when they do not fit it. */
export function fromNumbers(
  literal: AttrValue,
  dtype: DType,
  shape: readonly number[],
): NDArray | undefined {
  const elements: Int[] = [];
  if (
    !collect(literal, elements) ||
    shape.some((d) => d < 0) ||
    elements.length !== elementCount(shape)
  )
    return undefined;
  return tensorOf(dtype, shape, elements);
}

function collect(value: AttrValue, into: Int[]): boolean {
  if (Array.isArray(value)) return (value as readonly AttrValue[]).every((v) => collect(v, into));
  if (typeof value === "boolean") into.push(value ? 1 : 0);
  else if (isInt(value)) into.push(value);
  else if (
    value !== null &&
    typeof value === "object" &&
    "kind" in value &&
    value.kind === "tir.FloatImm"
  )
    into.push(value.value);
  else return false;
  return true;
}
