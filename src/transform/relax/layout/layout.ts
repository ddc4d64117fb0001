/** Orders of the axes of tensors, some of them cut into blocks. */
import { refresh } from "../../../ir/core/rewrite.js";
import type { Expr } from "../../../ir/relax/expr.js";
import { binary, intImm, makeVar, type PrimExpr, type Var } from "../../../ir/tir/expr.js";
import type { IndexMap } from "../../../ir/tir/function.js";
import { makeCall } from "../../../op/make-call.js";
import { int64 } from "../../../support/dtype.js";

/** One axis of a stored tensor: an axis of the value, or the inner part of one, of this length. */
export interface LayoutAxis {
  readonly axis: number;
  readonly block?: number;
}

/** The axes of a stored tensor in order. */
export type Layout = readonly LayoutAxis[];

/** Axes in the order of a list of numbers. */
export const layoutOf = (axes: readonly number[]): Layout => axes.map((axis) => ({ axis }));

/** Whether no axis is cut. */
export const isPlain = (layout: Layout): boolean => layout.every((a) => a.block === undefined);

/** Whether the tensor is stored as it is. */
export const isIdentity = (layout: Layout): boolean =>
  layout.every((a, i) => a.block === undefined && a.axis === i);

/** Equal for equal layouts. */
export const layoutKey = (layout: Layout): string =>
  layout.map((a) => `${a.axis}${a.block === undefined ? "" : `/${a.block}`}`).join(",");

/** Where an axis of the value is stored; of one that is cut the outer part. */
export const placeOf = (layout: Layout, axis: number): number =>
  layout.findIndex((a) => a.axis === axis && a.block === undefined);

/** Number of axes of the value. */
export const rankOf = (layout: Layout): number =>
  layout.filter((a) => a.block === undefined).length;

/** A layout in letters, of a value whose own axes have these: `NHWC`, `NCHW4c`. */
export const lettersOf = (layout: Layout, own: string): string =>
  layout
    .map(({ axis, block }) =>
      block === undefined ? own[axis]! : `${block}${own[axis]!.toLowerCase()}`,
    )
    .join("");

/** The layout that letters spell, of a value whose own axes have these; undefined when they are others. */
export function fromLetters(text: string, own: string): Layout | undefined {
  if (!/^([A-Z]|[1-9]\d{0,5}[a-z])+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d*)([A-Za-z])/g)];
  const layout = parts.map(([, size, letter]) => ({
    axis: own.indexOf(letter!.toUpperCase()),
    ...(size === "" ? {} : { block: Number(size) }),
  }));
  const outer = layout.filter((a) => a.block === undefined).map((a) => a.axis);
  const inner = layout.filter((a) => a.block !== undefined).map((a) => a.axis);
  const isOnce = (list: readonly number[]): boolean => new Set(list).size === list.length;
  const isWhole = outer.length === own.length && isOnce(outer) && !outer.includes(-1);
  return isWhole && isOnce(inner) && !inner.includes(-1) ? layout : undefined;
}

/** The value in a layout. */
export function toLayout(x: Expr, layout: Layout): Expr {
  if (isIdentity(layout)) return x;
  if (isPlain(layout)) return makeCall("permute_dims", [x], { axes: layout.map((a) => a.axis) });
  const params = paramsFor(rankOf(layout));
  const results = layout.map(({ axis, block }): PrimExpr => {
    const i = params[axis]!;
    if (block !== undefined) return binary("floormod", i, intImm(block, int64));
    const size = blockOf(layout, axis);
    return size === 1 ? i : binary("floordiv", i, intImm(size, int64));
  });
  return transform(x, params, results);
}

/** The value itself, from that in a layout. */
export function fromLayout(x: Expr, layout: Layout): Expr {
  if (isIdentity(layout)) return x;
  const own = Array.from({ length: rankOf(layout) }, (_, axis) => axis);
  if (isPlain(layout))
    return makeCall("permute_dims", [x], { axes: own.map((axis) => placeOf(layout, axis)) });
  const params = paramsFor(layout.length);
  const results = own.map((axis): PrimExpr => {
    const inner = layout.findIndex((a) => a.axis === axis && a.block !== undefined);
    const outer = params[placeOf(layout, axis)]!;
    if (inner < 0) return outer;
    const block = intImm(layout[inner]!.block!, int64);
    return binary("add", binary("mul", outer, block), params[inner]!);
  });
  return transform(x, params, results);
}

/** Length of the blocks of an axis; 1 when it is not cut. */
export const blockOf = (layout: Layout, axis: number): number =>
  layout.find((a) => a.axis === axis && a.block !== undefined)?.block ?? 1;

const paramsFor = (rank: number): Var[] =>
  Array.from({ length: rank }, (_, i) => makeVar(`i${i}`, int64));

function transform(x: Expr, params: IndexMap["params"], results: readonly PrimExpr[]): Expr {
  const map: IndexMap = { kind: "tir.IndexMap", params, results, separators: [] };
  return makeCall("layout_transform", [x], { index_map: refresh(map, new Set(params)) });
}
