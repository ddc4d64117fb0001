/** Blocks: variables, predicate, initialisation of reductions, allocations, sub-region views. */
import type { BufferRegion } from "../../ir/tir/buffer.js";
import type { Var } from "../../ir/tir/expr.js";
import type { Block, IterVar, MatchBuffer, Stmt } from "../../ir/tir/stmt.js";
import type { Scalar } from "../../support/numeric/scalar.js";
import { codes } from "../codes.js";
import { fail } from "../fail.js";
import { bindView, compileMatch, mismatchText } from "./bind.js";
import { step, valuesNote, type Compiler, type ScalarCode } from "./compiler.js";
import { compactStrides, freshStorage, isView, makeView, type Frame, type View } from "./memory.js";
import { bytesOf } from "../../support/dtype.js";
import type { Ending, StatementCode } from "./statement.js";

const DONE: Ending = 0;

interface Axis {
  readonly iter: IterVar;
  readonly slot: number;
  readonly value?: ScalarCode | undefined;
  readonly min?: ScalarCode | undefined;
  readonly extent?: ScalarCode | undefined;
}

/** A block that is realised without bindings runs over its whole domain. */
export function compileBlock(
  c: Compiler,
  b: Block,
  compile: (s: Stmt) => StatementCode,
): StatementCode {
  const predicate = c.scalar(b.predicate, false);
  const axes: Axis[] = b.iters.map((iter, i) => {
    const value = b.values?.[i];
    return {
      iter,
      slot: c.slot(iter.var),
      value: value && c.scalar(value, true, iter.var.dtype),
      min: iter.dom && c.scalar(iter.dom.min, true),
      extent: iter.dom && c.scalar(iter.dom.extent, true),
    };
  });
  const inside = compileInside(c, b, axes, compile);
  if (b.values === undefined && axes.length > 0) return wholeDomain(c, axes, inside);
  return (f) => {
    if (predicate(f) === 0) return DONE;
    const values = axes.map((axis) => axis.value!(f));
    axes.forEach((axis, i) => enterAxis(c, f, axis, values[i]!));
    return inside(f);
  };
}

function enterAxis(c: Compiler, f: Frame, axis: Axis, value: Scalar): void {
  f[axis.slot] = value;
  if (axis.min === undefined) return;
  const low = axis.min(f);
  const end = Number(low) + Number(axis.extent!(f));
  if (value >= low && value < end) return;
  const { iter } = axis;
  fail(
    codes.blockDomain({
      at: iter.span,
      name: iter.var.name,
      value,
      min: low,
      end,
      notes: valuesNote(c, f, iter.dom!.min, iter.dom!.extent),
    }),
  );
}

function wholeDomain(c: Compiler, axes: readonly Axis[], inside: StatementCode): StatementCode {
  const over = (f: Frame, at: number): Ending => {
    const axis = axes[at];
    if (axis === undefined) return inside(f);
    const low = Number(axis.min?.(f) ?? 0);
    const extent = Number(axis.extent?.(f) ?? 1);
    for (let i = 0; i < extent; i++) {
      step(c.machine);
      f[axis.slot] = low + i;
      const end = over(f, at + 1);
      if (end !== DONE) return end;
    }
    return DONE;
  };
  return (f) => over(f, 0);
}

/** What happens for one instance, its variables being set. */
function compileInside(
  c: Compiler,
  b: Block,
  axes: readonly Axis[],
  compile: (s: Stmt) => StatementCode,
): StatementCode {
  const before: ((f: Frame) => void)[] = [
    ...b.allocs.map((buffer) => {
      const dims = buffer.shape.map((d) => c.scalar(d, true));
      const bind = bindView(c, buffer);
      return (f: Frame) => {
        const shape = dims.map((d) => Math.max(0, Number(d(f))));
        const size = shape.reduce((x, y) => x * y, bytesOf(buffer.dtype));
        const limit = c.machine.memoryLimit;
        if (size > limit) {
          fail(codes.tooMuchMemory({ at: buffer.span, buffer: buffer.name, bytes: size, limit }));
        }
        bind(f, makeView(freshStorage(size), buffer.dtype, shape, compactStrides(shape)));
      };
    }),
    ...b.matches.map((m) => compileSubView(c, m)),
  ];
  const reductions = axes.filter((axis) => axis.iter.iterKind === "reduce");
  const init = b.init && compile(b.init);
  const body = compile(b.body);
  return (f) => {
    for (const run of before) run(f);
    if (init !== undefined && reductions.every((a) => f[a.slot] === (a.min?.(f) ?? 0))) {
      const end = init(f);
      if (end !== DONE) return end;
    }
    return body(f);
  };
}

/** A region as a view of the same memory; leading axes of extent 1 go when the target has fewer. */
function regionView(c: Compiler, r: BufferRegion, rank: number): (f: Frame) => View {
  const slot = c.slot(r.buffer);
  const mins = r.region.map((x) => c.scalar(x.min, true));
  const extents = r.region.map((x) => c.scalar(x.extent, true));
  const drop = Math.max(0, r.region.length - rank);
  return (f) => {
    const view = f[slot];
    if (!isView(view)) return fail(codes.notBound({ at: r.span, name: r.buffer.name }));
    const low = mins.map((m) => Number(m(f)));
    const sizes = extents.map((e) => Number(e(f)));
    const offset = low.reduce((sum, m, i) => sum + m * view.strides[i]!, view.offset);
    return makeView(view.storage, view.dtype, sizes.slice(drop), view.strides.slice(drop), offset);
  };
}

function compileSubView(c: Compiler, m: MatchBuffer): (f: Frame) => void {
  const source = regionView(c, m.source, m.buffer.shape.length);
  // Symbols of the target that the function does not define elsewhere are set by the match.
  const known = new Set<Var>([...c.slots.keys()].filter((k): k is Var => k.kind === "tir.Var"));
  const match = compileMatch(c, m.buffer, known);
  return (f) => {
    const view = source(f);
    match.bind(f, view);
    match.check(f, view, (bad) => {
      if (bad.what === "stride" || bad.what === "offset") {
        // A compact description of memory with gaps is an error; an offset is relative to the buffer.
        if (bad.what === "offset" || view.shape[bad.axis] === 1) return;
      }
      fail(
        codes.regionShape({
          at: m.span ?? m.buffer.span,
          axis: bad.axis,
          buffer: m.buffer.name,
          actual: bad.actual,
          dimension: mismatchText(bad),
          expected: bad.expected,
          notes: valuesNote(c, f, bad.dimension),
        }),
      );
    });
  };
}
