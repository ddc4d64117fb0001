import { tuple } from "../../../ir/relax/expr.js";
import { definePass } from "../../pass.js";
import { axesOf, intIn, opName, rewriteCalls } from "./rewrite-calls.js";

/**
 * Precondition: none. Result: tensors that are permuted alike and then joined are joined first and permuted once. The
 * elements are the same.
 */
export const reorderPermuteDimsAfterConcat = definePass({
  name: "reorder-permute-dims-after-concat",
  dialect: "relax",
  summary: "Permutes joined tensors once.",
  options: {},
  run: (module) =>
    rewriteCalls(module, (call, site) => {
      if (opName(call) !== "concat") return undefined;
      const parts = site.valueOf(call.args[0]);
      if (parts?.kind !== "relax.Tuple" || parts.fields.length < 2) return undefined;
      const inner = parts.fields.map((f) =>
        site.isOnlyUse(f) ? site.callOf(f, "permute_dims") : undefined,
      );
      const rank = site.dims(parts.fields[0])?.length;
      if (rank === undefined) return undefined;
      const orders = inner.map((c) => (c === undefined ? undefined : axesOf(c, rank)));
      const [axes] = orders;
      if (axes === undefined || orders.some((o) => o?.join() !== axes.join())) return undefined;
      const given = intIn(call.attrs.get("axis")) ?? 0;
      const axis = axes[given < 0 ? given + rank : given];
      if (axis === undefined) return undefined;
      const joined = site.emit("concat", [tuple(inner.map((c) => c!.args[0]!))], { axis });
      return { ...inner[0]!, args: [joined], span: call.span };
    }),
});
