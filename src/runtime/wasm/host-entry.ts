/** The import behind which a host function stands: makes values of what kernels pass. */
import { bytesOf, dtype, isFloat } from "../../support/dtype.js";
import { int } from "../../support/int.js";
import {
  floatValue,
  intValue,
  stringValue,
  tensorValue,
  type HostCode,
  type HostContext,
  type Value,
} from "../../support/value.js";
import type { HostArgument, HostImport } from "../kernel-info.js";

/** The function to import; tensors are views of the memory at the time of the call. */
export function hostEntry(
  need: HostImport,
  code: HostCode,
  context: HostContext,
  memory: () => ArrayBuffer,
): (...args: (number | bigint)[]) => number | bigint | undefined {
  return (...args) => {
    let at = 0;
    const values = need.args.map((arg) => {
      const count = arg.kind === "tensor" ? 1 + arg.rank : arg.kind === "string" ? 0 : 1;
      const value = valueOf(arg, args.slice(at, at + count), memory);
      at += count;
      return value;
    });
    const result = code(context, values);
    if (need.result === undefined) return undefined;
    const scalar = result.kind === "int" || result.kind === "float" ? result.value : 0;
    return need.result.register === "i64" ? BigInt(scalar) : Number(scalar);
  };
}

function valueOf(
  arg: HostArgument,
  given: readonly (number | bigint)[],
  memory: () => ArrayBuffer,
): Value {
  switch (arg.kind) {
    case "string":
      return stringValue(arg.value);
    case "scalar": {
      const unsigned = arg.dtype.code === "uint";
      const raw = given[0]!;
      if (isFloat(arg.dtype)) return floatValue(Number(raw), arg.dtype);
      if (typeof raw === "bigint")
        return intValue(int(unsigned ? BigInt.asUintN(64, raw) : raw), arg.dtype);
      return intValue(unsigned ? raw >>> 0 : raw, arg.dtype);
    }
    case "pointer": {
      const bytes = new Uint8Array(memory(), Number(given[0]) >>> 0);
      return tensorValue({ dtype: dtype("uint8"), shape: [bytes.length], bytes });
    }
    case "tensor": {
      const shape = given.slice(1).map(Number);
      const size = shape.reduce((n, d) => n * d, bytesOf(arg.dtype));
      const bytes = new Uint8Array(memory(), Number(given[0]) >>> 0, size);
      return tensorValue({ dtype: arg.dtype, shape, bytes });
    }
  }
}
