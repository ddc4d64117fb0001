/** What the engine takes: templates as read from libraries, and calls as seen by them. */
import type { ClassDef, Expr, FunctionDef } from "../../grammar/ast/nodes.js";
import type { Analyzer } from "../arith/index.js";
import type { AttrValue } from "../ir/core/node.js";
import type { TensorInfo } from "../ir/relax/struct-info.js";
import type { OpDef } from "../op/op.js";
import type { Diagnostic } from "../support/diagnostic.js";
import type { Source, Span } from "../support/source.js";

/** How a definition of a library is used: §2 of the template language. */
export type TemplateForm = "lower" | "elementwise" | "kernel";

/** A definition that calls are lowered with. */
export interface Template {
  readonly form: TemplateForm;
  readonly name: string;
  /** Full names of the operators, `relax.add`. */
  readonly ops: readonly string[];
  /** Loop nest (`T`, and all elementwise ones) or bindings of a graph (`R`). */
  readonly dialect: "T" | "R";
  readonly def: FunctionDef;
  readonly source: Source;
  readonly library: Library;
  /** Parts of `where=`. */
  readonly where: readonly Expr[];
  readonly target?: string | undefined;
  readonly priority: number;
  /** `op_pattern=`, where given. */
  readonly opPattern?: number | undefined;
}

/**
 * What a schedule is for: instances of a template, an operator, functions of a name, what matches a dataflow pattern,
 * or all functions of a kind: `spatial` ones, those with a `reduction`, `any`.
 */
export interface ScheduleKey {
  readonly kind: "template" | "op" | "func" | "pattern" | "kind";
  readonly name: string;
  readonly at: Expr;
}

/** A schedule as text. */
export interface ScheduleDef {
  readonly name: string;
  readonly of: ScheduleKey;
  readonly def: FunctionDef;
  readonly source: Source;
  readonly library: Library;
  readonly where: readonly Expr[];
  readonly target?: string | undefined;
  readonly priority: number;
  /** How many variants a dispatcher may choose from. */
  readonly variants: number;
}

/** A pair of functions for `tensorize`. */
export interface IntrinsicDef {
  /** As `tensorize` names it: `acme.mac_8x8`. */
  readonly name: string;
  readonly def: ClassDef;
  readonly source: Source;
  readonly cost?: Expr | undefined;
}

/** What a free name of a template stands for. */
export type LibraryEntry =
  | { readonly kind: "schedule"; readonly schedule: ScheduleDef }
  | { readonly kind: "intrinsic"; readonly intrinsic: IntrinsicDef }
  /** A composed primitive of schedules. */
  | {
      readonly kind: "proc";
      readonly def: FunctionDef;
      readonly source: Source;
      readonly library: Library;
    }
  | {
      readonly kind: "inline";
      readonly def: FunctionDef;
      readonly source: Source;
      readonly library: Library;
    }
  | {
      readonly kind: "constant";
      readonly value: Expr;
      readonly source: Source;
      readonly library: Library;
    }
  | { readonly kind: "template"; readonly template: Template };

/** The names that the text of a library sees: its own, imported ones, and those of the prelude. */
export interface Library {
  readonly name: string;
  lookup(name: string): LibraryEntry | undefined;
  /** All names, for suggestions. */
  names(): Iterable<string>;
}

/** A static argument of a call: a literal, a type, a list of these; expressions where it is symbolic. */
export type ArgumentValue = AttrValue;

/** One operand or output: a tensor, several (variadic), or absent. */
export type TensorSlot = TensorInfo | readonly TensorInfo[] | undefined;

/** What binding a template to a call needs to know of the call. */
export interface CallFacts {
  /** Declaration of the operator; absent for kernels. */
  readonly op?: OpDef | undefined;
  /** Tensor operands in the order of the declaration. */
  readonly operands: readonly TensorSlot[];
  /** Result types by inference. */
  readonly outputs: readonly TensorSlot[];
  /** Attributes in normal form, by name. */
  readonly attrs: ReadonlyMap<string, ArgumentValue>;
  /** Scalar operands by name: literals when constant, expressions over the caller's symbols otherwise. */
  readonly scalars: ReadonlyMap<string, ArgumentValue>;
  /** Names of attributes and scalar operands that have their default value. */
  readonly defaulted?: ReadonlySet<string> | undefined;
  /** What is known of the caller's symbols. */
  readonly analyzer?: Analyzer | undefined;
  /** The call. */
  readonly span?: Span | undefined;
}

/** Why something could not be done, as a diagnostic. */
export interface Refusal {
  readonly reason: Diagnostic;
}
