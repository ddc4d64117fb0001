/** Description of compiled Relax functions: what the caller passes and gets back. */
import type { Dim } from "../../artefact/index.js";
import type { DType } from "../../support/dtype.js";

/** What a value must be; dimensions are over the function's numbered symbols, a bare one binds where it comes first. */
export type ValueForm =
  | { readonly kind: "tensor"; readonly dtype: DType; readonly shape: readonly Dim[] }
  | { readonly kind: "scalar"; readonly dtype: DType; readonly value?: Dim | undefined }
  | { readonly kind: "shape"; readonly dims: readonly Dim[] }
  | { readonly kind: "tuple"; readonly fields: readonly ValueForm[] };

/** How native code of a function is called: it takes inputs, results, constants and a workspace. */
export interface NativeCall {
  /** Places, in the list of the constants of all functions, of those that it takes. */
  readonly constants: readonly number[];
  /** The kernel that gives the bytes of the workspace, and the symbols that it takes. */
  readonly workspace?: { readonly kernel: string; readonly symbols: readonly number[] } | undefined;
}

/**
 * A Relax function that is one WebAssembly function. Its argument block has a slot of 8 bytes for each tensor among the
 * parameters (its address), then one for each scalar without a symbol, one for each symbol, and one for each tensor of
 * the result (the address of memory for it). It gives 0, or another number when it did not come to an end.
 */
export interface FunctionInfo {
  readonly name: string;
  readonly params: readonly ValueForm[];
  /** Number of symbols; they are numbered from 0. */
  readonly symbols: number;
  /** Only tensors and tuples of them. */
  readonly result: ValueForm;
  /** Only of native code. */
  readonly native?: NativeCall | undefined;
}

/** The tensors, scalars and shapes that a value is made of, in order. */
export function leavesOf(form: ValueForm): readonly Exclude<ValueForm, { kind: "tuple" }>[] {
  return form.kind === "tuple" ? form.fields.flatMap(leavesOf) : [form];
}
