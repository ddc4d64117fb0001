/** Claims of purity, once nothing depends on them. */
import { relaxCall, type Call, type Func } from "../../../ir/relax/expr.js";
import { op } from "../../../ir/relax/expr.js";
import { codes } from "../../codes.js";
import { definePass } from "../../pass.js";
import { mapFunctions, rewriteFunction } from "../rewrite/index.js";

const NAME = "remove-purity-checking";

/**
 * Precondition: no dataflow blocks.
 * Result: pure functions have the attribute `relax.force_pure`; calls that claim to be pure are plain calls.
 * Sound because the claim changes what may be done with a call, not what it computes.
 */
export const removePurityChecking = definePass({
  name: NAME,
  dialect: "relax",
  summary: "Takes calls that claim to be pure for what they are.",
  from: "graph",
  options: {},
  requires: ["to-non-dataflow"],
  run: (module, _, ctx) =>
    mapFunctions(module, (func, name) => {
      let reported = false;
      const after = rewriteFunction(module, name, func, {
        value(value, at, b) {
          const call = value.kind === "relax.Call" ? unclaimed(value) : value;
          if (call === value || !at.dataflow) return call;
          if (!reported) ctx.report(codes.dataflowBlock({ pass: NAME, name, at: b.span }));
          reported = true;
          return value;
        },
      });
      return forced(after);
    }),
});

function unclaimed(call: Call): Call {
  if (call.op.kind !== "relax.Op") return call;
  if (call.op.name === "invoke_pure_closure") return { ...call, op: op("invoke_closure") };
  const [callee, ...args] = call.args;
  if (call.op.name !== "call_pure_packed" || callee === undefined) return call;
  const isCallee =
    callee.kind === "ir.ExternFunc" ||
    callee.kind === "ir.GlobalVar" ||
    callee.kind === "relax.Var";
  return isCallee ? relaxCall(callee, args, call) : call;
}

function forced(func: Func): Func {
  if (!func.isPure || func.attrs.has("relax.force_pure")) return func;
  return { ...func, attrs: new Map([...func.attrs, ["relax.force_pure", true]]) };
}
