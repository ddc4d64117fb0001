import { p } from "../params.js";
import { changed, definePrimitive } from "../primitive.js";

/** Result: what is drawn after this follows from the seed. */
export const seed = definePrimitive({
  name: "seed",
  summary: "Starts the sequence of random numbers anew.",
  params: { seed: p.int("Any whole number.") },
  outputs: "none",
  run: (state, { seed: value }) => changed({ ...state, seed: value }),
});
