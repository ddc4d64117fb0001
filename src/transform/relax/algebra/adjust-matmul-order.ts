import type { Expr } from "../../../ir/relax/expr.js";
import { binary, compare, intImm, type PrimExpr } from "../../../ir/tir/expr.js";
import { int64 } from "../../../support/dtype.js";
import { definePass } from "../../pass.js";
import { opName, rewriteCalls, type RuleSite } from "./rewrite-calls.js";

/**
 * Precondition: none. Result: of `(a @ b) @ c` and `a @ (b @ c)` the one with fewer multiplications stands, where that
 * is proved for all sizes. Equal but for the order of additions.
 */
export const adjustMatmulOrder = definePass({
  name: "adjust-matmul-order",
  dialect: "relax",
  summary: "Orders chains of matrix products by their cost.",
  options: {},
  run: (module) =>
    rewriteCalls(module, (call, site) => {
      if (opName(call) !== "matmul") return undefined;
      const out_dtype = call.attrs.get("out_dtype") ?? null;
      const [left, right] = call.args;
      const inLeft = site.isOnlyUse(left) ? site.callOf(left, "matmul") : undefined;
      if (inLeft !== undefined) {
        const [a, b] = inLeft.args;
        if (!isCheaper(site, [a!, b!, right!], true)) return undefined;
        const bc = site.emit("matmul", [b!, right!], { out_dtype });
        return { ...call, args: [a!, bc] };
      }
      const inRight = site.isOnlyUse(right) ? site.callOf(right, "matmul") : undefined;
      if (inRight === undefined) return undefined;
      const [b, c] = inRight.args;
      if (!isCheaper(site, [left!, b!, c!], false)) return undefined;
      const ab = site.emit("matmul", [left!, b!], { out_dtype });
      return { ...call, args: [ab, c!] };
    }),
});

/** Whether multiplying the last two first (or the first two, when `last` is false) is proved to cost less. */
function isCheaper(site: RuleSite, operands: readonly Expr[], last: boolean): boolean {
  const [a, b, c] = operands.map((e) => site.dims(e));
  if (a === undefined || a.length < 2 || b?.length !== 2 || c?.length !== 2) return false;
  const infos = operands.map((e) => site.at.infer.infoOf(e));
  const [first, ...others] = infos.map((i) =>
    i.kind === "relax.TensorInfo" ? i.dtype : undefined,
  );
  if (others.some((d) => d !== first)) return false;
  const rows = a.slice(0, -1).reduce(times, intImm(1, int64));
  const [j, k, l] = [a[a.length - 1]!, b[1]!, c[1]!];
  const firstTwo = plus(times(times(rows, j), k), times(times(rows, k), l));
  const lastTwo = plus(times(times(j, k), l), times(times(rows, j), l));
  const [cheap, dear] = last ? [lastTwo, firstTwo] : [firstTwo, lastTwo];
  return site.at.analyzer.prove(compare("lt", cheap, dear)) === true;
}

const times = (a: PrimExpr, b: PrimExpr): PrimExpr => binary("mul", a, b);
const plus = (a: PrimExpr, b: PrimExpr): PrimExpr => binary("add", a, b);
