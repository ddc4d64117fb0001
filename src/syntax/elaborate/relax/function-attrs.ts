/** `R.func_attr({…})`. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { elaborateAttrDict } from "../attributes.js";
import { relaxCodes } from "../../relax-codes.js";
import { takeArguments } from "./arguments.js";
import { at, fail, type FunctionState } from "./state.js";

/** Adds attributes to the function; `global_symbol` is kept apart, since it is the function's name. */
export function functionAttributes(state: FunctionState, call: A.Call): void {
  const node = takeArguments(state, call, "func_attr", ["attrs"])?.get("attrs");
  const attrs = node === undefined ? undefined : elaborateAttrDict(state.ctx, node);
  if (attrs === undefined) return;
  for (const [key, value] of attrs) {
    if (state.attrs.has(key)) fail(state, relaxCodes.attrsTwice({ at: at(state, call), key }));
    else state.attrs.set(key, value);
  }
}
