import { definePass } from "../../pass.js";
import { opName, rewriteCalls } from "./rewrite-calls.js";

/** Operators that give the same elements in the same order another shape. */
const RESHAPES: readonly string[] = ["reshape", "flatten", "squeeze", "expand_dims"];

/**
 * Precondition: none. Result: of changes of shape in a row only the last is left, and none where the shape is the same
 * as before. The elements are the same.
 */
export const removeRedundantReshape = definePass({
  name: "remove-redundant-reshape",
  dialect: "relax",
  summary: "Keeps the last of several changes of shape.",
  options: {},
  run: (module) =>
    rewriteCalls(module, (call, site) => {
      if (opName(call) !== "reshape") return undefined;
      const [operand, shape] = call.args;
      const [before, after] = [site.dims(operand), site.dims(call)];
      const isSame =
        before !== undefined &&
        before.length === after?.length &&
        before.every((d, i) => site.at.infer.equal(d, after[i]!) === true);
      if (isSame) return operand;
      const inner = RESHAPES.map((name) => site.callOf(operand, name)).find((c) => c !== undefined);
      return inner && { ...call, args: [inner.args[0]!, shape!] };
    }),
});
