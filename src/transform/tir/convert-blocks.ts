import { rewrite, substitute } from "../../ir/core/rewrite.js";
import { cast, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import {
  attrStmt,
  forLoop,
  ifStmt,
  type Block,
  type IterVar,
  type Stmt,
} from "../../ir/tir/stmt.js";
import { codes } from "../codes.js";
import { definePass, type PassContext } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";

/**
 * Precondition: no init, match or allocation in blocks. Result: level `loop`; block variables are replaced by their
 * values, predicates became conditions, `pragma_*` annotations attributes. Sound because that is what running a block
 * means.
 */
export const convertBlocks = definePass({
  name: "convert-blocks",
  dialect: "tir",
  summary: "Replaces blocks by their bodies with the block variables substituted.",
  from: "block",
  to: "loop",
  requires: ["lower-init-block", "lower-match-buffer", "plan-allocation"],
  options: {},
  run: (module, _, ctx) =>
    mapPrimFuncs(module, (func) =>
      rewrite(func, (node) => (node.kind === "tir.Block" ? convert(node, ctx) : node)),
    ),
});

function convert(block: Block, ctx: PassContext): Stmt {
  const ready = block.init === undefined && block.matches.length === 0 && block.allocs.length === 0;
  if (!ready) return block;
  const { values: given } = block;
  if (given === undefined && block.iters.some((iter) => iter.dom === undefined)) {
    ctx.report(codes.unboundIters({ block: block.name, at: block.span }));
    return block;
  }
  // Without bindings the block runs over its whole domain.
  if (given === undefined)
    return block.iters.reduceRight<Stmt>(overDomain, annotated(block, block.body));
  const values = new Map<Var, PrimExpr>();
  block.iters.forEach((iter, k) => {
    const value = given[k]!;
    values.set(iter.var, value.dtype === iter.var.dtype ? value : cast(value, iter.var.dtype));
  });
  const body = annotated(block, substitute(block.body, values));
  const always = block.predicate.kind === "tir.IntImm" && block.predicate.value !== 0;
  return always ? body : ifStmt(block.predicate, body, undefined, block.span);
}

const overDomain = (body: Stmt, { var: v, dom }: IterVar): Stmt =>
  forLoop({ min: dom!.min, extent: dom!.extent, var: v, body });

/** The body under the block's pragmas. */
function annotated(block: Block, inner: Stmt): Stmt {
  let body = inner;
  for (const [key, value] of block.annotations) {
    const isScalar =
      typeof value === "object" && value !== null && "kind" in value && value.kind === "tir.IntImm";
    if (key.startsWith("pragma_") && isScalar) body = attrStmt(null, key, value, body);
  }
  return body;
}
