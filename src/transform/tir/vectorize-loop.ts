import { rewrite } from "../../ir/core/rewrite.js";
import { intImm, ramp } from "../../ir/tir/expr.js";
import type { For, Stmt } from "../../ir/tir/stmt.js";
import { option } from "../../support/option.js";
import { codes } from "../codes.js";
import { definePass, type PassContext } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { isSymbolic } from "./bounded-walk.js";
import { mayJump, onlyIteration } from "./only-iteration.js";
import { addIndex } from "./strides.js";
import { vectorizeStmt } from "./vectorize-body.js";

/**
 * Precondition: iterations of vectorised loops do not depend on each other. Result: no vectorised loop; the variable
 * became a Ramp, or, where the body has no vector form, the loop runs in order. Sound under the precondition.
 */
export const vectorizeLoop = definePass({
  name: "vectorize-loop",
  dialect: "tir",
  summary: "Replaces vectorised loops by vector expressions.",
  options: {
    enable: option.bool({ default: true, help: "Off: vectorised loops become serial ones." }),
    maxLanes: option.int({ default: 64, help: "Longer loops stay loops." }),
    masks: option.bool({
      default: false,
      help: "Conditions that differ between lanes become masks of loads and stores.",
    }),
  },
  run: (module, { enable, maxLanes, masks }, ctx) =>
    mapPrimFuncs(module, (func) =>
      rewrite(func, (node) =>
        node.kind === "tir.For" && node.loopKind === "vectorized"
          ? vectorize(node, enable ? maxLanes : 0, masks, ctx)
          : node,
      ),
    ),
});

function vectorize(loop: For, maxLanes: number, masks: boolean, ctx: PassContext): Stmt {
  const serial: For = { ...loop, loopKind: "serial" };
  if (loop.extent.kind !== "tir.IntImm") {
    ctx.report(codes.vectorExtent({ loop: loop.var.name, at: loop.span }));
    return serial;
  }
  const lanes = Number(loop.extent.value);
  if (lanes === 1) return mayJump(loop.body) ? serial : onlyIteration(loop);
  if (lanes < 2 || lanes > maxLanes || loop.step !== undefined || !isSymbolic(loop.min))
    return serial;
  const type = loop.var.dtype;
  const values = addIndex(ramp(intImm(0, type), intImm(1, type), intImm(lanes)), loop.min);
  return vectorizeStmt(loop.body, loop.var, values, masks) ?? serial;
}
