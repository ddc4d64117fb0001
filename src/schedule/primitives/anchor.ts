import { anchorOf } from "../../analysis/tir-pattern/index.js";
import { queryCodes } from "../query-codes.js";
import { definePrimitive, giving, refuse } from "../primitive.js";
import { blockRef } from "../reference.js";
import { findBlock } from "../site.js";
import { funcOf } from "../state.js";

/** Finds the block that the function is about: as noted when it was made, else its largest reduction or its output. */
export const anchor = definePrimitive({
  name: "anchor",
  summary: "Finds the block that the function is about: its largest reduction, else its output.",
  params: {},
  outputs: "one",
  pure: true,
  run(state) {
    const func = funcOf(state);
    const noted = func.attrs.get("relaxc.anchor");
    const known = typeof noted === "string" ? findBlock(func, noted)?.node : undefined;
    const block = known ?? anchorOf(func);
    if (block === undefined)
      return refuse(queryCodes.noAnchor({ func: state.name, at: func.span }));
    return giving(state, blockRef(block));
  },
});
