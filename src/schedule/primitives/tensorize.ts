import { refresh } from "../../ir/core/rewrite.js";
import { visit } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import { bufferRegion, range, type Buffer } from "../../ir/tir/buffer.js";
import { intImm, type PrimExpr } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { matchBuffer, type Block, type MatchBuffer } from "../../ir/tir/stmt.js";
import { blockCodes } from "../block-codes.js";
import { blockized } from "../blockized.js";
import { copyOf } from "../copy.js";
import { intrinsicOf } from "../intrinsics.js";
import { inType, isOne } from "../nest.js";
import { p } from "../params.js";
import { changed, definePrimitive, refuse } from "../primitive.js";
import { isOpaque } from "../relayout.js";
import { findBlock, replaceAt, type BlockSite } from "../site.js";
import { analyzerAt, enter, withFunc, funcOf } from "../state.js";
import { bodyOf, matchNest, type Part } from "../tensor-match.js";

/** A nest that computes what an intrinsic describes is replaced by the intrinsic's implementation. */
export const tensorize = definePrimitive({
  name: "tensorize",
  summary: "Replaces a nest by the implementation of a tensor intrinsic that describes it.",
  params: {
    target: p.blockOrLoop("The outermost loop of the nest, or a block whose body it is."),
    tensor_intrin: p.string("Name of the intrinsic."),
    preserve_unit_iters: p.bool({ help: "Keep axes with one value.", default: true }),
  },
  outputs: "none",
  run(state, { target, tensor_intrin: intrinsic, preserve_unit_iters }) {
    const { desc, impl } = intrinsicOf(state, intrinsic);
    const isLoop = target.node.kind === "tir.For";
    const what = isLoop ? `the nest of \`${target.node.var.name}\`` : `block \`${(target.node as Block).name}\``; // prettier-ignore
    const refused = (reason: string): never =>
      refuse(blockCodes.tensorizeRefused({ what, intrinsic, reason, at: target.node.span }));
    let func = funcOf(state);
    let site = target as BlockSite;
    if (target.node.kind === "tir.For") {
      const made = blockized(state, { node: target.node, path: target.path }, preserve_unit_iters);
      func = made.func;
      site = findBlock(func, made.name)!;
    }
    const after = withFunc(state, func);
    const analyzer = analyzerAt(after, site);
    enter(analyzer, site.node);
    const matched = matchNest(analyzer, site.node.body, desc.body);
    if (!matched.ok) return refused(matched.reason);
    const body = implementation(func, impl);
    const matches = impl.params.flatMap(({ buffer }, k): MatchBuffer[] => {
      const described = desc.params[k]?.buffer;
      if (buffer === undefined || described === undefined) return [];
      const part = matched.parts.get(described);
      if (part === undefined) return refused(`nothing stands for its buffer \`${described.name}\``);
      const inner = body.buffers[k]!;
      if (buffer.strides.length === 0 && isOpaque(body.stmt, inner) && !isCompact(part, inner))
        return refused(`\`${inner.name}\` must be compact, but is a part of \`${part.buffer.name}\` with rows apart`); // prettier-ignore
      return [matchBuffer(inner, regionOf(part, described))];
    });
    const root = impl.body.kind === "tir.Block" ? body.allocs : [];
    const block: Block = {
      ...site.node,
      matches: [...site.node.matches, ...matches],
      allocs: [...site.node.allocs, ...root],
      body: body.stmt,
    };
    return changed(withFunc(state, replaceAt(func, site, block)));
  },
});

/** The implementation's body and its buffers, with names of their own. */
function implementation(func: PrimFunc, impl: PrimFunc) {
  const own = new Set<Node>();
  visit(impl, {
    enter(node, defining) {
      if (defining) own.add(node);
      if (defining && node.kind === "tir.Buffer") own.add(node.data);
    },
  });
  for (const { buffer } of impl.params) {
    if (buffer === undefined) continue;
    own.add(buffer).add(buffer.data);
    for (const e of [...buffer.shape, ...buffer.strides, buffer.elemOffset])
      if (e?.kind === "tir.Var") own.add(e);
  }
  const copy = refresh(impl, own);
  const allocs: Buffer[] = [];
  for (let s = copy.body; s.kind === "tir.Block" && s !== bodyOf(s); s = s.body) allocs.push(...s.allocs); // prettier-ignore
  const stmt = bodyOf(copy.body);
  return { stmt: copyOf(func, stmt), buffers: copy.params.map((q) => q.buffer), allocs };
}

/** The part as a region; leading dimensions are points. */
function regionOf({ buffer, mins }: Part, described: Buffer) {
  const lead = mins.length - described.shape.length;
  return bufferRegion(
    buffer,
    mins.map((min, k) =>
      range(min, k < lead ? intImm(1, min.dtype) : inType(described.shape[k - lead]!, min.dtype)),
    ),
  );
}

/** Whether the rows of the part follow each other: all dimensions but the first are whole. */
function isCompact({ buffer, mins }: Part, described: Buffer): boolean {
  const lead = mins.length - described.shape.length;
  const first = described.shape.findIndex((d) => !isOne(d));
  const isSame = (a: PrimExpr, b: PrimExpr): boolean =>
    a.kind === "tir.IntImm" && b.kind === "tir.IntImm" && a.value === b.value;
  return described.shape.every((d, k) => k <= first || isSame(d, buffer.shape[k + lead]!));
}
