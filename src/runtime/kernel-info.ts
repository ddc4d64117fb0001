/** Description of compiled kernels: what the host must pass, and what a status means. */
import type { DType } from "../support/dtype.js";
import type { Span } from "../support/source.js";

/** A parameter, in the order of the argument block; every argument takes one 8-byte slot. */
export interface KernelParam {
  readonly name: string;
  /** `pointer`: address of the data; `scalar`: explicit scalar parameter; `symbol`: dimension bound by a buffer. */
  readonly role: "pointer" | "scalar" | "symbol";
  readonly dtype: DType;
  /** Position in the parameter list of the T function; absent for symbols. */
  readonly index?: number;
  /** Where a symbol's value is found: parameter `param`, then a dimension, stride or the offset. */
  readonly source?: SymbolSource;
}
export interface SymbolSource {
  readonly param: number;
  readonly field: "shape" | "strides" | "offset";
  readonly axis: number;
}
export interface KernelInfo {
  readonly name: string;
  readonly params: readonly KernelParam[];
  /** Type of the returned scalar, written to the slot behind the arguments. */
  readonly returns?: DType;
  /** Several threads may call it together. */
  readonly isTeam?: boolean;
}

/** Why a kernel stopped; status `code` is entry `code - 1`. */
export interface StatusInfo {
  readonly kind: "assert" | "bounds" | "division-by-zero" | "guard" | "memory" | "unreachable";
  readonly function: string;
  readonly message: string;
  /** Names of the symbols a guard's condition mentions. */
  readonly symbols: readonly string[];
  readonly span?: Span | undefined;
}

export type HostType = "i32" | "i64" | "f32" | "f64";
/** How an argument of a host function travels: a string not at all, a tensor as address and i64 dimensions. */
export type HostArgument =
  | { readonly kind: "scalar"; readonly dtype: DType }
  | { readonly kind: "pointer" }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "tensor"; readonly dtype: DType; readonly rank: number };
/** A function that the host must provide. */
export interface HostImport {
  /** Name of the import in module `host`: function and signature. */
  readonly key: string;
  readonly name: string;
  readonly args: readonly HostArgument[];
  readonly result?: { readonly register: HostType; readonly dtype: DType } | undefined;
}
