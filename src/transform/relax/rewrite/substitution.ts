/** What stands for variables and symbols from some point on. */
import { rebuild } from "../../../ir/core/rewrite.js";
import type { Node } from "../../../ir/nodes.js";
import type { Expr, Var } from "../../../ir/relax/expr.js";
import type { PrimExpr, Var as Symbol } from "../../../ir/tir/expr.js";

/** Images of variables and symbols; grows while a function is rewritten. */
export interface Substitution {
  readonly vars: Map<Var, Expr>;
  readonly symbols: Map<Symbol, PrimExpr>;
  /** Applied to expressions that change. */
  readonly simplify?: (e: PrimExpr) => PrimExpr;
}

export const makeSubstitution = (
  vars: Iterable<readonly [Var, Expr]> = [],
  symbols: Iterable<readonly [Symbol, PrimExpr]> = [],
): Substitution => ({ vars: new Map(vars), symbols: new Map(symbols) });

/**
 * The node with all images put in; the same object when none occurs. Definitions are not entered: a variable whose
 * struct info changes becomes another one where it is bound.
 */
export function applyTo<T extends Node>(node: T, { vars, symbols, simplify }: Substitution): T {
  if (vars.size === 0 && symbols.size === 0) return node;
  const walk = (n: Node): Node => {
    switch (n.kind) {
      case "relax.Var":
        return vars.get(n) ?? n;
      case "tir.Var":
        return symbols.get(n) ?? n;
      case "tir.IntImm":
      case "relax.Const":
      case "relax.Op":
      case "ir.GlobalVar":
        return n;
      case "relax.TensorInfo": {
        // A shape is a variable or the dimensions themselves.
        const { shape } = n;
        if (shape?.kind !== "relax.Var") return rebuild(n, walk);
        const image = vars.get(shape);
        const fits = image?.kind === "relax.Var" || image?.kind === "relax.ShapeExpr";
        return fits ? { ...n, shape: image } : n;
      }
      case "tir.Binary":
      case "tir.Unary":
      case "tir.Cast":
      case "tir.Select":
      case "tir.Compare": {
        const after = rebuild(n, walk);
        return after === n ? n : (simplify?.(after) ?? after);
      }
      default:
        return rebuild(n, walk);
    }
  };
  return walk(node) as T;
}
