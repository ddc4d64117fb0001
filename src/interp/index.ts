/** The reference interpreter: the meaning that every back end is measured by. */
export { interpret, type InterpretOptions, type Outcome } from "./interpret.js";
export type { Guard } from "./tir/compiler.js";
