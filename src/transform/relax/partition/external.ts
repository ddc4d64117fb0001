/** Code generators outside the compiler, and the marks of functions that belong to them. */
import type { AttrValue } from "../../../ir/core/node.js";
import type { Func } from "../../../ir/relax/expr.js";

/** Name of the pattern that a function was matched by: `dnnl.conv2d_relu`. */
export const COMPOSITE = "Composite";
/** Name of the code generator that compiles a function. */
export const CODEGEN = "Codegen";
/** Bytes of scratch memory that a function needs. */
export const WORKSPACE = "WorkspaceSize";
/** Attribute of modules: what external code generators made. */
export const EXTERNAL_MODULES = "external_mods";

/** The code generator of a pattern: its name up to the first dot. */
export const codegenOf = (composite: string): string => composite.split(".")[0]!;

/** A code generator that a target or the caller of a pipeline brings along. */
export interface ExternalCodegen {
  /** Compiles functions, which become external functions of their names; the result is kept in the module. */
  compile(functions: readonly Func[], options: Readonly<Record<string, unknown>>): AttrValue;
}
