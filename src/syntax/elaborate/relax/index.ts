/** R functions of a module: signatures first, then bodies. */
import type { FunctionDef } from "../../../../grammar/ast/nodes.js";
import type { Func } from "../../../ir/relax/expr.js";
import type { FuncInfo } from "../../../ir/relax/struct-info.js";
import type { ElabContext } from "../../context.js";
import { elaborateFunction, signatureOfText } from "./function.js";

/** The type under which other functions call this one. Mistakes are reported when its body is read. */
export const declareRelaxFunction = (def: FunctionDef, ctx: ElabContext): FuncInfo =>
  signatureOfText(ctx, def);

/** Reads a function; undefined when its signature or result cannot be read (reported). */
export const elaborateRelaxFunction = (def: FunctionDef, ctx: ElabContext): Func | undefined =>
  elaborateFunction(ctx, def, false);
