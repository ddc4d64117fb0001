/** Border of the interpreter: values in, a value or a diagnostic out. */
import type { IRModule } from "../ir/module.js";
import type { PrimFunc } from "../ir/tir/function.js";
import { DiagnosticError, type Diagnostic } from "../support/diagnostic.js";
import type { HostCode, Value } from "../support/value.js";
import type { Span } from "../support/source.js";
import { codes } from "./codes.js";
import { runPrimFunc } from "./interpret-prim.js";
import { callFunction, missingOperators } from "./relax/run.js";
import { fail } from "./fail.js";
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
  const machine = makeMachine({ module, callRelax: callFunction, ...options });
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
  if (func?.kind === "relax.Function") {
    const missing = missingOperators(machine.module, entry);
    if (missing.size > 0) notLowered(missing);
    return machine.callRelax(func, args);
  }
  return fail(codes.noFunction({ name: entry }));
}

/** All operators that cannot run, in one message, each with its place. */
function notLowered(missing: ReadonlyMap<string, Span | undefined>): never {
  const places = [...missing].filter((entry): entry is [string, Span] => entry[1] !== undefined);
  return fail(
    codes.notLowered({
      at: places[0]?.[1],
      count: missing.size,
      names: [...missing.keys()].map((name) => `\`${name}\``).join(", "),
      labels: places.slice(1).map(([name, span]) => ({ span, message: `\`${name}\` too` })),
    }),
  );
}
