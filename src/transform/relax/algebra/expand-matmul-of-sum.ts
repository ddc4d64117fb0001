import { definePass } from "../../pass.js";
import { opName, rewriteCalls } from "./rewrite-calls.js";

/**
 * Precondition: none. Result: `x @ (a + b)` is `x @ a + x @ b`, so that a sum of weights is not formed. Equal but for
 * the order of additions.
 */
export const expandMatmulOfSum = definePass({
  name: "expand-matmul-of-sum",
  dialect: "relax",
  summary: "Distributes a product over the sum on its right.",
  options: {},
  run: (module) =>
    rewriteCalls(module, (call, site) => {
      if (opName(call) !== "matmul") return undefined;
      const [x, w] = call.args;
      const sum = site.callOf(w, "add");
      if (sum === undefined || !site.isOnlyUse(w)) return undefined;
      const [whole, ...parts] = [w, ...sum.args].map((e) => site.dims(e));
      const isSame = parts.every(
        (p) =>
          p?.length === whole?.length &&
          p?.every((d, i) => site.at.infer.equal(d, whole![i]!) === true),
      );
      if (whole === undefined || !isSame) return undefined;
      const out_dtype = call.attrs.get("out_dtype") ?? null;
      const [a, b] = sum.args.map((part) => site.emit("matmul", [x!, part], { out_dtype }));
      return { ...sum, args: [a!, b!], span: call.span };
    }),
});
