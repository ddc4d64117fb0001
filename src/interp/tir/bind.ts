/** Binding buffers, and the symbols in their descriptions, to memory. */
import { exprText } from "../../arith/index.js";
import { visit } from "../../ir/core/visit.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import type { PrimExpr, Var } from "../../ir/tir/expr.js";
import type { Scalar } from "../../support/numeric/scalar.js";
import type { Compiler } from "./compiler.js";
import { makeView, pointerTo, type Frame, type View } from "./memory.js";

/** What a dimension, stride or offset of a description must be. */
export interface Mismatch {
  readonly what: "extent" | "stride" | "offset";
  readonly axis: number;
  readonly dimension: PrimExpr;
  readonly expected: Scalar;
  readonly actual: Scalar;
}

type Step = (f: Frame, view: View, unequal: (m: Mismatch) => void) => void;

/** Binds a buffer to a view of its own shape, with its pointer. */
export function bindView(c: Compiler, buffer: Buffer): (f: Frame, view: View) => void {
  const slot = c.slot(buffer);
  const data = c.slot(buffer.data);
  return (f, view) => {
    f[slot] = view;
    f[data] = pointerTo(view);
  };
}

/**
 * Matches a buffer's description against given memory: symbols that stand alone and have no value yet take it, all
 * others must agree. `known` holds the symbols that have a value and grows. Compound dimensions are compared after all
 * symbols are bound.
 */
export function compileMatch(
  c: Compiler,
  buffer: Buffer,
  known: Set<Var>,
): { readonly bind: (f: Frame, view: View) => void; readonly check: Step } {
  const first: ((f: Frame, view: View) => void)[] = [];
  const later: Step[] = [];
  const slot = c.slot(buffer);
  const data = c.slot(buffer.data);
  known.add(buffer.data);
  const part = (
    what: Mismatch["what"],
    axis: number,
    dimension: PrimExpr,
    actual: (view: View) => number,
  ): void => {
    if (dimension.kind === "tir.Var" && !known.has(dimension)) {
      known.add(dimension);
      const at = c.slot(dimension);
      first.push((f, view) => (f[at] = actual(view)));
      return;
    }
    const code = c.scalar(dimension, true);
    later.push((f, view, unequal) => {
      const expected = code(f);
      if (Number(expected) !== actual(view)) {
        unequal({ what, axis, dimension, expected, actual: actual(view) });
      }
    });
  };
  buffer.shape.forEach((d, axis) => part("extent", axis, d, (v) => v.shape[axis]!));
  buffer.strides.forEach((d, axis) => part("stride", axis, d, (v) => v.strides[axis]!));
  if (buffer.elemOffset !== undefined) part("offset", 0, buffer.elemOffset, (v) => v.offset);
  return {
    bind: (f, view) => {
      f[slot] =
        view.dtype === buffer.dtype
          ? view
          : makeView(view.storage, buffer.dtype, view.shape, view.strides, view.offset);
      const at = buffer.elemOffset === undefined ? view.offset * view.size : 0;
      f[data] = { storage: view.storage, at };
      for (const run of first) run(f, view);
    },
    check: (f, view, unequal) => {
      for (const run of later) run(f, view, unequal);
    },
  };
}

/** Symbols of an expression without a value. */
export function unknownIn(e: PrimExpr, known: ReadonlySet<Var>): Var | undefined {
  let found: Var | undefined;
  visit(e, {
    enter(node) {
      if (node.kind === "tir.Var" && !known.has(node)) found ??= node;
    },
  });
  return found;
}

export const mismatchText = (m: Mismatch): string => exprText(m.dimension);
