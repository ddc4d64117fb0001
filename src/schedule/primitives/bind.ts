import { loopCodes } from "../loop-codes.js";
import { marked, requireConcurrent } from "../mark.js";
import { p } from "../params.js";
import { definePrimitive, refuse } from "../primitive.js";

/** Thread axes. */
const AXES = ["x", "y", "z"];
const TAGS = [
  ...["blockIdx", "threadIdx"].flatMap((group) => AXES.map((axis) => `${group}.${axis}`)),
  ...AXES.map((axis) => `vthread.${axis}`),
  "vthread",
];

/**
 * Precondition: as for `parallel`. Result: one thread for each iteration. Sound because the order of the iterations
 * cannot be told.
 */
export const bind = definePrimitive({
  name: "bind",
  summary: "Gives each iteration of a loop a thread of the given axis.",
  params: { loop: p.loop("The loop."), thread_axis: p.string("The axis, e.g. `threadIdx.x`.") },
  outputs: "none",
  run(state, { loop, thread_axis: tag }) {
    if (!TAGS.includes(tag))
      refuse(loopCodes.unknownTag({ tag, known: TAGS.map((t) => `\`${t}\``).join(", "), at: loop.node.span })); // prettier-ignore
    requireConcurrent(state, loop, "thread_binding");
    return marked(state, loop, { loopKind: "thread_binding", threadTag: tag });
  },
});
