import { makeBuffer } from "../../ir/tir/buffer.js";
import { rewriteBody } from "../../ir/tir/statements.js";
import { alloc, seq, type Block, type Realize, type Stmt } from "../../ir/tir/stmt.js";
import { noAttrs } from "../../ir/core/node.js";
import { codes } from "../codes.js";
import { definePass, type PassContext } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { ALIGN, alignmentOf } from "./align-storage.js";
import { replaceNodes } from "./replace.js";

/**
 * Precondition: `lower-init-block` (an init may use the buffers). Result: block allocations are statements at the
 * start of the block that owns them. Sound because a block's buffers live as long as one run of the block.
 */
export const planAllocation = definePass({
  name: "plan-allocation",
  dialect: "tir",
  summary: "Turns block allocations into allocation statements where they are used.",
  from: "block",
  requires: ["lower-init-block"],
  options: {},
  run: (module, _, ctx) =>
    mapPrimFuncs(module, (func) =>
      rewriteBody(func, (s) => {
        if (s.kind === "tir.Realize") return realized(s);
        return s.kind === "tir.Block" && s.allocs.length > 0 ? planned(s, ctx) : s;
      }),
    ),
});

function planned(block: Block, ctx: PassContext): Block {
  if (block.init === undefined) {
    const allocs = block.allocs.map((b) => {
      const requests = alignmentOf(block, b);
      return alloc(b, requests.length === 0 ? noAttrs : new Map([[ALIGN, requests]]));
    });
    return { ...block, allocs: [], body: seq([...allocs, block.body]) };
  }
  const fix = "lower-init-block";
  ctx.report(
    codes.blockNotReady({
      pass: "plan-allocation",
      block: block.name,
      part: "an init",
      fix,
      at: block.span,
    }),
  );
  return block;
}

/** Producer allocations of the old era cover their whole buffer. */
function realized(node: Realize): Stmt {
  const { buffer } = node.region;
  const scope = node.scope || buffer.scope;
  if (scope === buffer.scope) return seq([alloc(buffer), node.body], node.span);
  const placed = makeBuffer({ ...buffer, scope });
  return seq([alloc(placed), replaceNodes(node.body, new Map([[buffer, placed]]))], node.span);
}
