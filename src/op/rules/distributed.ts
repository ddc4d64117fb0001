/** Collectives and distributed tensors. */
import type { DTensorInfo } from "../../ir/relax/struct-info.js";
import { shapeCodes } from "../codes.js";
import { dimText } from "../describe.js";
import { fail } from "../fail.js";
import type { Rule, Site } from "../site.js";
import { attrOf, intOf, optionalStr, wrongAttr } from "./attribute.js";
import { axisIn } from "./axes.js";
import { calc, constOf, dim } from "./dims.js";
import { tensorAt } from "./operand.js";
import { bare, dimsOfTensor, needRankAtLeast, rankOnly, tensorOf } from "./result.js";

function workersOf(site: Site): number {
  const n = intOf(site, "num_workers");
  return n > 0 ? n : wrongAttr(site, "num_workers", "a positive integer", n);
}

export const gatherWorkersRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  needRankAtLeast(site, 0, x, 1);
  const dims = dimsOfTensor(x);
  if (dims === undefined) return rankOnly(x.ndim, x);
  return tensorOf(dims.with(0, calc(site.ctx, "mul", dims[0]!, dim(workersOf(site)))), x);
};

export const scatterWorkersRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const workers = workersOf(site);
  if (x.ndim < 0) return rankOnly(-1, x);
  const axis = axisIn(site, x.ndim, intOf(site, "axis"));
  const dims = dimsOfTensor(x);
  if (dims === undefined) return rankOnly(x.ndim, x);
  const known = constOf(dims[axis]!);
  if (known !== undefined && BigInt(known) % BigInt(workers) !== 0n) {
    fail(
      shapeCodes.divisible({
        op: site.op.name,
        what: `dimension ${axis}`,
        length: dimText(dims[axis]!),
        divisor: workers,
        at: site.call.span,
      }),
    );
  }
  return tensorOf(dims.with(axis, calc(site.ctx, "floordiv", dims[axis]!, dim(workers))), x);
};

/** The tensor, laid out as said. */
export const shardingRule: Rule = (site) => {
  const given = site.ctx.infoOf(site.call.args[0]!);
  const tensor = given.kind === "relax.DTensorInfo" ? given.tensor : bare(tensorAt(site, 0));
  const mesh = attrOf(site, "device_mesh");
  const placement =
    optionalStr(site, "placement") ?? wrongAttr(site, "placement", "a placement", null);
  const ok =
    typeof mesh === "string" ||
    (typeof mesh === "object" && mesh !== null && "kind" in mesh && mesh.kind === "ir.DeviceMesh");
  if (!ok) return wrongAttr(site, "device_mesh", "a device mesh", mesh);
  const result: DTensorInfo = { kind: "relax.DTensorInfo", tensor, mesh, placement };
  return result;
};
