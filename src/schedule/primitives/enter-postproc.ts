import { changed, definePrimitive } from "../primitive.js";

/** Result: none; traces may be cut off here. */
export const enterPostproc = definePrimitive({
  name: "enter_postproc",
  summary: "Marks where the schedule ends and rewriting after it begins, for traces.",
  params: {},
  outputs: "none",
  run: (state) => changed(state),
});
