/** Checks that keep the arithmetic of sizes far inside of 64 bits. */
import { exprText } from "../../../arith/index.js";
import { structuralEqual } from "../../../ir/core/equal.js";
import { visit } from "../../../ir/core/visit.js";
import { binary, compare, type PrimExpr } from "../../../ir/tir/expr.js";
import { assertStmt, type Stmt } from "../../../ir/tir/stmt.js";
import { int64 } from "../../../support/dtype.js";
import { larger, long, quotient } from "./size.js";

/** Bytes that no memory has; sums of some thousand such numbers are right still. */
const MOST = 2 ** 48;

/** An assertion for each product in a size, inner ones first. */
export function roomFor(size: PrimExpr): Stmt[] {
  const checks: Stmt[] = [];
  const seen = new Map<string, PrimExpr[]>();
  visit(size, {
    leave(e) {
      if (e.kind !== "tir.Binary" || e.op !== "mul" || e.dtype !== int64) return;
      const text = exprText(e);
      const known = seen.get(text) ?? [];
      if (known.some((k) => structuralEqual(k, e))) return;
      seen.set(text, [...known, e]);
      const [a, b] = e.a.kind === "tir.IntImm" ? [e.b, e.a] : [e.a, e.b];
      const most =
        b.kind === "tir.IntImm"
          ? quotient(long(MOST), Math.max(1, Number(b.value)))
          : binary("floordiv", long(MOST), larger(b, long(1)));
      const fits = compare("le", a, most);
      checks.push(assertStmt(fits, ["these sizes take more memory than there is"], "ValueError"));
    },
  });
  return checks;
}
