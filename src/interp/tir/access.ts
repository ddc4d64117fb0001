/** Loads and stores: index checks, address, memory without a value. */
import type { Buffer } from "../../ir/tir/buffer.js";
import type { Load, PrimExpr } from "../../ir/tir/expr.js";
import type { Store } from "../../ir/tir/stmt.js";
import { isVector } from "../../support/dtype.js";
import type { Scalar } from "../../support/numeric/scalar.js";
import type { Span } from "../../support/source.js";
import { codes } from "../codes.js";
import { fail } from "../fail.js";
import {
  accessText,
  asView,
  valuesNote,
  type Compiler,
  type LanesCode,
  type ScalarCode,
} from "./compiler.js";
import type { Frame, View } from "./memory.js";

interface Site {
  readonly c: Compiler;
  readonly buffer: Buffer;
  readonly indices: readonly PrimExpr[];
  readonly span: Span | undefined;
}

function outOfBounds(s: Site, f: Frame, view: View, axis: number, index: Scalar): never {
  return fail(
    codes.indexOutOfBounds({
      at: s.span,
      access: accessText(s.buffer, s.indices),
      axis,
      index,
      extent: view.shape[axis]!,
      notes: valuesNote(s.c, f, ...s.indices, ...s.buffer.shape),
    }),
  );
}

/** Number of the element, every index checked against the shape. */
function position(s: Site, codesOf: readonly ScalarCode[]): (f: Frame, view: View) => number {
  const check = (f: Frame, view: View, axis: number, index: Scalar): number => {
    if (typeof index === "number" && index >= 0 && index < view.shape[axis]!) return index;
    return outOfBounds(s, f, view, axis, index);
  };
  const [first, second] = codesOf;
  if (codesOf.length === 1) {
    return (f, view) => view.offset + check(f, view, 0, first!(f)) * view.strides[0]!;
  }
  if (codesOf.length === 2) {
    return (f, view) =>
      view.offset +
      check(f, view, 0, first!(f)) * view.strides[0]! +
      check(f, view, 1, second!(f)) * view.strides[1]!;
  }
  return (f, view) => {
    let at = view.offset;
    for (let i = 0; i < codesOf.length; i++) {
      at += check(f, view, i, codesOf[i]!(f)) * view.strides[i]!;
    }
    return at;
  };
}

/** Numbers of the elements of a vector access: all indices but the last are scalars. */
function positions(s: Site, lead: readonly ScalarCode[], last: LanesCode) {
  return (f: Frame, view: View, mask?: readonly Scalar[]): (number | undefined)[] => {
    let base = view.offset;
    for (let i = 0; i < lead.length; i++) {
      const index = lead[i]!(f);
      if (!(index >= 0 && index < view.shape[i]!)) outOfBounds(s, f, view, i, index);
      base += Number(index) * view.strides[i]!;
    }
    const axis = lead.length;
    return last(f).map((index, lane) => {
      if (mask !== undefined && mask[lane] === 0) return undefined;
      if (!(index >= 0 && index < view.shape[axis]!)) outOfBounds(s, f, view, axis, index);
      return base + Number(index) * view.strides[axis]!;
    });
  };
}

function outside(s: Site, view: View, byte: number): never {
  return fail(
    codes.outsideMemory({
      at: s.span,
      access: accessText(s.buffer, s.indices),
      buffer: s.buffer.name,
      from: byte,
      to: byte + view.size,
      size: view.storage.bytes.length,
    }),
  );
}

/** Reads lane `lane` of element `at`. */
function readLane(s: Site, f: Frame, view: View, at: number, lane: number): Scalar {
  const byte = at * view.size + lane * view.access.bytes;
  const { storage } = view;
  if (byte < 0 || byte + view.access.bytes > storage.bytes.length) outside(s, view, byte);
  if (storage.written !== undefined && storage.written[byte] === 0) {
    return fail(
      codes.unsetRead({
        at: s.span,
        access: accessText(s.buffer, s.indices),
        buffer: s.buffer.name,
        notes: valuesNote(s.c, f, ...s.indices),
      }),
    );
  }
  return view.access.read(storage.view, byte);
}

function writeLane(s: Site, view: View, at: number, lane: number, value: Scalar): void {
  const size = view.access.bytes;
  const byte = at * view.size + lane * size;
  const { storage } = view;
  if (byte < 0 || byte + size > storage.bytes.length) outside(s, view, byte);
  view.access.write(storage.view, byte, value);
  const { written } = storage;
  if (written !== undefined) for (let i = 0; i < size; i++) written[byte + i] = 1;
}

const siteOf = (c: Compiler, n: Load | Store): Site => ({
  c,
  buffer: n.buffer,
  indices: n.indices,
  span: n.span,
});

function checkRank(s: Site): void {
  if (s.indices.length !== s.buffer.shape.length) {
    fail(
      codes.wrongOperand({
        at: s.span,
        name: s.buffer.name,
        expected: `${s.buffer.shape.length} indices`,
        actual: String(s.indices.length),
      }),
    );
  }
}

const isVectorAccess = (n: Load | Store): boolean => {
  const last = n.indices[n.indices.length - 1];
  return last !== undefined && isVector(last.dtype);
};

export function compileScalarLoad(c: Compiler, n: Load): ScalarCode {
  const s = siteOf(c, n);
  checkRank(s);
  const slot = c.slot(n.buffer);
  const place = position(
    s,
    n.indices.map((e) => c.scalar(e, true)),
  );
  return (f) => {
    const view = asView(f[slot]);
    return readLane(s, f, view, place(f, view), 0);
  };
}

export function compileVectorLoad(c: Compiler, n: Load): LanesCode {
  const s = siteOf(c, n);
  checkRank(s);
  const slot = c.slot(n.buffer);
  const perElement = n.buffer.dtype.lanes;
  const inner = Array.from({ length: perElement }, (_, i) => i);
  if (!isVectorAccess(n)) {
    const place = position(
      s,
      n.indices.map((e) => c.scalar(e, true)),
    );
    return (f) => {
      const view = asView(f[slot]);
      const at = place(f, view);
      return inner.map((lane) => readLane(s, f, view, at, lane));
    };
  }
  const lead = n.indices.slice(0, -1).map((e) => c.scalar(e, true));
  const places = positions(s, lead, c.lanes(n.indices[n.indices.length - 1]!, true));
  const mask = n.predicate && c.lanes(n.predicate, false);
  return (f) => {
    const view = asView(f[slot]);
    return places(f, view, mask?.(f)).flatMap((at) =>
      inner.map((lane) => (at === undefined ? 0 : readLane(s, f, view, at, lane))),
    );
  };
}

export function compileStore(c: Compiler, n: Store): (f: Frame) => void {
  const s = siteOf(c, n);
  checkRank(s);
  const slot = c.slot(n.buffer);
  const perElement = n.buffer.dtype.lanes;
  if (!isVectorAccess(n) && perElement === 1) {
    const place = position(
      s,
      n.indices.map((e) => c.scalar(e, true)),
    );
    const value = c.scalar(n.value, false, n.buffer.dtype);
    return (f) => {
      const v = value(f);
      const view = asView(f[slot]);
      writeLane(s, view, place(f, view), 0, v);
    };
  }
  const indices = n.indices.slice(0, -1).map((e) => c.scalar(e, true));
  const lastIndex = n.indices[n.indices.length - 1];
  const last: LanesCode = lastIndex ? c.lanes(lastIndex, true) : () => [];
  const places = positions(s, indices, last);
  const value = c.lanes(n.value, false, n.buffer.dtype);
  const mask = n.predicate && c.lanes(n.predicate, false);
  return (f) => {
    const v = value(f);
    const view = asView(f[slot]);
    const at = lastIndex ? places(f, view, mask?.(f)) : [view.offset];
    at.forEach((element, i) => {
      if (element === undefined) return;
      for (let lane = 0; lane < perElement; lane++) {
        const from = i * perElement + lane;
        writeLane(s, view, element, lane, v[from < v.length ? from : 0]!);
      }
    });
  };
}
