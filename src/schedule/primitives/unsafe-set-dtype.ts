import { rewrite } from "../../ir/core/rewrite.js";
import { visit } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import { makeBuffer, type Buffer } from "../../ir/tir/buffer.js";
import { cast, load } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { replaceNodes } from "../../transform/tir/replace.js";
import { tryDType } from "../../support/dtype.js";
import { allocatedBuffer } from "../allocated.js";
import { loopCodes } from "../loop-codes.js";
import { p } from "../params.js";
import { changed, definePrimitive, refuse } from "../primitive.js";
import { funcOf, withFunc } from "../state.js";

/**
 * Precondition: a buffer that the function allocates, used element by element. Result: it holds elements of another
 * type; values are converted where they are stored and loaded. Unsafe: what the type cannot hold is lost.
 */
export const unsafeSetDtype = definePrimitive({
  name: "unsafe_set_dtype",
  summary: "Unsafe: lets a buffer of the function hold elements of another type.",
  params: {
    block: p.block("A block that writes the buffer."),
    buffer_index: p.buffer("Number or name of the buffer among what the block writes."),
    dtype: p.string("The type of its elements."),
  },
  outputs: "none",
  run(state, { block, buffer_index, dtype: name }) {
    const dtype = tryDType(name);
    if (dtype === undefined || dtype.lanes !== 1 || dtype.code === "handle")
      return refuse(loopCodes.unknownType({ dtype: name, at: block.node.span }));
    const buffer = allocatedBuffer(state, "unsafe_set_dtype", block, buffer_index);
    requireElementwise(funcOf(state), buffer);
    const other = makeBuffer({ ...buffer, data: undefined, dtype });
    const images = new Map<Node, Node>([[buffer, other], [buffer.data, other.data]]); // prettier-ignore
    const func = rewrite(replaceNodes(funcOf(state), images), (n) => {
      if (n.kind === "tir.Load" && n.buffer === other)
        return cast(load(other, n.indices, n.span, n.predicate), buffer.dtype, n.span);
      return n.kind === "tir.Store" && n.buffer === other
        ? { ...n, value: cast(n.value, dtype) }
        : n;
    });
    return changed(withFunc(state, func));
  },
});

/** Refuses buffers that are passed on as a whole, viewed, or used as vectors. */
function requireElementwise(func: PrimFunc, buffer: Buffer): void {
  const refused = (place: string): never =>
    refuse(loopCodes.castAccess({ buffer: buffer.name, place, at: buffer.span }));
  visit(func.body, {
    enter(n) {
      if (n.kind === "tir.Call" || n.kind === "tir.CallGlobal") {
        const isPassed = n.args.some((a) => a === buffer || (a.kind === "tir.BufferRegion" && a.buffer === buffer)); // prettier-ignore
        if (isPassed) refused(n.kind === "tir.Call" ? `a call of \`${n.op}\`` : "a call");
      }
      if (n.kind === "tir.MatchBuffer" && n.source.buffer === buffer) refused("a view");
      if (n.kind === "tir.Decl" && n.buffer.data === buffer.data) refused("a view");
      if (n.kind === "tir.Load" && n.buffer === buffer && n.dtype.lanes !== 1) refused("a vector");
    },
  });
}
