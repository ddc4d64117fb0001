import { visit } from "../../ir/core/visit.js";
import { binary, intImm, makeVar, ramp } from "../../ir/tir/expr.js";
import { rewriteBody } from "../../ir/tir/statements.js";
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
    registerBits: option.int({
      default: 0,
      help: "Vectors longer than a register of so many bits are computed in parts; 0: they stay whole.",
    }),
    masks: option.bool({
      default: false,
      help: "Conditions that differ between lanes become masks of loads and stores.",
    }),
  },
  run: (module, { enable, maxLanes, masks, registerBits }, ctx) =>
    mapPrimFuncs(module, (func) =>
      rewriteBody(func, (s) =>
        s.kind === "tir.For" && s.loopKind === "vectorized"
          ? vectorize(s, { maxLanes: enable ? maxLanes : 0, masks, registerBits }, ctx)
          : s,
      ),
    ),
});

interface Limits {
  readonly maxLanes: number;
  readonly masks: boolean;
  readonly registerBits: number;
}

function vectorize(loop: For, { maxLanes, masks, registerBits }: Limits, ctx: PassContext): Stmt {
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
  const part = registerBits === 0 ? lanes : partOf(loop, lanes, registerBits);
  const neighbours = ramp(intImm(0, type), intImm(1, type), intImm(part));
  if (part === lanes)
    return vectorizeStmt(loop.body, loop.var, addIndex(neighbours, loop.min), masks) ?? serial;
  const number = makeVar(`${loop.var.name}_part`, type);
  const first = addIndex(loop.min, binary("mul", number, intImm(part, type)));
  const body = vectorizeStmt(loop.body, loop.var, addIndex(neighbours, first), masks);
  return body === undefined
    ? serial
    : { ...loop, var: number, min: intImm(0, type), extent: intImm(lanes / part, type), loopKind: "unrolled", body }; // prettier-ignore
}

/** How many of the lanes fill a register with the longest elements that are stored. */
function partOf({ body }: For, lanes: number, registerBits: number): number {
  let bits = 8;
  visit(body, {
    enter: (n) => void (n.kind === "tir.Store" && (bits = Math.max(bits, n.buffer.dtype.bits))),
  });
  const part = Math.floor(registerBits / bits);
  return part >= 2 && part < lanes && lanes % part === 0 ? part : lanes;
}
