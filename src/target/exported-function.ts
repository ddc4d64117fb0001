/** Functions of the C interface of object code. */
import type { DType } from "../support/dtype.js";

/** Where an argument of a kernel comes from: a parameter, bytes that are part of the code, or what was measured. */
export type ExportArgument =
  | { readonly kind: "param"; readonly at: number }
  | { readonly kind: "constant"; readonly bytes: Uint8Array }
  | { readonly kind: "measured" };

/** A call of a kernel, in the order of its parameters. */
export interface ExportCall {
  readonly kernel: string;
  readonly args: readonly ExportArgument[];
}

/** A function that other object files call. */
export interface ExportedFunction {
  readonly symbol: string;
  readonly params: readonly DType[];
  readonly call: ExportCall;
  /** Gives a size that an argument is. */
  readonly measure?: ExportCall | undefined;
  /**
   * What the function gives: a status, and what the kernel gives to memory behind a last parameter; or what the kernel
   * gives, -1 when it stopped.
   */
  readonly gives: "status" | "value";
}

export interface Exports {
  readonly functions: readonly ExportedFunction[];
  /** Name of the function that gives the text of a status. */
  readonly statusText: string;
}
