/** Relax to text. */
import type { FunctionDef } from "../../../../grammar/ast/nodes.js";
import type { Func } from "../../../ir/relax/expr.js";
import type { RaiseContext } from "../context.js";
import { raiseFunction } from "./function.js";

export { raiseBinding, raiseBlocks } from "./binding.js";
export { deviceText, raiseMesh, raiseType } from "./types.js";
export { raiseExtern, raiseValue } from "./value.js";

/** A function of the module under `name`. */
export const raiseRelaxFunction = (func: Func, name: string, ctx: RaiseContext): FunctionDef =>
  raiseFunction(ctx, func, name);
