import type { AttrValue } from "../../ir/core/node.js";
import { ALIGN } from "../../transform/tir/align-storage.js";
import { allocatedBuffer } from "../allocated.js";
import { annotated } from "../annotations.js";
import { blockCodes } from "../block-codes.js";
import { loopCodes } from "../loop-codes.js";
import { p } from "../params.js";
import { buffersOf } from "../pick-buffer.js";
import { changed, definePrimitive, refuse } from "../primitive.js";
import { POINTER, usesPointer } from "../relayout.js";
import { replaceAt } from "../site.js";
import { funcOf, withFunc } from "../state.js";

/**
 * Precondition: a buffer that the function allocates. Result: when it is laid out, the distance of neighbours along the
 * axis is `offset` modulo `factor`. Sound because elements keep their indices.
 */
export const storageAlign = definePrimitive({
  name: "storage_align",
  summary: "Asks for a distance between rows of a buffer, e.g. off the period of a cache.",
  params: {
    block: p.block("A block that writes the buffer."),
    buffer_index: p.buffer("Number or name of the buffer among what the block writes."),
    axis: p.int("The axis; counted from the end when negative."),
    factor: p.int("Elements."),
    offset: p.int({ help: "Elements beyond a multiple of the factor.", default: 0 }),
  },
  outputs: "none",
  run(state, { block, buffer_index, axis, factor, offset }) {
    const buffer = allocatedBuffer(state, "storage_align", block, buffer_index);
    if (usesPointer(funcOf(state).body, buffer))
      refuse(blockCodes.hintRefused({ primitive: "storage_align", what: `\`${buffer.name}\``, reason: POINTER, at: block.node.span })); // prettier-ignore
    const rank = buffer.shape.length;
    const at = axis < 0 ? axis + rank : axis;
    const { span } = block.node;
    if (at < 0 || at >= rank)
      refuse(loopCodes.axisOutside({ buffer: buffer.name, rank, axis, at: span }));
    if (factor < 1)
      refuse(loopCodes.badAmount({ what: "the factor", found: factor, expected: "at least 1", at: span })); // prettier-ignore
    const index = buffersOf(block.node, "write").indexOf(buffer);
    const known = block.node.annotations.get(ALIGN);
    const others = Array.isArray(known)
      ? (known as readonly (readonly AttrValue[])[]).filter((e) => e[0] !== index || e[1] !== at)
      : [];
    const annotations = new Map(block.node.annotations);
    annotations.set(ALIGN, [...others, [index, at, factor, offset]]);
    const func = replaceAt(funcOf(state), block, annotated(block.node, annotations));
    return changed(withFunc(state, func));
  },
});
