import { definePrimitive, giving } from "../primitive.js";
import { blockRef } from "../reference.js";
import { p } from "../params.js";

/** Finds a block; the result stays valid until a primitive takes the block away. */
export const getSblock = definePrimitive({
  name: "get_sblock",
  summary: "Finds a block of the function by its name.",
  params: { name: p.block("The name of the block.") },
  outputs: "one",
  pure: true,
  aliases: ["get_block"],
  run: (state, { name }) => giving(state, blockRef(name.node)),
});
