/** Layouts of images and kernels: `NCHW`, `NHWC`, blocked ones like `NCHW16c`. */
import type { TensorInfo } from "../../ir/relax/struct-info.js";
import type { PrimExpr } from "../../ir/tir/expr.js";
import { typeCodes } from "../codes.js";
import { fail } from "../fail.js";
import type { Site } from "../site.js";
import { calc, dim } from "./dims.js";
import { operandName } from "./operand.js";
import { needRank } from "./result.js";

interface LayoutAxis {
  /** Upper case. */
  readonly letter: string;
  /** Size of the inner part; absent for the outer (or whole) axis. */
  readonly block?: number;
}

export interface DataLayout {
  readonly axes: readonly LayoutAxis[];
  /** Letters in the order in which rules work. */
  readonly standard: string;
}

/** Reads a layout; its letters must be those of `standard`. */
export function layoutIn(
  site: Site,
  attribute: string,
  layout: string,
  standard: string,
): DataLayout {
  const bad = (reason: string): never =>
    fail(typeCodes.layout({ op: site.op.name, attribute, layout, reason, at: site.call.span }));
  const axes: LayoutAxis[] = [];
  for (const [whole, size, letter] of layout.matchAll(/(\d*)([A-Za-z])|./gs)) {
    if (letter === undefined) return bad(`\`${whole}\` is no axis`);
    const lower = letter === letter.toLowerCase();
    if (lower !== (size !== ""))
      bad(lower ? `block \`${letter}\` has no size` : `axis \`${letter}\` has a size`);
    const block = Number(size);
    if (lower && (block < 1 || !Number.isSafeInteger(block)))
      bad(`block \`${letter}\` has no positive size`);
    axes.push(lower ? { letter: letter.toUpperCase(), block } : { letter });
  }
  for (const letter of standard) {
    if (axes.filter((a) => a.letter === letter && a.block === undefined).length !== 1)
      bad(`it must have \`${letter}\` once`);
  }
  for (const { letter } of axes)
    if (!standard.includes(letter)) bad(`\`${letter}\` is none of ${standard}`);
  return { axes, standard };
}

/** Operand `i` must have the rank of its layout. */
export function needLayoutRank(site: Site, i: number, t: TensorInfo, layout: DataLayout): void {
  if (t.ndim < 0 || t.ndim === layout.axes.length) return;
  if (layout.axes.every((a) => a.block === undefined)) needRank(site, i, t, layout.axes.length);
  fail(
    typeCodes.operandRank({
      op: site.op.name,
      operand: operandName(site, i),
      expected: `the ${layout.axes.length} dimensions of its layout`,
      found: String(t.ndim),
      at: site.call.args[i]?.span ?? site.call.span,
    }),
  );
}

/** Lengths in the standard order; blocks are joined. */
export const toStandard = (
  site: Site,
  layout: DataLayout,
  dims: readonly PrimExpr[],
): readonly PrimExpr[] =>
  [...layout.standard].map((letter) => {
    const outer = dims[layout.axes.findIndex((a) => a.letter === letter && a.block === undefined)]!;
    const block = layout.axes.reduce(
      (n, a) => (a.letter === letter && a.block !== undefined ? n * a.block : n),
      1,
    );
    return calc(site.ctx, "mul", outer, dim(block));
  });

/** Lengths of the layout from those in the standard order. */
export const fromStandard = (
  site: Site,
  layout: DataLayout,
  dims: readonly PrimExpr[],
): readonly PrimExpr[] =>
  layout.axes.map(({ letter, block }) => {
    if (block !== undefined) return dim(block);
    const inner = layout.axes.reduce(
      (n, a) => (a.letter === letter && a.block !== undefined ? n * a.block : n),
      1,
    );
    return calc(site.ctx, "floordiv", dims[layout.standard.indexOf(letter)]!, dim(inner));
  });
