import { varsOf } from "../../ir/core/free-vars.js";
import { substitute } from "../../ir/core/rewrite.js";
import { range } from "../../ir/tir/buffer.js";
import { binary, intImm, makeVar, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import { forLoop, iterVar, type Block, type IterVar, type Stmt } from "../../ir/tir/stmt.js";
import type { DType } from "../../support/dtype.js";
import { blockCodes } from "../block-codes.js";
import { withIndices, withRegions } from "../edit.js";
import { isTrivial } from "../facts.js";
import { notWholeLoops } from "../iterations.js";
import { mapped, mappedShape, typedMap, undone } from "../layout-map.js";
import { inType, isTrue, isZero } from "../nest.js";
import { p } from "../params.js";
import { changed, definePrimitive, refuse } from "../primitive.js";
import { loopsAround, replaceAt } from "../site.js";
import { analyzerOf, funcOf, withFunc } from "../state.js";

/** The axes of a block, with their loops, become functions of the ones it had. */
export const transformBlockLayout = definePrimitive({
  name: "transform_block_layout",
  summary: "Replaces the axes of a block and its loops by functions of them.",
  params: {
    block: p.inner("A block whose axes are its loops."),
    index_map: p.indexMap("From the axes to the new ones."),
  },
  outputs: "none",
  run(state, { block: site, index_map }) {
    const { node } = site;
    const refused = (reason: string): never =>
      refuse(blockCodes.axesRefused({ block: node.name, reason, at: node.span }));
    const loops = loopsAround(site);
    const top = loops[0];
    const isChain = loops.every(({ node: f }, k) => f.body === (loops[k + 1]?.node ?? node));
    if (top === undefined || !isChain) return refused("its loops hold more than the block");
    if (!isTrivial(site) || !isTrue(node.predicate)) refused("its axes are not bare loops");
    const part = notWholeLoops(state, site);
    if (part !== undefined) refused(part);
    if (loops.length !== node.iters.length) refused("it has more loops than axes");
    if (
      loops.some(
        (l) => !isZero(l.node.min) || l.node.step !== undefined || l.node.loopKind !== "serial",
      )
    )
      // prettier-ignore
      refused("a loop does not start at 0, or is marked");
    if (node.iters.some((i) => i.dom === undefined || !isZero(i.dom.min))) refused("an axis does not start at 0"); // prettier-ignore
    if (index_map.params.length !== node.iters.length)
      refused(`the map takes ${index_map.params.length} axes, the block has ${node.iters.length}`);
    const dtype = widest(node.iters)!;
    const map = typedMap(index_map, dtype);
    const analyzer = analyzerOf(state);
    const extents = node.iters.map((i) => i.dom!.extent);
    const shape = mappedShape(analyzer, map, extents);
    const back = undone(analyzer, map, extents);
    if (shape === undefined) return refused("the map gives values that are not proved to start at 0"); // prettier-ignore
    if ("reason" in back) return refused(`the map is not proved one to one: ${back.reason}`);
    const count = (dims: readonly PrimExpr[]): PrimExpr =>
      dims.reduce<PrimExpr>((n, d) => binary("mul", n, d), intImm(1, dtype));
    if (analyzer.equal(count(shape), count(extents)) !== true) refused("the map leaves gaps");
    const sources = map.results.map((r) =>
      node.iters.filter((_, k) => varsOf(r).includes(map.params[k]!)),
    );
    const kinds = sources.map((from) => new Set(from.map((i) => i.iterKind)));
    if (kinds.some((k) => k.size > 1)) refused("a new axis mixes spatial and reduced ones");
    const iters = shape.map((extent, k) => {
      const own = widest(sources[k]!) ?? dtype;
      const dom = range(intImm(0, own), inType(extent, own));
      return iterVar(makeVar(`v${k}`, own), [...kinds[k]!][0] ?? "spatial", dom);
    });
    for (const i of iters) analyzer.bind(i.var, i.dom!);
    // Each old axis in its own type, which the accesses of the block are in.
    const names = new Map<Var, PrimExpr>(
      node.iters.map(({ var: v }, k) => {
        const at = mapped(typedMap(back.inverse, v.dtype), iters.map((i) => inType(i.var, v.dtype))); // prettier-ignore
        return [v, inType(analyzer.simplify(at[k]!), v.dtype)];
      }),
    );
    const vars = iters.map((i, k) => makeVar(`ax${k}`, i.var.dtype));
    const renamed: Block = {
      ...node,
      iters,
      values: vars,
      init: node.init && substitute(node.init, names),
      body: substitute(node.body, names),
      matches: node.matches.map((m) => substitute(m, names)),
    };
    const inner = withRegions(withIndices(analyzer, renamed));
    const nest = vars.reduceRight<Stmt>(
      (body, v, k) => forLoop({ var: v, min: intImm(0, v.dtype), extent: iters[k]!.dom!.extent, body }), // prettier-ignore
      inner,
    );
    return changed(withFunc(state, replaceAt(funcOf(state), top, nest)));
  },
});

/** The widest type of the axes; undefined without any. */
const widest = (iters: readonly IterVar[]): DType | undefined =>
  iters.map((i) => i.var.dtype).reduce<DType | undefined>((t, d) => (t && t.bits >= d.bits ? t : d), undefined); // prettier-ignore
