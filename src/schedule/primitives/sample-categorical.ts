import { loopCodes } from "../loop-codes.js";
import { p } from "../params.js";
import { definePrimitive, refuse } from "../primitive.js";
import { draw, pickWeighted } from "../sampling.js";

/** Result: one of the candidates. The decision is its position. */
export const sampleCategorical = definePrimitive({
  name: "sample_categorical",
  summary: "Draws one of some numbers.",
  params: {
    candidates: p.ints("The numbers."),
    probs: p.floats("How likely each of them is."),
    decision: p.optional(p.int("Position of the one to take.")),
  },
  outputs: "one",
  pure: true,
  run(state, { candidates, probs, decision }) {
    if (candidates.length === 0 || candidates.length !== probs.length)
      refuse(loopCodes.badAmount({ what: "the number of probabilities", found: probs.length, expected: `that of the candidates, ${candidates.length}, and not 0` })); // prettier-ignore
    if (probs.some((x) => !(x >= 0)) || !probs.some((x) => x > 0))
      refuse(loopCodes.badAmount({ what: "the list of probabilities", found: `[${probs.join(", ")}]`, expected: "without negative numbers, and not all 0" })); // prettier-ignore
    if (decision !== null && candidates[decision] === undefined)
      refuse(loopCodes.badDecision({ decision, primitive: "sample_categorical", reason: `there are ${candidates.length} candidates` })); // prettier-ignore
    const drawn = draw(state);
    const at = decision ?? pickWeighted(probs, drawn.number);
    const value = { kind: "chosen", value: candidates[at]! } as const;
    return { state: drawn.next, outputs: [value], decision: at };
  },
});
