import type { AttrValue } from "../../ir/core/node.js";
import { substitute } from "../../ir/core/rewrite.js";
import { cast, intImm, stringImm, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import { rewriteBody } from "../../ir/tir/statements.js";
import {
  attrStmt,
  bind,
  forLoop,
  ifStmt,
  seq,
  type Block,
  type IterVar,
  type Stmt,
} from "../../ir/tir/stmt.js";
import { codes } from "../codes.js";
import { definePass, type PassContext } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { isSymbolic } from "./bounded-walk.js";

/**
 * Precondition: no init, match or allocation in blocks. Result: level `loop`; block variables are replaced by their
 * values (one that is read from memory stays a variable, which is bound first), predicates became conditions, `pragma_*`
 * annotations attributes. Sound because that is what running a block means.
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
      rewriteBody(func, (s) => (s.kind === "tir.Block" ? convert(s, ctx) : s)),
    ),
});

function convert(block: Block, ctx: PassContext): Stmt {
  const left = unlowered(block);
  if (left !== undefined) {
    const [part, fix] = left;
    ctx.report(
      codes.blockNotReady({ pass: "convert-blocks", block: block.name, part, fix, at: block.span }),
    );
    return block;
  }
  const { values: given } = block;
  if (given === undefined && block.iters.some((iter) => iter.dom === undefined)) {
    ctx.report(codes.unboundIters({ block: block.name, at: block.span }));
    return block;
  }
  // Without bindings the block runs over its whole domain.
  if (given === undefined)
    return block.iters.reduceRight<Stmt>(overDomain, annotated(block, block.body));
  const values = new Map<Var, PrimExpr>();
  const bound: Stmt[] = [];
  block.iters.forEach((iter, k) => {
    const { var: v } = iter;
    const value = given[k]!.dtype === v.dtype ? given[k]! : cast(given[k]!, v.dtype);
    // The body may change the memory a value is read from.
    if (isSymbolic(value)) values.set(v, value);
    else bound.push(bind(v, value, block.span));
  });
  const inner = annotated(block, substitute(block.body, values));
  const body = bound.length === 0 ? inner : seq([...bound, inner], block.span);
  const always = block.predicate.kind === "tir.IntImm" && block.predicate.value !== 0;
  return always ? body : ifStmt(block.predicate, body, undefined, block.span);
}

/** What the passes before this one should have replaced, and by which. */
function unlowered(block: Block): readonly [part: string, fix: string] | undefined {
  if (block.init !== undefined) return ["an init", "lower-init-block"];
  if (block.matches.length > 0) return ["matched buffers", "lower-match-buffer"];
  if (block.allocs.length > 0) return ["buffers of its own", "plan-allocation"];
  return undefined;
}

const overDomain = (body: Stmt, { var: v, dom }: IterVar): Stmt =>
  forLoop({ min: dom!.min, extent: dom!.extent, var: v, body });

/** The body under the block's pragmas. */
function annotated(block: Block, inner: Stmt): Stmt {
  let body = inner;
  for (const [key, annotation] of block.annotations) {
    const value = key.startsWith("pragma_") ? pragmaValue(annotation) : undefined;
    if (value !== undefined) body = attrStmt(null, key, value, body);
  }
  return body;
}

/** Scalars and texts; other annotations say nothing a statement could hold. */
function pragmaValue(value: AttrValue): PrimExpr | undefined {
  if (typeof value === "string") return stringImm(value);
  if (typeof value === "boolean") return intImm(value ? 1 : 0);
  if (typeof value === "number" || typeof value === "bigint") return intImm(value);
  const isNode = typeof value === "object" && value !== null && "kind" in value;
  if (!isNode) return undefined;
  return value.kind === "tir.IntImm" || value.kind === "tir.StringImm" ? value : undefined;
}
