/** Graph functions: a list of kernel calls over views of memory, which are laid out once for given sizes. */
import type { CodePlace, Dim } from "./executable.js";

/** What a parameter must be; a bare symbol is bound where it comes first. */
export type GraphForm =
  | { readonly kind: "tensor"; readonly dtype: string; readonly shape: readonly Dim[] }
  | { readonly kind: "scalar"; readonly dtype: string; readonly value?: Dim | undefined }
  | { readonly kind: "shape"; readonly dims: readonly Dim[] }
  | { readonly kind: "tuple"; readonly fields: readonly GraphForm[] };

/** Where a view lies: leaf `index` of the parameters, an entry of the storages, a constant of the program. */
export interface GraphView {
  readonly in: "input" | "storage" | "constant";
  readonly index: number;
  /** In bytes. */
  readonly offset: Dim;
  readonly dtype: string;
  readonly shape: readonly Dim[];
}

export type GraphArgument =
  | { readonly kind: "view"; readonly view: number }
  | { readonly kind: "integer"; readonly value: Dim; readonly dtype: string }
  | { readonly kind: "float"; readonly value: number; readonly dtype: string }
  /** A scalar among the leaves of the parameters. */
  | { readonly kind: "input"; readonly index: number };

/** One call of a kernel. */
export interface GraphNode {
  readonly kernel: string;
  readonly args: readonly GraphArgument[];
  readonly place?: CodePlace | undefined;
}

export type GraphResult =
  | { readonly kind: "view"; readonly view: number }
  | { readonly kind: "integer"; readonly value: Dim; readonly dtype: string }
  | { readonly kind: "shape"; readonly dims: readonly Dim[] }
  | { readonly kind: "tuple"; readonly fields: readonly GraphResult[] };

/** A function without control flow whose sizes all follow from those of its parameters. */
export interface GraphFunction {
  readonly name: string;
  readonly params: readonly { readonly name: string; readonly form: GraphForm }[];
  /** Names of the symbols that parameters bind, by number. */
  readonly symbols: readonly string[];
  /** Further symbols, numbered on, each computed from those before it. */
  readonly computed: readonly Dim[];
  /** Sizes that must be equal. */
  readonly checks: readonly (readonly [Dim, Dim])[];
  /** Bytes of each block of memory. */
  readonly storages: readonly Dim[];
  readonly views: readonly GraphView[];
  readonly nodes: readonly GraphNode[];
  readonly result: GraphResult;
}

/** The tensors, scalars and shapes of parameters, in order. */
export const graphLeaves = (form: GraphForm): readonly Exclude<GraphForm, { kind: "tuple" }>[] =>
  form.kind === "tuple" ? form.fields.flatMap(graphLeaves) : [form];
