/** What the code generator knows of the function it is writing: registers, symbols, values. */
import type { BuilderOperand, CodeBuilder } from "../../artefact/index.js";
import { dimOps, immediate, register, type DimOp } from "../../artefact/index.js";
import { evaluate, exprText } from "../../arith/index.js";
import type { IRModule } from "../../ir/module.js";
import type { Var } from "../../ir/relax/expr.js";
import { intImm, type PrimExpr, type Var as Symbol } from "../../ir/tir/expr.js";
import { DiagnosticError, type Diagnostic } from "../../support/diagnostic.js";
import type { Span } from "../../support/source.js";
import { codes } from "./codes.js";

export interface Program {
  readonly module: IRModule;
  readonly builder: CodeBuilder;
}

export interface State {
  readonly program: Program;
  readonly b: CodeBuilder;
  /** Of the function, for messages. */
  readonly name: string;
  readonly values: Map<Var, number>;
  /** Register of the symbols' values, when the function has any. */
  heap: number | undefined;
  readonly slots: Map<Symbol, number>;
  /** Registers of float scalars, which have no slot. */
  readonly floats: Map<Symbol, number>;
  /** Parameter or value that bound a symbol. */
  readonly origins: Map<string, string>;
  /** Slots of expressions, and registers of shapes, that hold in the present branch. */
  computed: Map<string, number>;
  shapes: Map<string, number>;
  slotCount: number;
  readonly registers: Registers;
  /** Registers that are given back after the present binding; those of tuples are cleared. */
  temporaries: { readonly register: number; readonly clear: boolean }[];
}

export interface Registers {
  take(): number;
  give(register: number): void;
  readonly count: number;
}

/** Registers from 0 upwards; the lowest free one is taken first. */
export function makeRegisters(): Registers {
  const free: number[] = [];
  let count = 0;
  return {
    take() {
      if (free.length === 0) return count++;
      let least = 0;
      for (let i = 1; i < free.length; i++) if (free[i]! < free[least]!) least = i;
      return free.splice(least, 1)[0]!;
    },
    give: (register) => void free.push(register),
    get count() {
      return count;
    },
  };
}

export function fail(diagnostic: Diagnostic): never {
  throw new DiagnosticError(diagnostic);
}

export const builtin = (s: State, name: string): number => s.b.host(`vm.builtin.${name}`);

/** A register that is free again after the binding. */
export function temporary(s: State, clear = false): number {
  const r = s.registers.take();
  s.temporaries.push({ register: r, clear });
  return r;
}

/** Ends the life of what a register holds. */
export function clear(s: State, r: number, at?: Span): void {
  s.b.call(builtin(s, "null_value"), [], r, at);
}

export function freeTemporaries(s: State): void {
  for (const t of s.temporaries) {
    if (t.clear) clear(s, t.register);
    s.registers.give(t.register);
  }
  s.temporaries = [];
}

export const heapOperand = (s: State): BuilderOperand => {
  if (s.heap === undefined) throw new Error(`${s.name} has symbols but no place for them`);
  return register(s.heap);
};

/** A new slot for a symbol. */
export function bindSymbol(s: State, v: Symbol, origin: string): number {
  const slot = s.slotCount++;
  s.slots.set(v, slot);
  s.origins.set(v.name, origin);
  return slot;
}

/** A value where dimensions are: (0, immediate) or (1, slot). */
export type DimOperand = readonly [BuilderOperand, BuilderOperand];
const ofSlot = (slot: number): DimOperand => [immediate(1), immediate(slot)];

/** Writes the code that computes a dimension, once for each branch it is needed in. */
export function dimOperand(s: State, e: PrimExpr, at: Span | undefined): DimOperand {
  const constant = evaluate(e, { of: () => undefined });
  switch (e.kind) {
    case "tir.IntImm":
      return [immediate(0), immediate(e.value)];
    case "tir.Var": {
      const slot = s.slots.get(e);
      if (slot !== undefined) return ofSlot(slot);
      return fail(codes.unknownSymbol({ at: at ?? e.span, symbol: e.name }));
    }
    case "tir.Cast":
      if (e.dtype.code !== "int" && e.dtype.code !== "uint") break;
      return dimOperand(s, e.value, at);
    case "tir.Binary":
    case "tir.Compare":
    case "tir.Logic":
      if (constant !== undefined) return [immediate(0), immediate(constant)];
      return compute(s, e.op, [e.a, e.b], at);
    case "tir.Unary":
      if (constant !== undefined) return [immediate(0), immediate(constant)];
      if (e.op === "not") return compute(s, "not", [e.a], at);
      return compute(s, "sub", [{ ...zero, value: e.op === "neg" ? 0 : -1 }, e.a], at);
    case "tir.Select":
    case "tir.IfThenElse":
      if (constant !== undefined) return [immediate(0), immediate(constant)];
      return compute(s, "select", [e.cond, e.then, e.otherwise], at);
    default:
      break;
  }
  return fail(codes.dimension({ at: at ?? e.span, expression: exprText(e) }));
}

const zero = intImm(0);

function compute(s: State, op: DimOp, args: readonly PrimExpr[], at: Span | undefined): DimOperand {
  const operands = args.map((a) => dimOperand(s, a, at));
  const key = `${op} ${operands.map(textOf).join(" ")}`;
  const known = s.computed.get(key);
  if (known !== undefined) return ofSlot(known);
  const slot = s.slotCount++;
  s.b.call(
    builtin(s, "heap_compute"),
    [heapOperand(s), immediate(dimOps.indexOf(op)), immediate(slot), ...operands.flat()],
    undefined,
    at,
  );
  s.computed.set(key, slot);
  return ofSlot(slot);
}

const textOf = (d: DimOperand): string =>
  d.map((o) => (o.kind === "immediate" ? String(o.value) : o.kind)).join(":");

/** Identifies equal lists of dimensions. */
export const dimsKey = (dims: readonly DimOperand[]): string => dims.map(textOf).join(" ");
