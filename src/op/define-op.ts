/** Wraps a rule into an operator declaration. */
import type { Call } from "../ir/relax/expr.js";
import type { StructInfo } from "../ir/relax/struct-info.js";
import { DiagnosticError } from "../support/diagnostic.js";
import { checkArity } from "./arity.js";
import { errorInfo } from "./error-info.js";
import type { InferContext } from "./infer-context.js";
import type { OpDef } from "./op.js";
import { Poisoned } from "./poisoned.js";
import type { Rule } from "./site.js";

export interface OpDeclaration extends Omit<OpDef, "infer"> {
  readonly rule: Rule;
}

/**
 * The operator of a declaration. A rule stops at its first mistake, which is reported; its result is then
 * `errorInfo`, which silences the rules of the calls that use it.
 */
export function defineOp(declaration: OpDeclaration): OpDef {
  const { rule, ...rest } = declaration;
  const op: OpDef = {
    pure: true,
    ...rest,
    infer(call: Call, ctx: InferContext): StructInfo {
      try {
        const site = { op, call, ctx };
        checkArity(site);
        return rule(site);
      } catch (error) {
        if (error instanceof Poisoned) return errorInfo;
        if (!(error instanceof DiagnosticError)) throw error;
        ctx.report(error.diagnostic);
        return errorInfo;
      }
    },
  };
  return op;
}

/** Declarations that differ in name and summary only. */
export const defineOps = (
  common: Omit<OpDeclaration, "name" | "summary" | "must">,
  each: Readonly<Record<string, string | { readonly summary: string; readonly must?: string }>>,
): OpDef[] =>
  Object.entries(each).map(([name, entry]) =>
    defineOp({ ...common, name, ...(typeof entry === "string" ? { summary: entry } : entry) }),
  );
