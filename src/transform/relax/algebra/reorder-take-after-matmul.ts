import { compare } from "../../../ir/tir/expr.js";
import { definePass } from "../../pass.js";
import { intIn, opName, rewriteCalls } from "./rewrite-calls.js";

/**
 * Precondition: none. Result: `x @ take(w, indices, axis=1)` is `take(x @ w, indices, axis=-1)`, unless the indices are
 * known to be fewer than the columns. The elements are the same.
 */
export const reorderTakeAfterMatmul = definePass({
  name: "reorder-take-after-matmul",
  dialect: "relax",
  summary: "Takes columns of a product instead of columns of its weights.",
  options: {},
  run: (module) =>
    rewriteCalls(module, (call, site) => {
      if (opName(call) !== "matmul") return undefined;
      const [x, w] = call.args;
      const take = site.isOnlyUse(w) ? site.callOf(w, "take") : undefined;
      if (take === undefined) return undefined;
      const [table, indices] = take.args;
      const columns = site.dims(table);
      const chosen = site.dims(indices);
      const rows = site.dims(x);
      const axis = intIn(take.attrs.get("axis"));
      if (columns?.length !== 2 || chosen?.length !== 1 || rows === undefined || rows.length === 0)
        return undefined;
      if (axis !== 1 && axis !== -1) return undefined;
      const isFewer = compare("lt", chosen[0]!, columns[1]!);
      if (site.at.analyzer.prove(isFewer) === true) return undefined;
      const out_dtype = call.attrs.get("out_dtype") ?? null;
      const product = site.emit("matmul", [x!, table!], { out_dtype });
      const attrs = new Map(take.attrs).set("axis", rows.length - 1);
      return { ...take, args: [product, indices!], attrs, span: call.span };
    }),
});
