/** Writes bytecode: functions, constants, instructions with places, jumps that are set later. */
import { bytesOf } from "../support/dtype.js";
import { sameTensor } from "../support/ndarray.js";
import type { Span, Source } from "../support/source.js";
import {
  ARGUMENT,
  argumentWord,
  IMMEDIATE_LIMIT,
  OPCODE,
  VOID_REGISTER,
  type CodePlace,
  type Constant,
  type Executable,
  type FunctionRecord,
  type KernelArgument,
} from "./executable.js";

/** An operand of a call. */
export type BuilderOperand =
  | { readonly kind: "register"; readonly register: number }
  | { readonly kind: "immediate"; readonly value: number | bigint }
  | { readonly kind: "constant"; readonly index: number }
  | { readonly kind: "function"; readonly index: number };

export const register = (n: number): BuilderOperand => ({ kind: "register", register: n });
export const immediate = (value: number | bigint): BuilderOperand => ({ kind: "immediate", value });
export const constantOperand = (index: number): BuilderOperand => ({ kind: "constant", index });
export const functionOperand = (index: number): BuilderOperand => ({ kind: "function", index });
/** No value. */
export const VOID: BuilderOperand = register(VOID_REGISTER);

/** An instruction whose target is not known yet. */
export interface Jump {
  readonly at: number;
  readonly word: number;
}

export interface CodeBuilder {
  /** Number of a builtin or host function. */
  host(name: string): number;
  kernel(name: string, params: () => readonly KernelArgument[]): number;
  /** Number of a bytecode function, which may be defined later. */
  declare(name: string): number;
  /** Starts the code of a declared function. */
  begin(func: number): void;
  /** Ends it. */
  end(func: number, paramNames: readonly string[], registers: number, isPublic: boolean): void;
  /** Number of a constant; equal ones are stored once. */
  constant(c: Constant): number;
  /** Gives the position of the first argument, for {@link setArgument}. */
  call(func: number, args: readonly BuilderOperand[], dst: number | undefined, at?: Span): number;
  /** Replaces an argument that was not known when the call was written. */
  setArgument(position: number, operand: BuilderOperand): void;
  ret(register: number, at?: Span): void;
  /** Jumps past what follows, up to where the jump is landed. */
  goto(at?: Span): Jump;
  branch(register: number, at?: Span): Jump;
  /** The next instruction is the target. */
  land(jump: Jump): void;
  finish(): Executable;
}

/** A builder; `withSources` keeps texts and places for messages. */
export function makeCodeBuilder(withSources = true): CodeBuilder {
  const functions: FunctionRecord[] = [];
  const byName = new Map<string, number>();
  const starts = new Map<number, number>();
  const constants: Constant[] = [];
  const known = new Map<string, number[]>();
  const offsets: number[] = [];
  const words: bigint[] = [];
  const sources: Source[] = [];
  const places: (CodePlace | undefined)[] = [];

  const placeOf = (span: Span | undefined): CodePlace | undefined => {
    if (span === undefined || !withSources) return undefined;
    let source = sources.indexOf(span.source);
    if (source < 0) source = sources.push(span.source) - 1;
    return { source, start: span.start, end: span.end };
  };
  const emit = (parts: readonly bigint[], at: Span | undefined): number => {
    offsets.push(words.length);
    words.push(...parts);
    places.push(placeOf(at));
    return offsets.length - 1;
  };
  const record = (key: string, make: () => FunctionRecord): number => {
    const old = byName.get(key);
    if (old !== undefined) return old;
    const index = functions.push(make()) - 1;
    byName.set(key, index);
    return index;
  };
  const argument = (a: BuilderOperand): bigint => {
    switch (a.kind) {
      case "register":
        return argumentWord(ARGUMENT.register, BigInt(a.register));
      case "constant":
        return argumentWord(ARGUMENT.constant, BigInt(a.index));
      case "function":
        return argumentWord(ARGUMENT.function, BigInt(a.index));
      case "immediate": {
        const value = BigInt(a.value);
        if (value < IMMEDIATE_LIMIT && value >= -IMMEDIATE_LIMIT) {
          return argumentWord(ARGUMENT.immediate, value);
        }
        const index = b.constant({ kind: "int", value: a.value, dtype: "int64" });
        return argumentWord(ARGUMENT.constant, BigInt(index));
      }
    }
  };
  const b: CodeBuilder = {
    host: (name) => record(`host ${name}`, () => ({ kind: "host", name })),
    kernel: (name, params) =>
      record(`kernel ${name}`, () => ({ kind: "kernel", name, params: params() })),
    declare: (name) =>
      record(`vm ${name}`, () => ({
        kind: "vm",
        name,
        start: 0,
        end: 0,
        paramNames: [],
        registers: 0,
        isPublic: false,
      })),
    begin: (func) => void starts.set(func, offsets.length),
    end(func, paramNames, registers, isPublic) {
      functions[func] = {
        kind: "vm",
        name: functions[func]!.name,
        start: starts.get(func)!,
        end: offsets.length,
        paramNames,
        registers,
        isPublic,
      };
    },
    constant(c) {
      const key = keyOf(c);
      const same = (i: number): boolean => {
        const other = constants[i]!;
        return c.kind !== "tensor" || (other.kind === "tensor" && sameTensor(c.data, other.data));
      };
      const candidates = known.get(key) ?? [];
      const old = candidates.find(same);
      if (old !== undefined) return old;
      const index = constants.push(c) - 1;
      known.set(key, [...candidates, index]);
      return index;
    },
    call(func, args, dst, at) {
      const head = [OPCODE.call, BigInt(dst ?? VOID_REGISTER), BigInt(func), BigInt(args.length)];
      emit([...head, ...args.map(argument)], at);
      return words.length - args.length;
    },
    setArgument: (position, operand) => void (words[position] = argument(operand)),
    ret: (r, at) => void emit([OPCODE.ret, BigInt(r)], at),
    goto: (at) => ({ at: emit([OPCODE.goto, 0n], at), word: words.length - 1 }),
    branch: (r, at) => ({
      at: emit([OPCODE.branch, BigInt(r), 0n], at),
      word: words.length - 1,
    }),
    land: (jump) => void (words[jump.word] = BigInt(offsets.length - jump.at)),
    finish: () => ({
      functions,
      constants,
      offsets: Uint32Array.from(offsets),
      words: BigInt64Array.from(words),
      sources: sources.map(({ name, text }) => ({ name, text })),
      places,
    }),
  };
  return b;
}

function keyOf(c: Constant): string {
  switch (c.kind) {
    case "tensor": {
      const { dtype, shape, bytes } = c.data;
      let sum = 0;
      // A cheap mix; equal keys are compared in full.
      const step = Math.max(1, Math.floor(bytes.length / (64 * bytesOf(dtype))));
      for (let i = 0; i < bytes.length; i += step) sum = (sum * 31 + bytes[i]!) | 0;
      return `tensor ${dtype.name} ${shape.join()} ${sum}`;
    }
    case "shape":
      return `shape ${c.dims.join()}`;
    case "int":
      return `int ${c.dtype} ${c.value}`;
    case "float":
      return `float ${c.dtype} ${Object.is(c.value, -0) ? "-0" : c.value}`;
    default:
      return `${c.kind} ${c.value}`;
  }
}
