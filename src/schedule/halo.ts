/** Borders of buffers: how wide they have to be, and the blocks that fill them. */
import { rangeOfSet, sumOf, type Analyzer } from "../arith/index.js";
import { makeBuffer, range, type Buffer } from "../ir/tir/buffer.js";
import { binary, compare, intImm, type PrimExpr } from "../ir/tir/expr.js";
import { block, store, type Block, type Stmt } from "../ir/tir/stmt.js";
import { elementIters, inType, nestOver, pointRegion, sweptByAxes, wholePart } from "./nest.js"; // prettier-ignore

/** Elements beyond both ends of a dimension. */
export interface Border {
  readonly before: number;
  readonly after: number;
}

/** How far a block reads beyond the ends of a buffer; undefined when that is no number. */
export function bordersOf(
  analyzer: Analyzer,
  { iters }: Block,
  buffer: Buffer,
  reads: readonly (readonly PrimExpr[])[],
): readonly Border[] | undefined {
  const borders = buffer.shape.map((size, d): Border | undefined => {
    const sides = reads.map((indices) => {
      const e = indices[d]!;
      const swept = rangeOfSet(analyzer, sweptByAxes(analyzer, e, iters), e.dtype);
      if (swept === undefined) return undefined;
      const end = binary("add", swept.min, swept.extent);
      const before = beyond(analyzer, binary("sub", intImm(0, e.dtype), swept.min));
      const after = beyond(analyzer, binary("sub", end, inType(size, e.dtype)));
      return before === undefined || after === undefined ? undefined : { before, after };
    });
    if (!sides.every((s) => s !== undefined)) return undefined;
    const most = (of: (b: Border) => number): number => Math.max(0, ...sides.map(of));
    return { before: most((b) => b.before), after: most((b) => b.after) };
  });
  return borders.every((b) => b !== undefined) ? borders : undefined;
}

/** An amount as a number, 0 where it is at most that. */
function beyond(analyzer: Analyzer, amount: PrimExpr): number | undefined {
  const e = analyzer.simplify(amount);
  if (e.kind === "tir.IntImm") return Math.max(0, Number(e.value));
  return analyzer.prove(compare("le", e, intImm(0, e.dtype))) === true ? 0 : undefined;
}

/** The buffer with borders. */
export const bordered = (buffer: Buffer, borders: readonly Border[]): Buffer =>
  makeBuffer({
    ...buffer,
    data: undefined,
    shape: buffer.shape.map((d, k) =>
      sumOf(d, intImm(borders[k]!.before + borders[k]!.after, d.dtype)),
    ),
  });

/**
 * Loop nests that fill the borders of a buffer, two a dimension at most: each runs over what is inside of the dimensions
 * before its own, and over all of those after it.
 */
export function fillsOf(
  to: Buffer,
  inside: Buffer,
  borders: readonly Border[],
  value: PrimExpr,
  nameOf: () => string,
): readonly Stmt[] {
  const own = inside.shape.map((d, k) => range(intImm(borders[k]!.before, d.dtype), d));
  return borders.flatMap(({ before, after }, dim) => {
    const { dtype } = to.shape[dim]!;
    const ends = [
      range(intImm(0, dtype), intImm(before, dtype)),
      range(sumOf(own[dim]!.min, own[dim]!.extent), intImm(after, dtype)),
    ];
    return ends
      .filter((r) => r.extent.kind === "tir.IntImm" && r.extent.value > 0)
      .map((end) => {
        const iters = elementIters(to);
        const at = iters.map((i) => i.var);
        const fill = block({ name: nameOf(), iters, values: at, reads: [], writes: [pointRegion(to, at)], body: store(to, at, value) }); // prettier-ignore
        const parts = iters.map((i, k) => wholePart(k < dim ? own[k]! : k === dim ? end : i.dom!));
        return nestOver(fill, parts, { keepUnit: false });
      });
  });
}
