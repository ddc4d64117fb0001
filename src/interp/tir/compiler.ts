/** What the parts of the TensorIR compiler share: functions become closures over a frame of numbered slots. */
import { exprText } from "../../arith/index.js";
import { varsOf } from "../../ir/core/free-vars.js";
import type { IRModule } from "../../ir/module.js";
import type { Func } from "../../ir/relax/expr.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import type { CallArg, PrimExpr, Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { DType } from "../../support/dtype.js";
import type { Scalar } from "../../support/numeric/scalar.js";
import type { Span } from "../../support/source.js";
import type { HostCode, Value } from "../../support/value.js";
import { codes } from "../codes.js";
import { fail } from "../fail.js";
import type { Frame, Slot, View } from "./memory.js";

export type ScalarCode = (f: Frame) => Scalar;
export type LanesCode = (f: Frame) => readonly Scalar[];
export type AnyCode = (f: Frame) => Slot;

/** A condition that must hold before the function starts; derived by analysis. */
export interface Guard {
  readonly cond: PrimExpr;
  /** The condition as a message shows it; its own text when not given. */
  readonly text?: string;
  /** The access that needs it. */
  readonly span?: Span | undefined;
}

/** One running program. */
export interface Machine {
  readonly module: IRModule;
  readonly hosts: ReadonlyMap<string, HostCode>;
  readonly guards: ReadonlyMap<PrimFunc, readonly Guard[]>;
  readonly stepLimit: number;
  readonly depthLimit: number;
  readonly memoryLimit: number;
  /** Lanes of scalable vectors are multiples of it. */
  readonly vscale: number;
  print(text: string): void;
  steps: number;
  depth: number;
  memory: number;
  /** The function as closures; made once. */
  functionOf(func: PrimFunc): CompiledFunction;
  /** Calls a Relax function of the module. */
  callRelax(func: Func, args: readonly Value[]): Value;
}

export interface CompiledFunction {
  /** Runs on arguments in the order of the parameters. */
  run(args: readonly Slot[]): Slot;
}

export interface Compiler {
  readonly machine: Machine;
  readonly func: PrimFunc;
  /** Slot of a variable or buffer; a new one when it is met for the first time. */
  slot(binder: Var | Buffer): number;
  readonly slots: Map<Var | Buffer, number>;
  /** Thread axes that an enclosing scope runs over. */
  readonly threads: Set<Var>;
  /** A scalar expression; `to` asks for conversion, `checked` for errors where an index would wrap. */
  scalar(e: PrimExpr, checked: boolean, to?: DType): ScalarCode;
  /** Lanes of an expression; a scalar counts as a vector of one. */
  lanes(e: PrimExpr, checked: boolean, to?: DType): LanesCode;
  /** Any expression: scalar, vector, pointer, string, by its type. */
  any(e: PrimExpr): AnyCode;
}

/** Counts one unit of work. */
export function step(machine: Machine): void {
  if (++machine.steps > machine.stepLimit) {
    fail(codes.stepLimit({ limit: machine.stepLimit }));
  }
}

/** `i = 5, n = 4`: variables of the expressions with their values. */
export function valuesText(c: Compiler, f: Frame, ...exprs: readonly PrimExpr[]): string {
  const seen = new Map<string, string>();
  for (const v of new Set(exprs.flatMap(varsOf))) {
    const at = c.slots.get(v);
    const value = at === undefined ? undefined : f[at];
    if (typeof value === "number" || typeof value === "bigint") seen.set(v.name, String(value));
  }
  return [...seen].map(([name, value]) => `${name} = ${value}`).join(", ");
}

/** The values as a label under the place, when there are any. */
export const valuesNote = (c: Compiler, f: Frame, ...exprs: readonly PrimExpr[]): string[] => {
  const text = valuesText(c, f, ...exprs);
  return text === "" ? [] : [`here ${text}`];
};

export const accessText = (buffer: Buffer, indices: readonly PrimExpr[]): string =>
  `${buffer.name}[${indices.map(exprText).join(", ")}]`;

export const operandText = (arg: CallArg): string => {
  switch (arg.kind) {
    case "tir.Buffer":
      return arg.name;
    case "tir.BufferRegion":
      return `${arg.buffer.name}[…]`;
    case "tir.AttrArg":
      return "a literal";
    case "tir.DTypeImm":
      return arg.value.name;
    default:
      return exprText(arg);
  }
};

export const asView = (slot: Slot): View => slot as View;
