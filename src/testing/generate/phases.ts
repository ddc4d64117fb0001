/** Parts of a function body: each fills a buffer or changes one. */
import {
  binary,
  boolImm,
  call,
  callGlobal,
  compare,
  intImm,
  load,
  logic,
  makeVar,
  type PrimExpr,
} from "../../ir/tir/expr.js";
import { bufferRegion, makeBuffer, range, type Buffer } from "../../ir/tir/buffer.js";
import {
  alloc, assertStmt, attrStmt, bind, block, decl, evaluate, ifStmt, iterVar, jump, matchBuffer, seq, store, whileLoop,
  type IterVar, type Realize, type Stmt,
} from "../../ir/tir/stmt.js"; // prettier-ignore
import { globalVar } from "../../ir/module.js";
import { dtype, int32, isBool, voidType, type DType } from "../../support/dtype.js";
import { bytesOf } from "../../support/dtype.js";
import { encodeElement } from "./data.js";
import { indexFor } from "./index-expr.js";
import { accessesOf, nest, oddLoop, wholeRegion } from "./loops.js";
import {
  constant,
  extend,
  freshName,
  type Axis,
  type Dim,
  type Memory,
  type Scope,
} from "./scope.js";
import { conditionOf, literal, valueOf } from "./value-expr.js";
import { laneSum, vectorStore } from "./vector-stmt.js";

const without = (s: Scope, m: Memory): Scope =>
  extend(s, { memories: s.memories.filter((x) => x.buffer !== m.buffer) });

/** A value, sometimes behind a condition or bound to a name first. */
function storing(s: Scope, target: Buffer, at: readonly PrimExpr[], depth: number): Stmt {
  const { rng } = s;
  const type = target.dtype;
  switch (rng.below(8)) {
    case 0: {
      const t = rng.pick(s.types);
      const v = makeVar(freshName(s, "x"), t);
      return seq([
        bind(v, valueOf(s, t, depth)),
        store(target, at, valueOf(extend(s, { scalars: [...s.scalars, v] }), type, depth)),
      ]);
    }
    case 1:
      return ifStmt(
        conditionOf(s, 2),
        store(target, at, valueOf(s, type, depth)),
        store(target, at, valueOf(s, type, depth - 1)),
      );
    case 2:
      if (!isBool(type) && type.bits >= 8) return store(target, at, laneSum(s, type));
      return store(target, at, valueOf(s, type, depth));
    default:
      return store(target, at, valueOf(s, type, depth));
  }
}

/** Gives every element a value, by loops or by a block. Reads only what is in scope. */
export function fill(s: Scope, target: Memory): Stmt {
  const readable = without(s, target);
  if (target.dims.length > 0 && s.rng.chance(0.4)) return fillByBlock(readable, target);
  return nest(readable, target.dims, { independent: true }, (inner, axes) =>
    storing(
      inner,
      target.buffer,
      axes.map((a) => a.var),
      3,
    ),
  );
}

/** Loops with a spatial block; the last constant dimension may be split, with a predicate. */
function fillByBlock(s: Scope, target: Memory): Stmt {
  const { rng } = s;
  const last = target.dims[target.dims.length - 1]!;
  const split = last.expr.kind === "tir.IntImm" && rng.chance(0.4) ? rng.between(2, 3) : undefined;
  const loops: Dim[] = [...target.dims];
  if (split !== undefined) {
    const outer = Math.ceil(last.most / split);
    loops.splice(
      -1,
      1,
      { expr: constant(s, outer), most: outer },
      { expr: constant(s, split), most: split },
    );
  }
  return nest(s, loops, { independent: split === undefined && rng.chance(0.5) }, (inner, axes) => {
    let values: PrimExpr[] = axes.map((a) => a.var);
    let predicate: PrimExpr = boolImm(true);
    if (split !== undefined) {
      const joined = binary(
        "add",
        binary("mul", values[values.length - 2]!, constant(s, split)),
        values[values.length - 1]!,
      );
      values = [...values.slice(0, -2), joined];
      predicate = compare("lt", joined, last.expr);
    }
    const iters = target.dims.map((dim) => spatial(s, dim));
    const body = storing(
      extend(inner, {
        axes: iters.map((iter, k): Axis => ({ var: iter.var, dim: target.dims[k]! })),
      }),
      target.buffer,
      iters.map((i) => i.var),
      3,
    );
    return block({
      name: freshName(s, "fill"),
      iters,
      values,
      predicate,
      ...accessesOf(body),
      body,
    });
  });
}

const iterOf = (s: Scope, dim: Dim, kind: "spatial" | "reduce", base: string): IterVar =>
  iterVar(makeVar(freshName(s, base), s.index), kind, range(constant(s, 0), dim.expr));
const spatial = (s: Scope, dim: Dim): IterVar => iterOf(s, dim, "spatial", "vi");

const COMBINE = ["add", "mul", "min", "max"] as const;
const combined = (s: Scope, type: DType, a: PrimExpr, b: PrimExpr): PrimExpr =>
  isBool(type)
    ? logic(s.rng.pick(["and", "or"] as const), a, b)
    : binary(s.rng.pick(COMBINE), a, b);

/** A reduction over one or two more dimensions, as a block with `init`, by loops, or through a mutable scalar. */
export function reduction(s: Scope, target: Memory): Stmt {
  const { rng } = s;
  const over = Array.from({ length: rng.between(1, 2) }, () => rng.pick(s.dims));
  const readable = without(s, target);
  const type = target.buffer.dtype;
  switch (rng.below(3)) {
    case 0:
      return reduceByBlock(readable, target, over);
    case 1:
      return nest(readable, target.dims, { independent: false }, (inner, axes) => {
        const at = axes.map((a) => a.var);
        const sum = nest(inner, over, { independent: false }, (deep) =>
          store(
            target.buffer,
            at,
            combined(deep, type, load(target.buffer, at), valueOf(deep, type, 2)),
          ),
        );
        return seq([store(target.buffer, at, literal(rng, type)), sum]);
      });
    default:
      return nest(readable, target.dims, { independent: false }, (inner, axes) => {
        const cell = scalarCell(s, type);
        const here = [intImm(0, int32)];
        const sum = nest(inner, over, { independent: false }, (deep) =>
          store(cell, here, combined(deep, type, load(cell, here), valueOf(deep, type, 2))),
        );
        return seq([
          alloc(cell),
          store(cell, here, literal(rng, type)),
          sum,
          store(
            target.buffer,
            axes.map((a) => a.var),
            load(cell, here),
          ),
        ]);
      });
  }
}

/** A mutable scalar. */
const scalarCell = (s: Scope, type: DType): Buffer =>
  makeBuffer({
    name: freshName(s, "acc"),
    dtype: type,
    shape: [intImm(1, int32)],
    scope: "local",
    scalar: true,
  });

function reduceByBlock(s: Scope, target: Memory, over: readonly Dim[]): Stmt {
  const { rng } = s;
  const type = target.buffer.dtype;
  return nest(s, [...target.dims, ...over], { independent: false }, (inner, axes) => {
    const iters = [
      ...target.dims.map((dim) => spatial(s, dim)),
      ...over.map((dim) => iterOf(s, dim, "reduce", "vk")),
    ];
    const dims = [...target.dims, ...over];
    const at = iters.slice(0, target.dims.length).map((i) => i.var);
    const deep = extend(inner, {
      axes: iters.map((iter, k): Axis => ({ var: iter.var, dim: dims[k]! })),
    });
    const body = store(
      target.buffer,
      at,
      combined(s, type, load(target.buffer, at), valueOf(deep, type, 2)),
    );
    const { reads, writes } = accessesOf(body);
    return block({
      name: freshName(s, "reduce"),
      iters,
      values: axes.map((a) => a.var),
      reads: reads.filter((r) => r.buffer !== target.buffer),
      writes,
      init: store(target.buffer, at, literal(rng, type)),
      body,
    });
  });
}

/** Changes some elements of memory that already has values; sequential, so it may read everything. */
export function change(s: Scope): Stmt {
  const { rng } = s;
  const writable = s.memories.filter((m) => m.writable);
  const target = rng.pick(writable);
  const put = (inner: Scope): Stmt =>
    storing(
      inner,
      target.buffer,
      target.dims.map((d) => indexFor(inner, d)),
      2,
    );
  switch (rng.below(12)) {
    case 0:
      return counted(s, put);
    case 1: {
      const which = rng.pick(["break", "continue"] as const);
      return oddLoop(s, (inner) => seq([ifStmt(conditionOf(inner, 1), jump(which)), put(inner)]));
    }
    case 2:
      return oddLoop(s, put);
    case 3:
      return aliased(s, target);
    case 4:
      return target.dims.length > 0 ? matched(s, target) : put(s);
    case 5:
      return opaqueBlock(s, target);
    case 6:
      return attrStmt(null, "pragma_unroll_explicit", intImm(1, int32), put(s));
    case 7:
      return seq([
        assertStmt(compare("ge", rng.pick(s.dims).expr, constant(s, 1)), [
          "a dimension is not positive",
        ]),
        put(s),
      ]);
    case 8:
      return seq([
        evaluate(
          call("assume", [compare("ge", rng.pick(s.dims).expr, constant(s, 1))], dtype("bool")),
        ),
        ifStmt(conditionOf(s, 2), put(s)),
      ]);
    case 9:
      return s.oldEra ? realized(s, target) : put(s);
    default:
      return vectorStore(s) ?? put(s);
  }
}

/** `while` with a counter, so that it ends. */
function counted(s: Scope, body: (s: Scope) => Stmt): Stmt {
  const { rng } = s;
  const cell = scalarCell(s, int32);
  const here = [intImm(0, int32)];
  const inner = extend(s, { cells: [...s.cells, cell] });
  const parts = [
    store(cell, here, binary("add", load(cell, here), intImm(1, int32))),
    ...(rng.chance(0.4)
      ? [ifStmt(conditionOf(inner, 1), jump(rng.pick(["break", "continue"] as const)))]
      : []),
    body(inner),
  ];
  return seq([
    alloc(cell),
    store(cell, here, intImm(0, int32)),
    whileLoop(compare("lt", load(cell, here), intImm(rng.between(1, 5), int32)), seq(parts)),
  ]);
}

/** A flat view of the same memory. */
function aliased(s: Scope, target: Memory): Stmt {
  const size = target.dims.reduce<PrimExpr>(
    (n, d) => (isOne(n) ? d.expr : binary("mul", n, d.expr)),
    constant(s, 1),
  );
  const flat = makeBuffer({
    name: freshName(s, "flat"),
    dtype: target.buffer.dtype,
    shape: [size],
    data: target.buffer.data,
    scope: target.buffer.scope,
  });
  const dim: Dim = { expr: size, most: target.dims.reduce((n, d) => n * d.most, 1) };
  const inner = extend(s, {
    memories: [...s.memories, { buffer: flat, dims: [dim], writable: true }],
  });
  return seq([decl(flat), store(flat, [indexFor(inner, dim)], valueOf(inner, flat.dtype, 2))]);
}
const isOne = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && e.value === 1;

/** A block whose body writes through a matched row. */
function matched(s: Scope, target: Memory): Stmt {
  const { buffer, dims } = target;
  const row = dims[dims.length - 1]!;
  const heads = dims.slice(0, -1).map((d) => ({ dim: d, iter: spatial(s, d) }));
  const view = makeBuffer({
    name: freshName(s, "row"),
    dtype: buffer.dtype,
    shape: [row.expr],
    strides: [makeVar(freshName(s, "stride"), s.index)],
    elemOffset: makeVar(freshName(s, "offset"), s.index),
    offsetFactor: 1,
    scope: buffer.scope,
  });
  const region = bufferRegion(buffer, [
    ...heads.map(({ iter }) => range(iter.var, constant(s, 1))),
    range(constant(s, 0), row.expr),
  ]);
  const readable = without(s, target);
  return nest(
    readable,
    heads.map((h) => h.dim),
    { independent: false },
    (outer, axes) => {
      const inner = extend(outer, {
        axes: heads.map(({ dim, iter }): Axis => ({ var: iter.var, dim })),
        memories: [...outer.memories, { buffer: view, dims: [row], writable: true }],
      });
      const body = nest(inner, [row], { independent: false }, (deep, [axis]) =>
        store(view, [axis!.var], valueOf(deep, view.dtype, 2)),
      );
      const { reads } = accessesOf(body);
      return block({
        name: freshName(s, "row_of"),
        iters: heads.map((h) => h.iter),
        values: axes.map((a) => a.var),
        reads: [...reads.filter((r) => r.buffer !== view), wholeRegion(buffer)],
        writes: [wholeRegion(buffer)],
        matches: [matchBuffer(view, region)],
        body,
      });
    },
  );
}

/** An opaque block with a buffer of its own. */
function opaqueBlock(s: Scope, target: Memory): Stmt {
  const dims = [s.rng.pick(s.dims)];
  const buffer = makeBuffer({
    name: freshName(s, "own"),
    dtype: s.rng.pick(s.types),
    shape: dims.map((d) => d.expr),
    scope: s.rng.pick(["global", "local", "shared"]),
  });
  const memory: Memory = { buffer, dims, writable: true };
  const bare = extend(s, { axes: [] });
  const first = fill(bare, memory);
  const inner = extend(bare, { memories: [...bare.memories, memory] });
  const then = store(
    target.buffer,
    target.dims.map((d) => indexFor(inner, d)),
    valueOf(inner, target.buffer.dtype, 2),
  );
  const body = seq([first, then]);
  const { reads, writes } = accessesOf(body);
  const outside = (r: { readonly buffer: Buffer }): boolean => r.buffer !== buffer;
  return block({
    name: freshName(s, "opaque"),
    values: [],
    allocs: [buffer],
    reads: reads.filter(outside),
    writes: writes.filter(outside),
    body,
  });
}

/** A producer allocation of the old era. */
function realized(s: Scope, target: Memory): Stmt {
  const dims = [s.rng.pick(s.dims)];
  const buffer = makeBuffer({
    name: freshName(s, "made"),
    dtype: s.rng.pick(s.types),
    shape: dims.map((d) => d.expr),
  });
  const memory: Memory = { buffer, dims, writable: true };
  const first = fill(s, memory);
  const inner = extend(s, { memories: [...s.memories, memory] });
  const then = store(
    target.buffer,
    target.dims.map((d) => indexFor(inner, d)),
    valueOf(inner, target.buffer.dtype, 2),
  );
  const node: Realize = {
    kind: "tir.Realize",
    region: wholeRegion(buffer),
    scope: "global",
    cond: boolImm(true),
    body: seq([first, then]),
  };
  return node;
}

/** A call of a function of the module that fills its buffer. */
export const fillByCall = (s: Scope, target: Memory, callee: string): Stmt =>
  evaluate(callGlobal(globalVar(callee), [target.buffer.data], voidType));

/** A table of constants of the type. */
export function constantTable(
  s: Scope,
  type: DType,
): { readonly stmt: Stmt; readonly memory: Memory } {
  const extent = s.rng.between(2, 6);
  const buffer = makeBuffer({
    name: freshName(s, "table"),
    dtype: type,
    shape: [intImm(extent, int32)],
  });
  const bytes = new Uint8Array(extent * bytesOf(type));
  for (let k = 0; k < extent; k++) encodeElement(literal(s.rng, type), type, bytes, k);
  return {
    stmt: { kind: "tir.AllocConst", buffer, data: { dtype: type, shape: [extent], bytes } },
    memory: { buffer, dims: [{ expr: constant(s, extent), most: extent }], writable: false },
  };
}
