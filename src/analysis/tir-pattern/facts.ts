/** Facts that fusion and the memory plan ask of a T function; derived from its blocks, never declared. */
import { Analyzer } from "../../arith/index.js";
import { varsOf } from "../../ir/core/free-vars.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import type { PrimExpr, Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { declareSymbols } from "../tir/symbols.js";
import { leafBlocks, type LeafBlock } from "./leaf-blocks.js";
import { eachLoad, readsOf, worstRead, writtenAxes, type Read, type ReadClass } from "./reads.js";

/** Pattern kinds; the numbers are those of the `op_pattern` attribute. */
export const patternKind = {
  elementwise: 0,
  broadcast: 1,
  injective: 2,
  reduction: 3,
  outFusable: 4,
  tuple: 7,
  opaque: 8,
} as const;
export type PatternKind = (typeof patternKind)[keyof typeof patternKind];

export interface FunctionFacts {
  readonly kind: PatternKind;
  /** How the output depends on each parameter; absent for outputs, scalars and parameters that are not read. */
  readonly reads: readonly (ReadClass | undefined)[];
  /** Positions of the parameters that are written. */
  readonly outputs: readonly number[];
}

/** A leaf block with its reads. */
export interface BlockFacts {
  readonly leaf: LeafBlock;
  readonly reads: readonly Read[];
}

const known = new WeakMap<PrimFunc, FunctionFacts>();

/** The pattern kind and the access of each input. */
export function factsOf(func: PrimFunc): FunctionFacts {
  const found = known.get(func);
  if (found !== undefined) return found;
  const made = derive(func);
  known.set(func, made);
  return made;
}

/** An analyser that knows the symbols of the function and the axes of the blocks. */
export function blockAnalyzer(func: PrimFunc, leaves: readonly LeafBlock[]): Analyzer {
  const analyzer = new Analyzer();
  declareSymbols(func, analyzer);
  for (const { block } of leaves)
    for (const { var: v, dom } of block.iters) if (dom !== undefined) analyzer.bind(v, dom);
  return analyzer;
}

function derive(func: PrimFunc): FunctionFacts {
  const outputs: number[] = [];
  const none = func.params.map(() => undefined);
  const opaque: FunctionFacts = { kind: patternKind.opaque, reads: none, outputs };
  const program = leafBlocks(func);
  const written = new Set(program?.leaves.flatMap((l) => l.stores.map((s) => s.buffer)));
  func.params.forEach((p, i) => {
    if (p.buffer !== undefined && written.has(p.buffer)) outputs.push(i);
  });
  if (program === undefined || outputs.length === 0) return opaque;
  const analyzer = blockAnalyzer(func, program.leaves);
  const blocks = program.leaves.map((leaf): BlockFacts => ({
    leaf,
    reads: readsOf(leaf, analyzer),
  }));
  const buffers = outputs.map((i) => func.params[i]!.buffer!);
  if (!isPlain(blocks, new Set(buffers))) return opaque;
  const sources = composed(blocks, func);
  const reads = func.params.map(({ buffer }) =>
    buffer === undefined
      ? undefined
      : buffers
          .map((o) => sources.get(o)?.get(buffer))
          .reduce((a, b) => (a && b ? worstRead(a, b) : (a ?? b)), undefined),
  );
  const hasReduction = blocks.some(({ leaf }) => leaf.reduced.length > 0);
  const kind = hasReduction ? reductionKind(blocks, outputs.length) : spatialKind(reads, outputs.length); // prettier-ignore
  return { kind, reads: kind === patternKind.opaque ? none : reads, outputs };
}

/** Each block stores at its axes, each buffer has one writer, outputs are not read again. */
function isPlain(blocks: readonly BlockFacts[], outputs: ReadonlySet<Buffer>): boolean {
  const written = new Set<Buffer>();
  for (const { leaf, reads } of blocks) {
    const isReduction = leaf.reduced.length > 0;
    if (isReduction !== leaf.inits.length > 0) return false;
    if (!isReduction && leaf.stores.length !== 1) return false;
    for (const s of leaf.stores) {
      if (writtenAxes(leaf, s) === undefined || written.has(s.buffer)) return false;
      written.add(s.buffer);
    }
    if (reads.some((r) => outputs.has(r.buffer))) return false;
  }
  return true;
}

/** For each written buffer the parameters it depends on, through intermediates. */
function composed(
  blocks: readonly BlockFacts[],
  func: PrimFunc,
): ReadonlyMap<Buffer, ReadonlyMap<Buffer, ReadClass>> {
  const params = new Set(func.params.map((p) => p.buffer));
  const all = new Map<Buffer, Map<Buffer, ReadClass>>();
  for (const { leaf, reads } of blocks) {
    const own = new Map<Buffer, ReadClass>();
    const note = (buffer: Buffer, by: ReadClass): void => {
      own.set(buffer, worstRead(own.get(buffer) ?? "same", by));
    };
    for (const { buffer, readClass } of reads) {
      if (params.has(buffer)) note(buffer, readClass);
      else for (const [source, inner] of all.get(buffer) ?? []) note(source, worstRead(inner, readClass)); // prettier-ignore
    }
    for (const s of leaf.stores) all.set(s.buffer, own);
  }
  return all;
}

function spatialKind(reads: readonly (ReadClass | undefined)[], outputs: number): PatternKind {
  if (outputs > 1 || reads.includes("map") || reads.includes("other")) return patternKind.injective;
  return reads.includes("same") ? patternKind.elementwise : patternKind.broadcast;
}

function reductionKind(blocks: readonly BlockFacts[], outputs: number): PatternKind {
  if (outputs !== 1) return patternKind.opaque;
  const at = blocks.findIndex(({ leaf }) => leaf.reduced.length > 0);
  const after = blocks.slice(at + 1);
  const isOnly = after.every(({ leaf }) => leaf.reduced.length === 0);
  const isSame = after.every(({ reads }) => reads.every((r) => r.readClass === "same"));
  return isOnly && isSame && isFold(blocks[at]!) ? patternKind.reduction : patternKind.outFusable;
}

/** A reduction that neither sums products of two loads nor mixes kept and reduced axes in an index. */
export function isFold({ leaf, reads }: BlockFacts): boolean {
  const mixes = (e: PrimExpr): boolean => {
    const vars = varsOf(e);
    const has = (axes: readonly Var[]): boolean => vars.some((v) => axes.includes(v));
    return has(leaf.spatial) && has(leaf.reduced);
  };
  if (reads.some((r) => r.indices.some(mixes))) return false;
  return !leaf.stores.some((s) => sumsProduct(s.value));
}

function sumsProduct(value: PrimExpr): boolean {
  if (value.kind !== "tir.Binary" || value.op !== "add") return false;
  return [value.a, value.b].some((term) => {
    const inner = withoutCasts(term);
    return inner.kind === "tir.Binary" && inner.op === "mul" && loads(inner.a) && loads(inner.b);
  });
}

function withoutCasts(e: PrimExpr): PrimExpr {
  let at = e;
  while (at.kind === "tir.Cast") at = at.value;
  return at;
}

function loads(e: PrimExpr): boolean {
  let found = false;
  eachLoad(e, false, () => (found = true));
  return found;
}
