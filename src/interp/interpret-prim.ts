/** TensorIR functions called with values. */
import type { PrimFunc } from "../ir/tir/function.js";
import { isFloat, laneOf } from "../support/dtype.js";
import { describeValue, floatValue, intValue, voidValue, type Value } from "../support/value.js";
import { codes } from "./codes.js";
import { fail } from "./fail.js";
import type { Machine } from "./tir/compiler.js";
import { viewOfArray, type Slot } from "./tir/memory.js";

/** A value as an argument of a TensorIR function. */
function toSlot(value: Value, name: string, func: PrimFunc): Slot {
  switch (value.kind) {
    case "tensor":
      return viewOfArray(value.data, value.written);
    case "int":
    case "float":
      return value.value;
    case "string":
      return value.value;
    default:
      return fail(
        codes.argumentKind({
          at: func.span,
          param: name,
          name: func.name,
          expected: "a tensor or a scalar",
          actual: describeValue(value),
        }),
      );
  }
}

/** Runs the function; tensors among the values are stored to. */
export function runPrimFunc(machine: Machine, func: PrimFunc, args: readonly Value[]): Value {
  const slots = args.map((a, i) => toSlot(a, func.params[i]?.var.name ?? String(i), func));
  const result = machine.functionOf(func).run(slots);
  if (typeof result !== "number" && typeof result !== "bigint") return voidValue;
  const type = laneOf(func.retType);
  if (type.code === "void") return voidValue;
  return isFloat(type) ? floatValue(Number(result), type) : intValue(result, type);
}
