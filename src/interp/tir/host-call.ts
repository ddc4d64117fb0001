/** Calls of host functions from TensorIR. */
import type { Call } from "../../ir/tir/expr.js";
import { DiagnosticError } from "../../support/diagnostic.js";
import { dtype, int32, isFloat, laneOf, type DType } from "../../support/dtype.js";
import {
  floatValue,
  intValue,
  nullValue,
  stringValue,
  tensorValue,
  type Value,
} from "../../support/value.js";
import { codes } from "../codes.js";
import { fail } from "../fail.js";
import type { Compiler } from "./compiler.js";
import { compactStrides, isPointer, isView, type Slot, type View } from "./memory.js";

/** A view as a tensor over the same memory; only compact views can be seen so. */
function tensorOf(view: View): Value | undefined {
  const compact = compactStrides(view.shape);
  if (view.strides.some((s, i) => s !== compact[i] && view.shape[i] !== 1)) return undefined;
  const size = view.shape.reduce((a, b) => a * b, view.size);
  const from = view.offset * view.size;
  return tensorValue(
    {
      dtype: view.dtype,
      shape: view.shape,
      bytes: view.storage.bytes.subarray(from, from + size),
    },
    view.storage.written?.subarray(from, from + size),
  );
}

function toValue(x: Slot, type: DType | undefined): Value | undefined {
  if (typeof x === "string") return stringValue(x);
  if (isView(x)) return tensorOf(x);
  if (isPointer(x)) {
    const bytes = x.storage.bytes.subarray(x.at);
    return tensorValue(
      { dtype: dtype("uint8"), shape: [bytes.length], bytes },
      x.storage.written?.subarray(x.at),
    );
  }
  if (typeof x !== "number" && typeof x !== "bigint") return nullValue;
  const lane = type === undefined ? int32 : laneOf(type);
  return isFloat(lane) ? floatValue(Number(x), lane) : intValue(x, lane);
}

/** Calls a registered function; memory it was given counts as written. */
export function callHost(
  c: Compiler,
  e: Call,
  name: string,
  args: readonly Slot[],
  types: readonly (DType | undefined)[],
): Slot {
  const host = c.machine.hosts.get(name);
  if (host === undefined) return fail(codes.unknownExtern({ at: e.span, name }));
  const values = args.map((x, i) => {
    const value = toValue(x, types[i]);
    if (value !== undefined) return value;
    return fail(
      codes.wrongOperand({
        at: e.span,
        name: e.op,
        expected: "compact buffers",
        actual: "one with gaps",
      }),
    );
  });
  const result = guarded(e, name, () => host({ print: (text) => c.machine.print(text) }, values));
  for (const v of values) if (v.kind === "tensor") v.written?.fill(1);
  switch (result.kind) {
    case "int":
    case "float":
      return result.value;
    case "string":
      return result.value;
    default:
      return 0;
  }
}

function guarded(e: Call, name: string, run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return fail(codes.hostFailed({ at: e.span, name, reason }));
  }
}
