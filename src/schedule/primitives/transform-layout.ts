import { visit } from "../../ir/core/visit.js";
import { makeBuffer, type Buffer } from "../../ir/tir/buffer.js";
import { binary, floatImm, intImm, type PrimExpr } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { isFloat, type DType } from "../../support/dtype.js";
import { rounder } from "../../support/numeric/scalar.js";
import { withParamLayout } from "../../transform/param-layout.js";
import { blockCodes } from "../block-codes.js";
import { accessesOf } from "../facts.js";
import { mappedShape, typedMap, undone } from "../layout-map.js";
import { p } from "../params.js";
import { pickSided } from "../pick-buffer.js";
import { changed, definePrimitive, refuse } from "../primitive.js";
import { isOpaque, relaid } from "../relayout.js";
import { eachSite } from "../site.js";
import { analyzerOf, funcOf, withFunc } from "../state.js";

/**
 * The elements of a buffer stand in another order, which all accesses follow. Of a parameter the new layout is put on
 * record, and callers give the parameter in it. Elements that the map adds are never read; of an input they hold
 * `pad_value`.
 */
export const transformLayout = definePrimitive({
  name: "transform_layout",
  summary: "Puts the elements of a buffer in another order, given by a function on indices.",
  params: {
    block: p.block("A block that uses the buffer."),
    buffer: p.buffer('The buffer: `("read", 0)`, `("write", 0)`, or its name.'),
    index_map: p.indexMap("From the indices of an element to its new ones."),
    pad_value: p.optional(
      p.expr("What stands where the map leaves gaps; without it there must be none."),
    ),
    assume_injective_transform: p.bool({
      help: "Unsafe: take the map for one to one without a proof.",
      default: false,
    }),
  },
  outputs: "none",
  run(state, { block: site, buffer: pick, index_map, pad_value, assume_injective_transform }) {
    const { buffer } = pickSided(site.node, pick);
    const func = funcOf(state);
    const refused = (reason: string): never =>
      refuse(blockCodes.layoutRefused({ buffer: buffer.name, reason, at: site.node.span }));
    if (index_map.params.length !== buffer.shape.length)
      refused(`the map takes ${index_map.params.length} index(es), the buffer has ${buffer.shape.length}`); // prettier-ignore
    if (index_map.results.length === 0) refused("the map gives no index");
    if (buffer.strides.length > 0 || buffer.elemOffset !== undefined)
      refused("it has strides or an offset of its own");
    if (buffer.axisSeparators.length > 0 || buffer.scalar) refused("it has a form of its own");
    if (isOpaque(func.body, buffer)) refused("something uses its memory as a whole");
    const dtype = indexType(func, buffer);
    const analyzer = analyzerOf(state);
    const map = typedMap(index_map, dtype);
    const shape = mappedShape(analyzer, map, buffer.shape);
    if (shape === undefined) return refused("the map gives indices that are not proved to start at 0"); // prettier-ignore
    const back = undone(analyzer, map, buffer.shape);
    if ("reason" in back && !assume_injective_transform)
      return refused(`the map is not proved one to one: ${back.reason}`);
    const count = (dims: readonly PrimExpr[]): PrimExpr =>
      dims.reduce<PrimExpr>((n, d) => binary("mul", n, d), intImm(1, dtype));
    const hasGaps = analyzer.equal(count(shape), count(buffer.shape)) !== true;
    if (hasGaps && pad_value === null) refused("the map leaves gaps, and there is no `pad_value`");
    const to = makeBuffer({ ...buffer, data: undefined, shape });
    const param = func.params.findIndex((q) => q.buffer === buffer);
    let after: PrimFunc = { ...func, body: relaid(func, analyzer, buffer, to, map) };
    if (param >= 0) {
      const params = func.params.map((q, k) => (k === param ? { ...q, buffer: to } : q));
      const lost = lostSymbol(func, { ...func, params });
      if (lost !== undefined) refused(`no other parameter says what \`${lost}\` is`);
      let isWritten = false;
      eachSite(func.body, ({ node }) => void (isWritten ||= node.kind === "tir.Block" && accessesOf(node).writes.has(buffer))); // prettier-ignore
      const padValue = hasGaps && !isWritten ? constantOf(pad_value!, buffer.dtype) : undefined;
      const inverse = "inverse" in back ? back.inverse : undefined;
      const record = { param, map: { ...map, inverse: map.inverse ?? inverse }, padValue };
      after = withParamLayout({ ...after, params }, record);
    }
    return changed(withFunc(state, after));
  },
});

/** The widest type in which a buffer is indexed. */
function indexType(func: PrimFunc, buffer: Buffer): DType {
  let widest = buffer.shape[0]!.dtype;
  const note = (e: PrimExpr): void => {
    if (e.dtype.bits > widest.bits) widest = e.dtype;
  };
  buffer.shape.forEach(note);
  visit(func.body, {
    enter(n) {
      if ((n.kind === "tir.Load" || n.kind === "tir.Store") && n.buffer === buffer) n.indices.forEach(note); // prettier-ignore
    },
  });
  return widest;
}

/** A symbol that no parameter of the changed function defines any more. */
function lostSymbol(before: PrimFunc, after: PrimFunc): string | undefined {
  const bare = ({ params }: PrimFunc): Set<PrimExpr> =>
    new Set(
      params.flatMap(({ var: v, buffer }) => (buffer === undefined ? [v] : [...buffer.shape])),
    );
  const left = bare(after);
  for (const d of bare(before)) if (d.kind === "tir.Var" && !left.has(d)) return d.name;
  return undefined;
}

/** A number as a constant of the element type. */
function constantOf(value: PrimExpr, dtype: DType): PrimExpr {
  if (value.kind !== "tir.IntImm" && value.kind !== "tir.FloatImm") return value;
  return isFloat(dtype)
    ? floatImm(Number(rounder(dtype)(Number(value.value))), dtype)
    : intImm(BigInt(Math.trunc(Number(value.value))), dtype);
}
