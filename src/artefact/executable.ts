/** What a virtual machine runs: functions, constants, bytecode. Shared by compiler and runtime. */
import type { NDArray } from "../support/ndarray.js";
import type { Int } from "../support/int.js";

/**
 * - `host`: a builtin or a function of the embedding program, by name
 * - `vm`: bytecode from instruction `start` up to `end`
 * - `kernel`: a compiled T function
 */
export type FunctionRecord =
  | { readonly kind: "host"; readonly name: string }
  | { readonly kind: "kernel"; readonly name: string; readonly params: readonly KernelArgument[] }
  | {
      readonly kind: "vm";
      readonly name: string;
      readonly start: number;
      readonly end: number;
      readonly paramNames: readonly string[];
      /** Registers of a frame; parameters come first. */
      readonly registers: number;
      readonly isPublic: boolean;
    };

/** A parameter of a kernel as its T function declares it. */
export type KernelArgument =
  | {
      readonly kind: "scalar";
      readonly name: string;
      readonly dtype: string;
      /** As a symbol of dimensions. */
      readonly id: number;
    }
  | { readonly kind: "pointer"; readonly name: string }
  | {
      readonly kind: "buffer";
      readonly name: string;
      readonly dtype: string;
      readonly shape: readonly Dim[];
    };

/** A dimension: a number, a symbol (the first occurrence alone binds it), or an expression over symbols. */
export type Dim =
  | { readonly value: Int }
  | { readonly symbol: string; readonly id: number }
  | { readonly op: DimOp; readonly args: readonly Dim[] };

/** Exact integer arithmetic; truth is 0 or 1; `select` takes a condition first. */
export type DimOp =
  | "add" | "sub" | "mul" | "floordiv" | "floormod" | "ceildiv" | "div" | "mod" | "min" | "max"
  | "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "and" | "or" | "not" | "select"
  | "bitand" | "bitor" | "bitxor" | "shl" | "shr"; // prettier-ignore

export const dimOps: readonly DimOp[] = [
  "add", "sub", "mul", "floordiv", "floormod", "ceildiv", "div", "mod", "min", "max",
  "eq", "ne", "lt", "le", "gt", "ge", "and", "or", "not", "select",
  "bitand", "bitor", "bitxor", "shl", "shr",
]; // prettier-ignore

export type Constant =
  | { readonly kind: "tensor"; readonly data: NDArray }
  | { readonly kind: "shape"; readonly dims: readonly Int[] }
  | { readonly kind: "int"; readonly value: Int; readonly dtype: string }
  | { readonly kind: "float"; readonly value: number; readonly dtype: string }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "dtype"; readonly value: string };

/** A place in a source text. */
export interface CodePlace {
  readonly source: number;
  readonly start: number;
  readonly end: number;
}

export interface Executable {
  readonly functions: readonly FunctionRecord[];
  readonly constants: readonly Constant[];
  /** Start of each instruction in `words`. */
  readonly offsets: Uint32Array;
  readonly words: BigInt64Array;
  /** Texts that places refer to; empty when stripped. */
  readonly sources: readonly { readonly name: string; readonly text: string }[];
  /** Place of each instruction, or undefined. */
  readonly places: readonly (CodePlace | undefined)[];
}

export const OPCODE = { call: 1n, ret: 2n, goto: 3n, branch: 4n } as const;
export const ARGUMENT = { register: 0, immediate: 1, constant: 2, function: 3 } as const;

/** Registers that are none: no value, and the machine itself. */
export const VOID_REGISTER = 2 ** 54;
export const MACHINE_REGISTER = 2 ** 54 + 1;
/** Greatest immediate and least: 56 bits, signed. */
export const IMMEDIATE_LIMIT = 2n ** 55n;

/** An argument word: kind in the top 8 bits, value in the others, sign-extended. */
export const argumentWord = (kind: number, value: bigint): bigint =>
  BigInt.asIntN(64, (BigInt(kind) << 56n) | BigInt.asUintN(56, value));
export const wordKind = (word: bigint): number => Number(BigInt.asUintN(64, word) >> 56n);
export const wordValue = (word: bigint): bigint => BigInt.asIntN(56, word);

/** What a check of shapes is about, as the JSON of a string constant, for messages. */
export interface MatchContext {
  readonly function: string;
  /** The parameter, or the value of a match_cast. */
  readonly name: string;
  readonly isParam: boolean;
  /** Dimensions as written. */
  readonly dims: readonly string[];
  /** Where symbols were bound. */
  readonly origins: Readonly<Record<string, string>>;
}
