/**
 * Copies between host memory and scratchpad, as DMA engines do them: a box of runs of bytes with a stride on either
 * side for each dimension.
 */
import type { Analyzer } from "../../../arith/index.js";
import { varsOf } from "../../../ir/core/free-vars.js";
import { substitute } from "../../../ir/core/rewrite.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import { binary, intImm, type PrimExpr, type Var } from "../../../ir/tir/expr.js";
import type { For, Stmt, Store } from "../../../ir/tir/stmt.js";
import { bytesOf } from "../../../support/dtype.js";
import { isInScratchpad } from "../../../transform/tir/split-cgra-kernels.js";
import { addIndex, mulIndex, stridesOf, subIndex } from "../../../transform/tir/strides.js";

/** One dimension of a box; strides in bytes. */
export interface DmaDim {
  readonly count: PrimExpr;
  readonly host: PrimExpr;
  readonly spad: PrimExpr;
}

/** A box that is copied, or filled with a number. */
export interface DmaBox {
  readonly kind: "write" | "read" | "fill";
  /** The buffer in the scratchpad, and the byte in it at which the box starts. */
  readonly buffer: Buffer;
  readonly offset: PrimExpr;
  /** The element of host memory at which the box starts; absent for fills. */
  readonly host?: { readonly buffer: Buffer; readonly indices: readonly PrimExpr[] } | undefined;
  /** What a fill stores. */
  readonly value?: PrimExpr | undefined;
  /** Bytes next to each other on both sides; those of an element for fills. */
  readonly run: PrimExpr;
  /** Outermost first. */
  readonly dims: readonly DmaDim[];
}

/** What a store between the two memories copies; undefined for other stores. */
interface Copy {
  readonly kind: DmaBox["kind"];
  readonly spad: Buffer;
  readonly spadIndices: readonly PrimExpr[];
  readonly host?: { readonly buffer: Buffer; readonly indices: readonly PrimExpr[] } | undefined;
  readonly value?: PrimExpr | undefined;
}

/** The value without a change of its type that keeps its bits. */
const bitsOf = (e: PrimExpr): PrimExpr =>
  e.kind === "tir.Call" && e.op === "reinterpret" ? bitsOf(e.args.at(-1) as PrimExpr) : e;

function copyOf(store: Store): Copy | undefined {
  const { buffer, indices, predicate } = store;
  const value = bitsOf(store.value);
  if (predicate !== undefined || value.dtype.lanes !== 1) return undefined;
  if (!isInScratchpad(buffer)) {
    if (value.kind !== "tir.Load" || !isInScratchpad(value.buffer)) return undefined;
    const host = { buffer, indices };
    return { kind: "read", spad: value.buffer, spadIndices: value.indices, host };
  }
  const spad = { spad: buffer, spadIndices: indices };
  if (value.kind === "tir.Load") {
    if (isInScratchpad(value.buffer)) return undefined;
    return { kind: "write", ...spad, host: { buffer: value.buffer, indices: value.indices } };
  }
  return value.kind === "tir.IntImm" || value.kind === "tir.FloatImm"
    ? { kind: "fill", ...spad, value }
    : undefined;
}

/** Position in the memory of a buffer, in elements. */
export const flatIndex = (buffer: Buffer, indices: readonly PrimExpr[]): PrimExpr => {
  const strides = stridesOf(buffer);
  return indices.reduce<PrimExpr>((sum, i, k) => addIndex(sum, mulIndex(i, strides[k]!)), buffer.elemOffset ?? intImm(0)); // prettier-ignore
};

/**
 * The box that a nest copies, if it is a copy whose addresses step evenly in all loops; `most` dimensions beside the
 * run fit into one transfer.
 */
export function dmaBoxOf(nest: Stmt, analyzer: Analyzer, most: number): DmaBox | undefined {
  const loops: For[] = [];
  let inner = nest;
  for (; inner.kind === "tir.For" && inner.step === undefined; inner = inner.body)
    loops.push(inner);
  const copy = inner.kind === "tir.Store" ? copyOf(inner) : undefined;
  if (copy === undefined) return undefined;
  const vars = new Set(loops.map((l) => l.var));
  const isFree = (e: PrimExpr): boolean => varsOf(e).every((v) => !vars.has(v));
  if (!loops.every((l) => isFree(l.min) && isFree(l.extent))) return undefined;
  const size = bytesOf(copy.spad.dtype);
  const spadAt = flatIndex(copy.spad, copy.spadIndices);
  const hostAt = copy.host && flatIndex(copy.host.buffer, copy.host.indices);
  const dims: DmaDim[] = [];
  for (const loop of loops) {
    const spad = strideOf(spadAt, loop.var, analyzer);
    const host = hostAt === undefined ? intImm(0) : strideOf(hostAt, loop.var, analyzer);
    if (!isFree(spad) || !isFree(host)) return undefined;
    dims.push({ count: loop.extent, host: times(host, size), spad: times(spad, size) });
  }
  const even = dims.map((d) => simplified(d, analyzer));
  // Fills repeat one element, so that no bytes lie next to each other in host memory.
  const rows = hostAt === undefined ? { run: intImm(size), dims: even } : rowsOf(even, size, analyzer); // prettier-ignore
  const kept = joined(rows.dims, analyzer);
  if (kept.length > most) return undefined;
  const first = new Map<Var, PrimExpr>(loops.map((l) => [l.var, l.min]));
  return {
    kind: copy.kind,
    buffer: copy.spad,
    offset: analyzer.simplify(times(substitute(spadAt, first), size)),
    host: copy.host && {
      buffer: copy.host.buffer,
      indices: copy.host.indices.map((i) => analyzer.simplify(substitute(i, first))),
    },
    value: copy.value,
    run: rows.run,
    dims: kept,
  };
}

/** The innermost dimensions that lie densely in both memories are one run. */
function rowsOf(dims: readonly DmaDim[], element: number, analyzer: Analyzer) {
  let run: PrimExpr = intImm(element);
  const rest = [...dims];
  for (let d = rest.at(-1); d !== undefined; d = rest.at(-1)) {
    if (analyzer.equal(d.host, run) !== true || analyzer.equal(d.spad, run) !== true) break;
    run = analyzer.simplify(mulIndex(run, d.count));
    rest.pop();
  }
  return { run, dims: rest };
}

/** Neighbouring dimensions that step as one become one. */
function joined(dims: readonly DmaDim[], analyzer: Analyzer): DmaDim[] {
  const kept: DmaDim[] = [];
  for (const d of dims) {
    if (analyzer.equal(d.count, intImm(1)) === true) continue;
    const outer = kept.at(-1);
    const steps = (side: "host" | "spad"): boolean =>
      outer !== undefined && analyzer.equal(outer[side], mulIndex(d.count, d[side])) === true;
    if (outer !== undefined && steps("host") && steps("spad"))
      kept[kept.length - 1] = { ...d, count: analyzer.simplify(mulIndex(outer.count, d.count)) };
    else kept.push(d);
  }
  return kept;
}

const simplified = (d: DmaDim, analyzer: Analyzer): DmaDim => ({
  count: analyzer.simplify(d.count),
  host: analyzer.simplify(d.host),
  spad: analyzer.simplify(d.spad),
});

const times = (e: PrimExpr, by: number): PrimExpr => mulIndex(e, intImm(by, e.dtype));

/** By how much an expression grows with a variable. */
function strideOf(e: PrimExpr, v: Var, analyzer: Analyzer): PrimExpr {
  const next = substitute(e, new Map([[v, binary("add", v, intImm(1, v.dtype))]]));
  return analyzer.simplify(subIndex(next, e));
}
