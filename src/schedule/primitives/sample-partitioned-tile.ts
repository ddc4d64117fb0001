import { loopCodes } from "../loop-codes.js";
import { p } from "../params.js";
import { definePrimitive, refuse } from "../primitive.js";
import { constantExtent, drawTile } from "../sampling.js";

/**
 * Precondition: the extent is a multiple of `innerpart_factor`. Result: factors whose product is the extent; that of
 * those from `partition_pos` on is a multiple of `innerpart_factor`.
 */
export const samplePartitionedTile = definePrimitive({
  name: "sample_partitioned_tile",
  summary:
    "Draws factors that divide a loop exactly, the inner ones together a multiple of a number.",
  params: {
    loop: p.loop("The loop; its extent is a number."),
    n: p.int("How many factors."),
    partition_pos: p.int({ help: "Where the inner factors begin.", default: 0 }),
    innerpart_factor: p.int({ help: "What divides their product.", default: 1 }),
    decision: p.optional(p.ints("The factors to take.")),
  },
  outputs: "list",
  pure: true,
  run(state, { loop, n, partition_pos: pos, innerpart_factor: inner, decision }) {
    const primitive = "sample_partitioned_tile";
    const { span } = loop.node;
    const extent = constantExtent(state, primitive, loop);
    const bad = (what: string, found: number, expected: string): never =>
      refuse(loopCodes.badAmount({ what, found, expected, at: span }));
    if (n < 1 || n > 16) bad("`n`", n, "from 1 to 16");
    if (pos < 0 || pos >= n) bad("`partition_pos`", pos, `from 0 to ${n - 1}`);
    if (inner < 1 || extent % inner !== 0) bad("`innerpart_factor`", inner, `a divisor of ${extent}`); // prettier-ignore
    if (decision !== null && (decision.length !== n || decision.some((f) => f < 1)))
      refuse(loopCodes.badDecision({ decision: `[${decision.join(", ")}]`, primitive, reason: `it must be ${n} positive numbers`, at: span })); // prettier-ignore
    const product = (factors: readonly number[]): number => factors.reduce((a, b) => a * b, 1);
    // The part that must be inside goes to the first of the inner factors.
    const drawn = drawTile(state, extent / inner, n, Infinity)!;
    const tile = drawn.tile.map((f, k) => (k === pos ? f * inner : f));
    const isFit =
      decision !== null && product(decision) === extent && product(decision.slice(pos)) % inner === 0; // prettier-ignore
    const taken = isFit ? decision : tile;
    const outputs = taken.map((value) => ({ kind: "chosen", value }) as const);
    return { state: drawn.next, outputs, decision: taken };
  },
});
