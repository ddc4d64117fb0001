/** Border of the interpreter: values in, a value or a diagnostic out. */
import type { IRModule } from "../ir/module.js";
import type { PrimFunc } from "../ir/tir/function.js";
import { DiagnosticError, type Diagnostic } from "../support/diagnostic.js";
import { isFloat, laneOf } from "../support/dtype.js";
import {
  describeValue,
  floatValue,
  intValue,
  voidValue,
  type HostCode,
  type Value,
} from "../support/value.js";
import { codes } from "./codes.js";
import { fail } from "./fail.js";
import { viewOfArray, type Slot } from "./tir/memory.js";
import type { Guard, Machine } from "./tir/compiler.js";
import { makeMachine } from "./tir/run.js";

export interface InterpretOptions {
  /** Host functions by name. */
  readonly hosts?: ReadonlyMap<string, HostCode>;
  /** Entry conditions that analysis derived, by function. */
  readonly guards?: ReadonlyMap<PrimFunc, readonly Guard[]>;
  /** Loop iterations and calls after which the program is stopped. */
  readonly stepLimit?: number;
  readonly depthLimit?: number;
  /** Bytes of one allocation. */
  readonly memoryLimit?: number;
  readonly vscale?: number;
  /** Takes the lines a program prints. */
  print?(text: string): void;
}

/** The result, or why there is none. */
export type Outcome =
  | { readonly ok: true; readonly value: Value; readonly steps: number }
  | { readonly ok: false; readonly diagnostic: Diagnostic };

/**
 * Runs a function of the module. A TensorIR function takes its parameters as they are and stores to its tensors; a
 * Relax function gives its result.
 */
export function interpret(
  module: IRModule,
  entry: string,
  args: readonly Value[],
  options: InterpretOptions = {},
): Outcome {
  const machine = makeMachine({ module, ...options });
  try {
    return { ok: true, value: enter(machine, entry, args), steps: machine.steps };
  } catch (error) {
    if (error instanceof DiagnosticError) return { ok: false, diagnostic: error.diagnostic };
    if (!(error instanceof RangeError)) throw error;
    // The JavaScript stack or heap ended before the limits of the program did.
    const depth = codes.callDepth({ name: entry, limit: machine.depthLimit });
    return { ok: false, diagnostic: depth };
  }
}

function enter(machine: Machine, entry: string, args: readonly Value[]): Value {
  const func = machine.module.functions.get(entry);
  if (func?.kind === "tir.PrimFunc") return runPrimFunc(machine, func, args);
  return fail(codes.noFunction({ name: entry }));
}

/** A value as an argument of a TensorIR function. */
export function toSlot(value: Value, name: string, func: PrimFunc): Slot {
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

export function runPrimFunc(machine: Machine, func: PrimFunc, args: readonly Value[]): Value {
  const slots = args.map((a, i) => toSlot(a, func.params[i]?.var.name ?? String(i), func));
  const result = machine.functionOf(func).run(slots);
  if (typeof result !== "number" && typeof result !== "bigint") return voidValue;
  const type = laneOf(func.retType);
  if (type.code === "void") return voidValue;
  return isFloat(type) ? floatValue(Number(result), type) : intValue(result, type);
}
