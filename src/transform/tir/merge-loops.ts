import {
  blockAnalyzer,
  isRoot,
  leafBlocks,
  type LeafBlock,
} from "../../analysis/tir-pattern/index.js";
import type { Analyzer } from "../../arith/index.js";
import { substitute } from "../../ir/core/rewrite.js";
import { visit } from "../../ir/core/visit.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import type { PrimExpr, Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { seq, type Block, type For, type Stmt } from "../../ir/tir/stmt.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { SCHEDULED } from "../scheduler.js";

/**
 * Precondition: none; scheduled functions and those with other than plain serial loops around blocks stay. Result: nests that follow each
 * other share their outer loops where each iteration of the later one uses only what the same iteration of the earlier
 * one made, so that it is still near. Sound because different iterations of the shared
 * loops touch different elements of every buffer that one of the nests writes and the other uses.
 */
export const mergeLoops = definePass({
  name: "merge-loops",
  dialect: "tir",
  summary: "Runs nests that follow each other under common outer loops.",
  options: {},
  run: (module) => mapPrimFuncs(module, merged),
});

/** Blocks under common loops; each has loops of its own inside. */
interface Nest {
  readonly shared: readonly For[];
  readonly parts: readonly Part[];
}

interface Part {
  readonly block: Block;
  readonly inner: readonly For[];
  readonly accesses: readonly Access[];
}

interface Access {
  readonly buffer: Buffer;
  readonly indices: readonly PrimExpr[];
  readonly isWrite: boolean;
}

function merged(func: PrimFunc): PrimFunc {
  if (func.attrs.get(SCHEDULED) === true) return func;
  // Iterations that touch different buffers may touch one memory: the order stays.
  if (func.attrs.get("tir.noalias") === false) return func;
  const program = leafBlocks(func);
  if (program === undefined || program.leaves.length < 2) return func;
  const { leaves } = program;
  const isPlain = leaves.every(
    (leaf, i) => leaf.loops.every(isSerial) && (i === 0 || leaves[i - 1]!.nest !== leaf.nest),
  );
  if (!isPlain) return func;
  const analyzer = blockAnalyzer(func, leaves);
  const nests: Nest[] = [];
  for (const leaf of leaves) {
    const part: Part = { block: leaf.block, inner: leaf.loops, accesses: accessesOf(leaf) };
    const last = nests[nests.length - 1];
    const joined = last && join(last, part, analyzer);
    if (joined === undefined) nests.push({ shared: [], parts: [part] });
    else nests[nests.length - 1] = joined;
  }
  if (nests.length === leaves.length) return func;
  return rebuilt(func, nests);
}

const isSerial = (f: For): boolean =>
  f.loopKind === "serial" && f.annotations.size === 0 && f.step === undefined;

/** All elements that a block touches. */
function accessesOf({ block }: LeafBlock): readonly Access[] {
  const found: Access[] = [];
  const note = (node: Stmt | PrimExpr): void =>
    visit(node, {
      enter(n) {
        if (n.kind === "tir.Load" || n.kind === "tir.Store")
          found.push({ buffer: n.buffer, indices: n.indices, isWrite: n.kind === "tir.Store" });
      },
    });
  note(block.predicate);
  if (block.init !== undefined) note(block.init);
  note(block.body);
  return found;
}

/** The nest with one more block under as many common loops as possible. */
function join(nest: Nest, part: Part, analyzer: Analyzer): Nest | undefined {
  const [first] = nest.parts;
  const isOne = nest.parts.length === 1;
  const outer = isOne ? first!.inner : nest.shared;
  const most = Math.min(outer.length, part.inner.length);
  let count = 0;
  while (count < most && sameRange(outer[count]!, part.inner[count]!, analyzer)) count++;
  for (; count > 0; count--) {
    if (!isOne && count !== nest.shared.length) return undefined;
    const shared = outer.slice(0, count);
    const own = part.inner.slice(0, count);
    if (!nest.parts.every((p) => isApart(p, shared, part, own))) continue;
    const names = new Map<Var, PrimExpr>(own.map((f, i) => [f.var, shared[i]!.var]));
    const values = part.block.values!.map((v) => substitute(v, names));
    const inner = part.inner.slice(count).map((f) => ({
      ...f,
      min: substitute(f.min, names),
      extent: substitute(f.extent, names),
    }));
    const predicate = substitute(part.block.predicate, names);
    const moved: Part = { ...part, inner, block: { ...part.block, values, predicate } };
    const before = isOne ? [{ ...first!, inner: first!.inner.slice(count) }] : nest.parts;
    return { shared, parts: [...before, moved] };
  }
  return undefined;
}

const sameRange = (a: For, b: For, analyzer: Analyzer): boolean =>
  a.var.dtype === b.var.dtype &&
  analyzer.equal(a.min, b.min) === true &&
  analyzer.equal(a.extent, b.extent) === true;

/** Axes of a block that run with the given loops. */
function axesOf({ block }: Part, loops: readonly For[]): readonly (Var | undefined)[] {
  return loops.map((f) => {
    const at = block.values?.indexOf(f.var) ?? -1;
    return at < 0 ? undefined : block.iters[at]!.var;
  });
}

/** Whether different iterations of the loops touch different elements of what one writes and the other uses. */
function isApart(a: Part, loopsOfA: readonly For[], b: Part, loopsOfB: readonly For[]): boolean {
  const [axesOfA, axesOfB] = [axesOf(a, loopsOfA), axesOf(b, loopsOfB)];
  if (axesOfA.includes(undefined) || axesOfB.includes(undefined)) return false;
  // One axis a loop: an axis with another value elsewhere would not follow the loop.
  const buffers = new Set(a.accesses.map((x) => x.buffer));
  for (const buffer of buffers) {
    const [inA, inB] = [a, b].map((p) => p.accesses.filter((x) => x.buffer === buffer));
    if (inB!.length === 0 || ![...inA!, ...inB!].some((x) => x.isWrite)) continue;
    const isSplit = axesOfA.every((axis, q) =>
      buffer.shape.some(
        (_, d) =>
          inA!.every((x) => x.indices[d] === axis) &&
          inB!.every((x) => x.indices[d] === axesOfB[q]),
      ),
    );
    if (!isSplit) return false;
  }
  return true;
}

/** The function with the nests in order. */
function rebuilt(func: PrimFunc, nests: readonly Nest[]): PrimFunc {
  const stmts = nests.map(({ shared, parts }) =>
    under(shared, seq(parts.map(({ block, inner }) => under(inner, block)))),
  );
  const body = (s: Stmt): Stmt => {
    if (s.kind === "tir.Block" && isRoot(s)) return { ...s, body: body(s.body) };
    const head = s.kind === "tir.Seq" ? s.body.filter((part) => part.kind === "tir.Assert") : [];
    return seq([...head, ...stmts]);
  };
  return { ...func, body: body(func.body) };
}

const under = (loops: readonly For[], body: Stmt): Stmt =>
  loops.reduceRight<Stmt>((inner, f) => ({ ...f, body: inner }), body);
