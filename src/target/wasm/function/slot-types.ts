/** Compiled functions as WebAssembly sees them. */
import type { FunctionForm } from "../../function-form.js";
import type { ValueType } from "../encoder/function.js";

/** The types of the WebAssembly function's parameters. */
export const slotTypes = (form: FunctionForm): ValueType[] => [
  ...new Array<ValueType>(form.pointers).fill("i32"),
  ...new Array<ValueType>(form.scalars + form.symbols.length).fill("i64"),
  ...form.outputs.map((): ValueType => "i32"),
];
