import { loopCodes } from "../loop-codes.js";
import { p } from "../params.js";
import { definePrimitive, refuse } from "../primitive.js";
import { constantExtent, drawTile } from "../sampling.js";

/**
 * Precondition: the extent is a number. Result: factors whose product is exactly the extent. A decision that does not
 * fit the extent is drawn again.
 */
export const samplePerfectTile = definePrimitive({
  name: "sample_perfect_tile",
  summary: "Draws factors that divide a loop exactly.",
  params: {
    loop: p.loop("The loop; its extent is a number."),
    n: p.int("How many factors."),
    max_innermost_factor: p.int({ help: "Limit of the last factor.", default: 16 }),
    decision: p.optional(p.ints("The factors to take.")),
  },
  outputs: "list",
  pure: true,
  run(state, { loop, n, max_innermost_factor: most, decision }) {
    const primitive = "sample_perfect_tile";
    const { span } = loop.node;
    if (n < 1 || n > 16)
      refuse(loopCodes.badAmount({ what: "`n`", found: n, expected: "from 1 to 16", at: span }));
    const extent = constantExtent(state, primitive, loop);
    if (decision !== null && (decision.length !== n || decision.some((f) => f < 1)))
      refuse(loopCodes.badDecision({ decision: `[${decision.join(", ")}]`, primitive, reason: `it must be ${n} positive numbers`, at: span })); // prettier-ignore
    const drawn = drawTile(state, extent, n, most);
    if (drawn === undefined)
      return refuse(loopCodes.badAmount({ what: "`max_innermost_factor`", found: most, expected: `enough to divide ${extent} into ${n}`, at: span })); // prettier-ignore
    const isFit =
      decision !== null && decision.reduce((a, b) => a * b) === extent && decision[n - 1]! <= most;
    const tile = isFit ? decision : drawn.tile;
    const outputs = tile.map((value) => ({ kind: "chosen", value }) as const);
    return { state: drawn.next, outputs, decision: tile };
  },
});
