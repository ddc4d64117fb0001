import { readsMemory } from "../../analysis/tir/walk.js";
import { rebuild, refresh, substitute } from "../../ir/core/rewrite.js";
import { visit } from "../../ir/core/visit.js";
import type { IRModule } from "../../ir/module.js";
import type { Node } from "../../ir/nodes.js";
import { makeBuffer, type Buffer } from "../../ir/tir/buffer.js";
import { binary, boolImm, compare, intImm, makeVar, type CallGlobal, type PrimExpr, type Var } from "../../ir/tir/expr.js"; // prettier-ignore
import type { PrimFunc } from "../../ir/tir/function.js";
import { alloc, bind, decl, forLoop, ifStmt, seq, type For, type Stmt } from "../../ir/tir/stmt.js"; // prettier-ignore
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { isInScratchpad, KERNEL } from "./split-cgra-kernels.js";
import { addIndex, elementsOf, mulIndex, subIndex } from "./strides.js";

/** Annotation of loops over tiles: each iteration fills what its kernel reads, and copies what it computes. */
export const DOUBLE_BUFFER = "cgra.double_buffer";
/** Annotation of loops within whose iterations no transfer touches what another one, or a kernel, uses. */
export const OVERLAP = "cgra.overlap";

/**
 * Precondition: kernels are split off. Result: of a loop annotated `cgra.double_buffer` that fills buffers of the
 * scratchpad, calls one kernel, and copies its results, iterations overlap: while one computes, results of the one
 * before are copied and the next is filled, in buffers that are there twice; it is annotated `cgra.overlap`. Sound
 * because an iteration uses nothing of another one: buffers have no other use, the kernel only stores its results or
 * adds to what it is given in them, and what is copied back is not read by the loop.
 */
export const doubleBufferTiles = definePass({
  name: "double-buffer-tiles",
  dialect: "tir",
  summary: "Fills the next tile of a fabric and copies the last one while it computes.",
  requires: ["split-cgra-kernels"],
  options: {},
  run: (module) => mapPrimFuncs(module, (func) => doubleBuffered(func, module)),
});

/** The parts of an iteration. */
interface Iteration {
  readonly binds: readonly Stmt[];
  readonly fill: readonly Stmt[];
  readonly call: Stmt;
  readonly drain: readonly Stmt[];
  /** Buffers of the scratchpad that are filled, and copied from. */
  readonly buffers: ReadonlySet<Buffer>;
}

/** The function with the tiles of its annotated loops there twice, where that may be. */
export function doubleBuffered(func: PrimFunc, module: IRModule): PrimFunc {
  const doubled = new Map<Buffer, Buffer>();
  const walk = (node: Node): Node => {
    if (node.kind === "tir.Var" || node.kind === "tir.Buffer") return node;
    if (node.kind !== "tir.For" || !node.annotations.has(DOUBLE_BUFFER)) return rebuild(node, walk);
    const iteration = partsOf(node, module, func);
    if (iteration === undefined) return rebuild(without(node), walk);
    for (const b of iteration.buffers) doubled.set(b, twice(b));
    return overlapped(node, iteration, doubled);
  };
  const body = walk(func.body) as Stmt;
  const allocated = (node: Node): Node =>
    node.kind === "tir.Alloc" && doubled.has(node.buffer)
      ? alloc(doubled.get(node.buffer)!, node.annotations, node.span)
      : node.kind === "tir.Var" || node.kind === "tir.Buffer"
        ? node
        : rebuild(node, allocated);
  return body === func.body ? func : { ...func, body: allocated(body) as Stmt };
}

const without = (loop: For): For => ({ ...loop, annotations: new Map([...loop.annotations].filter(([key]) => key !== DOUBLE_BUFFER)) }); // prettier-ignore

const twice = (b: Buffer): Buffer =>
  makeBuffer({ ...b, data: undefined, shape: [intImm(2, b.shape[0]!.dtype), ...b.shape] });

/** What an iteration does, if it is of the form that can overlap with others. */
function partsOf(loop: For, module: IRModule, func: PrimFunc): Iteration | undefined {
  if (loop.loopKind !== "serial" || loop.step !== undefined || readsMemory(loop.extent)) return undefined; // prettier-ignore
  const stmts = loop.body.kind === "tir.Seq" ? loop.body.body : [loop.body];
  const binds = stmts.filter((s) => s.kind === "tir.Bind" && !readsMemory(s.value));
  const others = stmts.filter((s) => !binds.includes(s));
  const at = others.findIndex((s) => kernelOf(s, module) !== undefined);
  if (at < 0) return undefined;
  const [fill, call, drain] = [others.slice(0, at), others[at]!, others.slice(at + 1)];
  const filled = usesOf(fill);
  const drained = usesOf(drain);
  if (filled === undefined || drained === undefined) return undefined;
  const [isHost, isSpad] = [(b: Buffer) => !isInScratchpad(b), isInScratchpad];
  if (!filled.stored.every(isSpad) || !filled.loaded.every(isHost)) return undefined;
  if (!drained.stored.every(isHost) || !drained.loaded.every(isSpad)) return undefined;
  const isShared = (a: readonly Buffer[], b: readonly Buffer[]): boolean => a.some((x) => b.some((y) => x.data === y.data)); // prettier-ignore
  if (isShared(filled.loaded, drained.stored)) return undefined;
  const { kernel, value } = kernelOf(call, module)!;
  const isRead = (b: Buffer): boolean => {
    const seen = kernel.params[value.args.indexOf(b)]?.buffer;
    return seen === undefined || accessesOf(kernel.body).loaded.includes(seen);
  };
  if (drained.loaded.some((b) => isRead(b) && !filled.stored.includes(b))) return undefined;
  const buffers = new Set([...filled.stored, ...drained.loaded]);
  const allocs = new Set<Buffer>();
  visit(func.body, { enter: (n) => void (n.kind === "tir.Alloc" && allocs.add(n.buffer)) });
  const isOwn = [...buffers].every((b) => allocs.has(b) && count(b, func.body) === count(b, loop.body)); // prettier-ignore
  return isOwn ? { binds, fill, call, drain, buffers } : undefined;
}

/** Occurrences of a buffer, its allocation apart. */
function count(buffer: Buffer, root: Stmt): number {
  let found = 0;
  const note = (n: Node): void => {
    if (n.kind === "tir.Load" || n.kind === "tir.Store") found += Number(n.buffer.data === buffer.data); // prettier-ignore
    if (n.kind === "tir.CallGlobal") found += n.args.filter((a) => a === buffer).length;
    if (n.kind === "tir.Decl") found += Number(n.buffer.data === buffer.data);
  };
  visit(root, { enter: (n) => void note(n) });
  return found;
}

function kernelOf(
  s: Stmt,
  module: IRModule,
): { readonly kernel: PrimFunc; readonly value: CallGlobal } | undefined {
  if (s.kind !== "tir.Evaluate" || s.value.kind !== "tir.CallGlobal") return undefined;
  const kernel = module.functions.get(s.value.callee.name);
  return kernel?.kind === "tir.PrimFunc" && kernel.attrs.has(KERNEL)
    ? { kernel, value: s.value }
    : undefined;
}

/** Buffers that are loaded and stored; those of scalars do not count. */
function accessesOf(root: Node): { readonly loaded: Buffer[]; readonly stored: Buffer[] } {
  const [loaded, stored] = [new Set<Buffer>(), new Set<Buffer>()];
  visit(root, {
    enter(n) {
      if (n.kind === "tir.Load") loaded.add(n.buffer);
      if (n.kind === "tir.Store") stored.add(n.buffer);
    },
  });
  return { loaded: [...loaded], stored: [...stored] };
}

/** The same of statements that do nothing but copy; undefined for others. */
function usesOf(stmts: readonly Stmt[]): ReturnType<typeof accessesOf> | undefined {
  let isPlain = true;
  for (const s of stmts)
    visit(s, {
      enter(n) {
        const isCall = n.kind === "tir.CallGlobal" || (n.kind === "tir.Call" && n.op !== "reinterpret"); // prettier-ignore
        if (isCall || n.kind === "tir.Alloc" || n.kind === "tir.Decl" || n.kind === "tir.While") isPlain = false; // prettier-ignore
      },
    });
  return isPlain ? accessesOf(seq(stmts)) : undefined;
}

/** The loop with its iterations overlapping, the first filled before it and the last copied after it. */
function overlapped(
  loop: For,
  { binds, fill, call, drain, buffers }: Iteration,
  doubled: ReadonlyMap<Buffer, Buffer>,
): Stmt {
  const { var: v, min, extent } = loop;
  const one = intImm(1, v.dtype);
  const end = addIndex(min, extent);
  const part = (stmts: readonly Stmt[], at: PrimExpr): Stmt => {
    const half = makeVar("half", v.dtype);
    const used = new Set<Buffer>();
    for (const s of stmts) visit(s, { enter: (n) => void (n.kind === "tir.Buffer" && buffers.has(n) && used.add(n)) }); // prettier-ignore
    const views = new Map([...used].map((b) => [b, halfOf(b, doubled.get(b)!, half)]));
    const own = refresh(seq([...binds, ...stmts]), bindersOf([...binds, ...stmts]));
    const moved = substitute(withBuffers(own, views), new Map([[v, at]]));
    const which = bind(half, binary("floormod", subIndex(at, min), intImm(2, v.dtype)));
    return seq([which, ...[...views.values()].map((b) => decl(b)), moved]);
  };
  const inside = (at: PrimExpr): PrimExpr => compare("lt", at, end);
  const isSome = extent.kind === "tir.IntImm" ? boolImm(Number(extent.value) > 0) : inside(min);
  const body = seq([
    part([call], v),
    ifStmt(compare("lt", min, v), part(drain, subIndex(v, one))),
    ifStmt(inside(addIndex(v, one)), part(fill, addIndex(v, one))),
  ]);
  const annotations = new Map([...without(loop).annotations, [OVERLAP, boolImm(true)] as const]);
  return ifStmt(
    isSome,
    seq([
      part(fill, min),
      forLoop({ ...loop, annotations, body }),
      part(drain, subIndex(end, one)),
    ]),
  );
}

/** One of the two halves of a doubled buffer. */
const halfOf = (b: Buffer, doubled: Buffer, half: Var): Buffer =>
  makeBuffer({ ...b, data: doubled.data, elemOffset: mulIndex(half, elementsOf(b)) });

/** Buffers and what points to them, replaced. */
function withBuffers(s: Stmt, views: ReadonlyMap<Buffer, Buffer>): Stmt {
  const walk = (node: Node): Node =>
    node.kind === "tir.Buffer" ? (views.get(node) ?? node) : node.kind === "tir.Var" ? node : rebuild(node, walk); // prettier-ignore
  return walk(s) as Stmt;
}

function bindersOf(stmts: readonly Stmt[]): Set<Node> {
  const found = new Set<Node>();
  for (const s of stmts)
    visit(s, {
      enter: (n) => void ((n.kind === "tir.For" || n.kind === "tir.Bind") && found.add(n.var)),
    });
  return found;
}
