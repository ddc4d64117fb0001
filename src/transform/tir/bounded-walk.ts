/** Rewriting expressions with what is known of the variables where they stand. */
import { Analyzer } from "../../arith/index.js";
import { rebuild } from "../../ir/core/rewrite.js";
import { isNode, type Node } from "../../ir/nodes.js";
import { range } from "../../ir/tir/buffer.js";
import { binary, compare, intImm, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { Stmt } from "../../ir/tir/stmt.js";
import { isInteger } from "../../support/dtype.js";
import { visit } from "../../ir/core/visit.js";

/** Applied bottom-up to every expression of the body; the analyser knows loops, conditions and asserts around it. */
export type BoundedRewrite = (e: PrimExpr, analyzer: Analyzer) => PrimExpr;

/** The function with its expressions rewritten; `changeIndex` is applied to whole indices of stores after that. */
export function walkWithBounds(
  func: PrimFunc,
  change: BoundedRewrite,
  changeIndex: BoundedRewrite = (e) => e,
): PrimFunc {
  const analyzer = new Analyzer();
  assumeSizes(func, analyzer);
  const inner = (n: Node): Node => {
    if (LEAVES.has(n.kind)) return n;
    const rebuilt = rebuild(n, inner);
    return isExpr(rebuilt) ? change(rebuilt, analyzer) : rebuilt;
  };
  const expr = (e: PrimExpr): PrimExpr => inner(e) as PrimExpr;
  const index = (e: PrimExpr): PrimExpr => changeIndex(expr(e), analyzer);
  const body = statement(func.body, { analyzer, expr, index, inner, isInLoop: false });
  return body === func.body ? func : { ...func, body };
}

const EXPR_KINDS = new Set(
  "Cast Binary Compare Logic Unary Select IfThenElse Load Ramp Broadcast Shuffle Let Call CallGlobal"
    .split(" ")
    .map((k) => `tir.${k}`),
);
/** What stays as it is where it occurs in an expression. */
const LEAVES = new Set(["tir.Var", "tir.Buffer", "tir.IntImm", "tir.FloatImm", "tir.StringImm"]);
/** Composite expressions. */
export const isExpr = (n: Node): n is PrimExpr => EXPR_KINDS.has(n.kind);

/** Dimensions of parameters are not negative. */
export function assumeSizes(func: PrimFunc, analyzer: Analyzer): void {
  const seen = new Set<Var>();
  for (const { buffer } of func.params) {
    for (const d of buffer?.shape ?? []) {
      if (d.kind !== "tir.Var" || seen.has(d)) continue;
      seen.add(d);
      analyzer.assume(compare("ge", d, intImm(0, d.dtype)));
    }
  }
}

/** A condition over symbols and loops only may be assumed; one on data says nothing an analyser may use. */
export function isSymbolic(e: PrimExpr): boolean {
  let plain = true;
  visit(e, {
    enter(n) {
      if (n.kind === "tir.Load" || n.kind === "tir.Call" || n.kind === "tir.CallGlobal")
        plain = false;
      if ("dtype" in n && n.dtype !== undefined && !isInteger(n.dtype) && n.dtype.code !== "bool")
        plain = false;
    },
  });
  return plain;
}

interface Walk {
  readonly analyzer: Analyzer;
  readonly expr: (e: PrimExpr) => PrimExpr;
  readonly index: (e: PrimExpr) => PrimExpr;
  /** For the operands of an expression. */
  readonly inner: (n: Node) => Node;
  readonly isInLoop: boolean;
}

function statement(s: Stmt, walk: Walk): Stmt {
  const { analyzer, expr } = walk;
  const inner = (child: Stmt): Stmt => statement(child, walk);
  switch (s.kind) {
    case "tir.For": {
      const min = expr(s.min);
      const extent = expr(s.extent);
      const body = analyzer.scope(() => {
        if (isSymbolic(min) && isSymbolic(extent)) {
          analyzer.bind(s.var, range(min, extent));
          // Bounds that are numbers say the same.
          if (min.kind !== "tir.IntImm" || extent.kind !== "tir.IntImm")
            analyzer.assume(compare("lt", s.var, binary("add", min, extent)));
        }
        return statement(s.body, { ...walk, isInLoop: true });
      });
      return min === s.min && extent === s.extent && body === s.body
        ? s
        : { ...s, min, extent, body };
    }
    case "tir.If": {
      const cond = expr(s.cond);
      const under = (holds: boolean, branch: Stmt): Stmt =>
        isSymbolic(cond) ? analyzer.under(cond, holds, () => inner(branch)) : inner(branch);
      const then = under(true, s.then);
      const otherwise = s.otherwise && under(false, s.otherwise);
      return cond === s.cond && then === s.then && otherwise === s.otherwise
        ? s
        : { ...s, cond, then, otherwise };
    }
    case "tir.Assert": {
      // Where it runs once, it costs less than a proof that it holds.
      const cond = walk.isInLoop ? expr(s.cond) : (rebuild(s.cond, walk.inner) as PrimExpr);
      // It holds for what follows it.
      if (isSymbolic(cond)) analyzer.assume(cond);
      return cond === s.cond ? s : { ...s, cond };
    }
    case "tir.Block": {
      const values = s.values?.map(expr);
      return analyzer.scope(() => {
        for (const { var: v, dom } of s.iters) {
          if (dom !== undefined && isSymbolic(dom.min) && isSymbolic(dom.extent))
            analyzer.bind(v, dom);
        }
        const init = s.init && inner(s.init);
        const body = inner(s.body);
        const sameValues = values?.every((v, k) => v === s.values![k]) ?? true;
        return sameValues && init === s.init && body === s.body ? s : { ...s, values, init, body };
      });
    }
    case "tir.Store": {
      const indices = s.indices.map(walk.index);
      const value = expr(s.value);
      const predicate = s.predicate && expr(s.predicate);
      const same = indices.every((i, k) => i === s.indices[k]) && value === s.value;
      return same && predicate === s.predicate ? s : { ...s, indices, value, predicate };
    }
    default:
      return rebuild(s, (child) => {
        if (isStmt(child)) return inner(child);
        return isExpr(child) ? expr(child) : child;
      });
  }
}

const STMT_KINDS = new Set(
  "For While Store If Seq Evaluate Bind Alloc Decl AllocConst AttrStmt Assert Jump Return Realize Block"
    .split(" ")
    .map((k) => `tir.${k}`),
);
export const isStmt = (n: Node): n is Stmt => isNode(n) && STMT_KINDS.has(n.kind);
