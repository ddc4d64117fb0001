import { substitute } from "../../ir/core/rewrite.js";
import { bufferRegion, range } from "../../ir/tir/buffer.js";
import { binary, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import { inType } from "../nest.js";
import { blockCodes } from "../block-codes.js";
import { mapBlock } from "../edit.js";
import { p } from "../params.js";
import { pickBuffer } from "../pick-buffer.js";
import { changed, definePrimitive, refuse } from "../primitive.js";
import { funcOf, withFunc } from "../state.js";

/** Unsafe: what a block declares to use of a buffer is replaced, and taken on trust from then on. */
export const annotateBufferAccess = definePrimitive({
  name: "annotate_buffer_access",
  summary: "Unsafe: says which region of a buffer a block uses, in place of what is declared.",
  params: {
    block: p.block("The block."),
    buffer_index: p.int("Number of the buffer among what the block reads or writes."),
    buf_type: p.choice(["read", "write"], "Whether it reads or writes it."),
    gen_new_ranges: p.indexMap("From the axes to the starts and ends of the region: `min0, end0, min1, …`."), // prettier-ignore
  },
  outputs: "none",
  run(state, { block: { node }, buffer_index, buf_type, gen_new_ranges: map }) {
    const buffer = pickBuffer(node, buf_type, { which: buffer_index });
    const what = `\`${buffer.name}\` of block \`${node.name}\``;
    const primitive = "annotate_buffer_access";
    if (map.params.length !== node.iters.length || map.results.length !== 2 * buffer.shape.length) {
      const reason = `the function must take ${node.iters.length} axes and give ${2 * buffer.shape.length} ends`; // prettier-ignore
      return refuse(blockCodes.hintRefused({ primitive, what, reason, at: node.span }));
    }
    const axes = new Map<Var, PrimExpr>(
      map.params.map((v, k) => [v, inType(node.iters[k]!.var, v.dtype)]),
    );
    const ends = map.results.map((r) => substitute(r, axes));
    const region = bufferRegion(
      buffer,
      buffer.shape.map((d, k) => {
        const [min, end] = [ends[2 * k]!, ends[2 * k + 1]!].map((e) => inType(e, d.dtype));
        return range(min!, binary("sub", end!, min!));
      }),
    );
    const key = buf_type === "read" ? "reads" : "writes";
    const func = mapBlock(funcOf(state), node.name, (b) => ({
      ...b,
      [key]: b[key].map((r) => (r.buffer === buffer ? region : r)),
    }));
    return changed(withFunc(state, func));
  },
});
