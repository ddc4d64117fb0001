import { varsOf } from "../../ir/core/free-vars.js";
import { visit } from "../../ir/core/visit.js";
import { rewrite } from "../../ir/core/rewrite.js";
import { makeBuffer, range, type Buffer } from "../../ir/tir/buffer.js";
import {
  binary, compare, floatImm, ifThenElse, intImm, load, type Load, type PrimExpr, type Var,
} from "../../ir/tir/expr.js"; // prettier-ignore
import { block, forLoop, seq, store, type Block, type For, type Stmt } from "../../ir/tir/stmt.js";
import { isFloat } from "../../support/dtype.js";
import { blockCodes } from "../block-codes.js";
import { placeApart } from "../cache-place.js";
import { combinerOf } from "../combiner.js";
import { allocateIn } from "../edit.js";
import { isTrivial, neitherKind, scopeAround } from "../facts.js";
import { notWholeLoops } from "../iterations.js";
import { allOf, copyNest, elementIters, inType, isTrue, isZero, nestOver, pointRegion, wholePart } from "../nest.js"; // prettier-ignore
import { p } from "../params.js";
import { definePrimitive, giving, refuse } from "../primitive.js";
import { blockRef } from "../reference.js";
import { findBlock, loopsAround, replaceAt } from "../site.js";
import { analyzerOf, freshBlockName, funcOf, withFunc } from "../state.js";

/**
 * A sum of products runs over whole tiles: its operands are copied with zeros up to multiples, and what it computes
 * beyond the ends is left out of its result.
 */
export const padEinsum = definePrimitive({
  name: "pad_einsum",
  summary: "Extends a sum of products to multiples of tile sizes, with zeros around its operands.",
  params: {
    block: p.inner("The sum of products."),
    padding: p.ints("Of each axis the number that its extent becomes a multiple of."),
  },
  outputs: "list",
  run(state, { block: site, padding }) {
    const { node } = site;
    const refused = (reason: string): never =>
      refuse(blockCodes.padRefused({ block: node.name, reason, at: node.span }));
    const scope = scopeAround(state, site);
    const kind = neitherKind(state, site, scope);
    if (kind !== undefined) refused(kind);
    if (padding.length !== node.iters.length)
      refused(`it has ${node.iters.length} axes, but there are ${padding.length} numbers`);
    if (padding.some((n) => !Number.isInteger(n) || n < 1)) refused("a number is not positive");
    const loops = loopsAround(site).map((l) => l.node);
    const top = loopsAround(site)[0];
    const isAlone = loops.every((f, k) => f.body === (loops[k + 1] ?? node));
    if (top === undefined || !isAlone) return refused("its loops hold more than the block");
    if (!isTrivial(site) || !isTrue(node.predicate)) refused("its axes are not bare loops");
    const part = notWholeLoops(state, site);
    if (part !== undefined) refused(part);
    if (node.iters.some((i) => !isZero(i.dom!.min)) || loops.some((f) => !isZero(f.min) || f.step))
      refused("an axis does not start at 0");
    const analyzer = analyzerOf(state);
    const wide = new Map<Var, PrimExpr>();
    node.iters.forEach(({ var: v, dom }, k) => {
      const by = intImm(padding[k]!, v.dtype);
      const extent = inType(dom!.extent, v.dtype);
      const up = binary("floordiv", binary("add", extent, intImm(padding[k]! - 1, v.dtype)), by);
      const next = analyzer.simplify(binary("mul", up, by));
      if (analyzer.equal(next, extent) !== true) wide.set(v, next);
    });
    if (wide.size === 0) return giving(state);
    const marked = loops.find((f) => f.loopKind !== "serial" && node.iters.some((i, k) => wide.has(i.var) && node.values![k] === f.var)); // prettier-ignore
    if (marked !== undefined) return refused(`the loop \`${marked.var.name}\` is marked already`);
    const sum = einsumOf(node, wide);
    if (typeof sum === "string") return refused(sum);
    const { at } = placeApart(site, scope, []);
    if (at.node !== top.node) refused("other blocks share its loops");
    let func = funcOf(state);
    const before: Stmt[] = [];
    const names: string[] = [];
    const images = new Map<Buffer, Buffer>();
    for (const buffer of new Set(sum.loads.map((l) => l.buffer))) {
      const uses = sum.loads.filter((l) => l.buffer === buffer);
      const shape = paddedShape(uses[0]!, wide);
      if (uses.some((u) => u.indices.some((i, k) => i !== uses[0]!.indices[k])))
        return refused(`it reads several elements of \`${buffer.name}\``);
      if (shape === undefined) continue;
      const image = padded(buffer, shape);
      images.set(buffer, image);
      const name = unused(func, names, image.name);
      names.push(name);
      before.push(fillNest(name, buffer, image));
    }
    const target = sum.written;
    const outShape = paddedShape(target, wide);
    let after: Stmt | undefined;
    if (outShape !== undefined) {
      const image = padded(target.buffer, outShape);
      images.set(target.buffer, image);
      const name = unused(func, names, image.name);
      names.push(name);
      const doms = target.buffer.shape.map((d) => wholePart(range(intImm(0, d.dtype), d)));
      after = copyNest(name, image, target.buffer, doms);
    }
    const nest = widened(loops, node, wide, images);
    func = replaceAt(func, at, seq([...before, nest, ...(after === undefined ? [] : [after])]));
    func = allocateIn(func, scope, ...images.values());
    return giving(withFunc(state, func), ...names.map((n) => blockRef(findBlock(func, n)!.node)));
  },
});

const unused = (
  func: Parameters<typeof freshBlockName>[0],
  taken: readonly string[],
  base: string,
): string => {
  // prettier-ignore
  const name = freshBlockName(func, base);
  return taken.includes(name) ? unused(func, taken, `${name}_1`) : name;
};

interface Einsum {
  readonly loads: readonly Load[];
  /** Where it writes. */
  readonly written: { readonly buffer: Buffer; readonly indices: readonly PrimExpr[] };
}

/** The operands of a sum of products, or why what is added beyond the ends would not be zero. */
function einsumOf(node: Block, wide: ReadonlyMap<Var, PrimExpr>): Einsum | string {
  const reduced = node.iters.filter((i) => i.iterKind === "reduce" && wide.has(i.var));
  const { body } = node;
  if (body.kind !== "tir.Store") return "it does more than store one element";
  const combiner = combinerOf(node);
  if (node.init !== undefined && combiner === undefined) return "its reduction is no plain sum";
  if (node.init !== undefined && readsElements(node.init)) return "its init reads elements";
  const element = node.init === undefined ? body.value : combiner!.element;
  const loads = factorsOf(element);
  if (loads === undefined) return "what it adds is not a product of elements";
  if (reduced.length > 0 && (body.value.kind !== "tir.Binary" || body.value.op !== "add"))
    return "zeros leave only a sum as it is";
  for (const { var: v } of reduced) {
    const free = loads.find((l) => !l.indices.some((i) => varsOf(i).includes(v)));
    // Infinite times zero is not zero.
    if (
      loads.every((l) => !l.indices.some((i) => varsOf(i).includes(v))) ||
      (free !== undefined && isFloat(free.dtype))
    )
      // prettier-ignore
      return `an operand does not depend on the reduced axis \`${v.name}\``;
  }
  const isPlain = [...loads, body].every(({ indices }) => indices.every((i) => i.kind === "tir.Var" || isZero(i))); // prettier-ignore
  if (!isPlain) return "an index is not a bare axis";
  return { loads, written: body };
}

/** Whether a statement loads elements, which are not there beyond the ends. */
function readsElements(s: Stmt): boolean {
  let found = false;
  visit(s, { enter: (n) => void (found ||= n.kind === "tir.Load") });
  return found;
}

/** The loads that are multiplied. */
function factorsOf(e: PrimExpr): readonly Load[] | undefined {
  if (e.kind === "tir.Load") return [e];
  if (e.kind === "tir.Cast") return factorsOf(e.value);
  if (e.kind !== "tir.Binary" || e.op !== "mul") return undefined;
  const [a, b] = [factorsOf(e.a), factorsOf(e.b)];
  return a && b && [...a, ...b];
}

/** The shape with padded axes; undefined when none is. */
function paddedShape(
  { buffer, indices }: { readonly buffer: Buffer; readonly indices: readonly PrimExpr[] },
  wide: ReadonlyMap<Var, PrimExpr>,
): readonly PrimExpr[] | undefined {
  if (!indices.some((i) => i.kind === "tir.Var" && wide.has(i))) return undefined;
  return indices.map((i, k) => {
    const next = i.kind === "tir.Var" ? wide.get(i) : undefined;
    const d = buffer.shape[k]!;
    return next === undefined ? d : inType(next, d.dtype);
  });
}

const padded = (buffer: Buffer, shape: readonly PrimExpr[]): Buffer =>
  makeBuffer({ ...buffer, name: `${buffer.name}_pad`, data: undefined, shape, strides: [], elemOffset: undefined, offsetFactor: 0 }); // prettier-ignore

const zeroOf = ({ dtype }: Buffer): PrimExpr =>
  isFloat(dtype) ? floatImm(0, dtype) : intImm(0, dtype);

/** Copies a buffer into a larger one, with zeros around it. */
function fillNest(name: string, from: Buffer, to: Buffer): Stmt {
  const iters = elementIters(to);
  const vars = iters.map((i) => i.var);
  const conds = vars.flatMap((v, k) =>
    from.shape[k] === to.shape[k] ? [] : [compare("lt", v, inType(from.shape[k]!, v.dtype))],
  );
  const value = ifThenElse(allOf(conds), load(from, vars), zeroOf(to));
  const fill = block({ name, iters, values: vars, reads: [pointRegion(from, vars)], writes: [pointRegion(to, vars)], body: store(to, vars, value) }); // prettier-ignore
  return nestOver(fill, iters.map((i) => wholePart(i.dom!))); // prettier-ignore
}

/** The nest over whole tiles, on the larger buffers. */
function widened(
  loops: readonly For[],
  node: Block,
  wide: ReadonlyMap<Var, PrimExpr>,
  images: ReadonlyMap<Buffer, Buffer>,
): Stmt {
  const extents = new Map<Var, PrimExpr>();
  node.iters.forEach(({ var: v }, k) => {
    const value = node.values![k]!;
    const next = wide.get(v);
    if (value.kind === "tir.Var" && next !== undefined) extents.set(value, next);
  });
  const moved = rewrite(node, (n) => {
    if (n.kind === "tir.Load" || n.kind === "tir.Store" || n.kind === "tir.BufferRegion") {
      const image = images.get(n.buffer);
      return image === undefined ? n : { ...n, buffer: image };
    }
    return n;
  });
  const iters = moved.iters.map((i) => {
    const next = wide.get(i.var);
    return next === undefined ? i : { ...i, dom: range(i.dom!.min, next) };
  });
  const inner: Block = { ...moved, iters };
  return loops.reduceRight<Stmt>((body, f) => {
    const next = extents.get(f.var);
    return forLoop({
      ...f,
      extent: next === undefined ? f.extent : inType(next, f.var.dtype),
      body,
    });
  }, inner);
}
