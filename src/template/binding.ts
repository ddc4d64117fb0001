/** A template bound to a call: what its names stand for. */
import type { Buffer } from "../ir/tir/buffer.js";
import type { Scope } from "./scope.js";
import type { State } from "./state.js";
import type { Symbols } from "./symbols.js";
import type { Template } from "./template.js";

/** A tensor parameter of the signature with the buffers that it became. */
export interface BoundTensor {
  readonly name: string;
  readonly role: "operand" | "output";
  /** Position among the operands or outputs of the call. */
  readonly index: number;
  /** None when absent; several when variadic. */
  readonly buffers: readonly Buffer[];
}

/** The result of binding; it is used up by instantiating. */
export interface Binding {
  readonly template: Template;
  readonly state: State;
  /** Names of the signature. */
  readonly scope: Scope;
  readonly symbols: Symbols;
  readonly tensors: readonly BoundTensor[];
}
