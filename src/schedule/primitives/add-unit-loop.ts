import { int32 } from "../../support/dtype.js";
import { intImm, makeVar } from "../../ir/tir/expr.js";
import { forLoop } from "../../ir/tir/stmt.js";
import { loopCodes } from "../loop-codes.js";
import { p } from "../params.js";
import { definePrimitive, giving, refuse } from "../primitive.js";
import { loopRef } from "../reference.js";
import { replaceAt } from "../site.js";
import { funcOf, withFunc } from "../state.js";

/** Result: a loop of one iteration around a block or a loop. Sound because it runs its body once. */
export const addUnitLoop = definePrimitive({
  name: "add_unit_loop",
  summary: "Puts a loop of one iteration around a block or a loop.",
  params: { block_or_loop: p.blockOrLoop("What it goes around.") },
  outputs: "one",
  run(state, { block_or_loop: site }) {
    const { node } = site;
    if (site.path.length === 0)
      refuse(loopCodes.rootBlock({ primitive: "add_unit_loop", at: node.span }));
    const dtype = node.kind === "tir.For" ? node.var.dtype : (node.iters[0]?.var.dtype ?? int32);
    const loop = forLoop({
      var: makeVar("u", dtype, node.span),
      min: intImm(0, dtype),
      extent: intImm(1, dtype),
      body: node,
      span: node.span,
    });
    return giving(withFunc(state, replaceAt(funcOf(state), site, loop)), loopRef(loop));
  },
});
