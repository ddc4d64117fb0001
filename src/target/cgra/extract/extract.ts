/** Kernels of the array from T functions: a loop nest becomes the graph of one iteration, and what surrounds it. */
import { Analyzer, exprText } from "../../../arith/index.js";
import { visit } from "../../../ir/core/visit.js";
import { compare, intImm, type PrimExpr } from "../../../ir/tir/expr.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import type { Sink } from "../../../support/diagnostic.js";
import type { Span } from "../../../support/source.js";
import { codes } from "../codes.js";
import type { Dfg } from "../dfg/dfg.js";
import type { BufferPlace, LoopKernel } from "../dfg/loop-kernel.js";
import type { Fabric } from "../fabric/fabric.js";
import type { Setting } from "../machine/program.js";
import { opcodes } from "../opcodes.js";
import { Context } from "./context.js";
import { finishGraph } from "./finish.js";
import { flattenedFrom, hardwareLoops } from "./flatten.js";
import { readNest } from "./nest.js";
import { Refused, refuse } from "./refuse.js";
import { execute } from "./statement.js";
import { checkWide, isWide, requireNumber } from "./wide.js";

/**
 * The kernel of a function whose body is one nest (see `split-cgra-kernels`), for buffers at the places given; what
 * keeps it from the array is reported, and then there is none.
 */
export function extractKernel(
  func: PrimFunc,
  fabric: Fabric,
  places: ReadonlyMap<Buffer, BufferPlace>,
  sink: Sink,
): LoopKernel | undefined {
  try {
    return extract(func, fabric, places);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    sink.report(error.diagnostic);
    return undefined;
  }
}

function extract(
  func: PrimFunc,
  fabric: Fabric,
  places: ReadonlyMap<Buffer, BufferPlace>,
): LoopKernel {
  if (fabric.width !== 32)
    refuse(codes.narrowFabric({ fabric: fabric.name, width: fabric.width, at: func.span }));
  const nest = readNest(func);
  const { loops: most, liveins: mostLiveins } = fabric.control;
  if (most < 1)
    refuse(codes.noLoops({ name: func.name, depth: nest.loops.length, fabric: fabric.name, at: func.span })); // prettier-ignore
  const cx = new Context(func, nest, fabric, places);
  requireFitting(cx, nest.loops.map(({ extent }) => extent)); // prettier-ignore
  execute(cx);
  checkWide(cx);
  if (!cx.accesses.some(({ kind }) => kind === "store"))
    refuse(codes.nothingStored({ name: func.name, at: func.span }));
  const from = flattenedFrom(nest, fabric);
  const extents = hardwareLoops(nest.loops, from);
  requireFitting(cx, extents);
  const { graph, spans, streams } = finishGraph(cx, func.name, from);
  const loops = extents.map((e) => cx.fixed(e) as Setting);
  if (cx.liveins.length > mostLiveins)
    refuse(
      codes.tooManyLiveins({
        name: func.name,
        count: cx.liveins.length,
        fabric: fabric.name,
        most: mostLiveins,
        at: func.span,
      }),
    );
  checkExecutable(cx, graph, (node) => spans[node] ?? func.span);
  return {
    name: func.name,
    graph,
    spans,
    loops,
    streams,
    liveins: cx.liveins,
    buffers: [...new Set(cx.accesses.map(({ buffer }) => buffer))],
    conditions: conditionsOf(cx),
  };
}

/** Whether the fabric executes all operations, those that happen only at times as such. */
function checkExecutable(
  { builder, fabric }: Context,
  { nodes, edges }: Dfg,
  placeOf: (node: number) => Span | undefined,
): void {
  const isGuarded = nodes.map(({ opcode, fixed }) => /^(ST|PUSH)/.test(opcode) && fixed?.[2] !== undefined); // prettier-ignore
  for (const { to, kind } of edges)
    if (kind === "P" && /^(ST|PUSH)/.test(nodes[to]!.opcode)) isGuarded[to] = true;
  const { name, predicates } = fabric;
  nodes.forEach(({ opcode }, v) => {
    if (!builder.has(opcode))
      refuse(codes.unsupportedOp({ fabric: name, op: opcode, class: opcodes.get(opcode)!.class, at: placeOf(v) })); // prettier-ignore
    if (isGuarded[v] && (predicates === "none" || predicates === "select"))
      refuse(codes.noPredicates({ fabric: name, predicates, at: placeOf(v) }));
  });
}

/** Loops count in registers. */
function requireFitting(cx: Context, extents: readonly PrimExpr[]): void {
  for (const e of extents)
    if (isWide(e.dtype) && !requireNumber(cx, cx.analyzer.poly(e)))
      refuse(codes.wideInteger({ expr: exprText(e), type: e.dtype.name, at: e.span }));
}

/** What must hold where the kernel is launched: statements around inner loops need an iteration of theirs. */
function conditionsOf(cx: Context): readonly PrimExpr[] {
  const { nest, analyzer } = cx;
  const conditions: PrimExpr[] = [...nest.assumed];
  const around = nest.body.flatMap(({ only }) => (only ? [only.level] : []));
  const from = Math.min(...around, nest.loops.length);
  for (const { extent } of nest.loops.slice(from)) {
    const runs = compare("ge", extent, intImm(1, extent.dtype));
    if (analyzer.prove(runs) !== true) conditions.push(runs);
  }
  return withoutImplied([...conditions, ...cx.required.values()]);
}

/** Those that do not follow from others; products might not fit the 64 bits of the host, so nothing follows from them. */
function withoutImplied(conditions: readonly PrimExpr[]): readonly PrimExpr[] {
  return conditions.reduce<readonly PrimExpr[]>((kept, c) => {
    const analyzer = new Analyzer();
    for (const other of kept) if (other !== c && isLinear(other)) analyzer.assume(other);
    return analyzer.prove(c) === true ? kept.filter((other) => other !== c) : kept;
  }, conditions);
}

function isLinear(e: PrimExpr): boolean {
  let is = true;
  visit(e, {
    enter(n) {
      if (n.kind === "tir.Binary" && n.op === "mul")
        is &&= n.a.kind === "tir.IntImm" || n.b.kind === "tir.IntImm";
    },
  });
  return is;
}
