/** Code for loops. */
import { visit } from "../../../ir/core/visit.js";
import type { For, Stmt, While } from "../../../ir/tir/stmt.js";
import { bool, int64 } from "../../../support/dtype.js";
import type { Ref } from "../text/function.js";
import { markScratch, takesScratch } from "./alloc.js";
import { emitCast } from "./cast.js";
import type { FunctionContext } from "./context.js";
import { emitAs } from "./expr.js";
import { emitIndex, indexOp } from "./index-value.js";
import { emitParallel } from "./parallel.js";
import { emitStmt } from "./stmt.js";
import { emitStreaming } from "./streaming.js";

/** What is taken in an iteration is given back at its end. */
function scratchOf(cx: FunctionContext, body: Stmt): () => void {
  const owned = (buffer: { readonly data: Parameters<typeof cx.values.has>[0] }): boolean =>
    cx.values.has(buffer.data);
  return takesScratch(body, owned) ? markScratch(cx) : () => undefined;
}

/** Counted loops; parallel ones are shared among threads. */
export function emitFor(cx: FunctionContext, s: For): void {
  if (s.loopKind === "parallel" && emitParallel(cx, s)) return;
  if (emitStreaming(cx, s, (plain) => emitFor(cx, plain))) return;
  const first = emitIndex(cx, s.min);
  const end = indexOp(cx, "add", first, emitIndex(cx, s.extent));
  emitRange(cx, s, first, end);
}

/** The iterations of a loop from one value of its variable to another. */
export function emitRange(cx: FunctionContext, s: For, first: Ref, end: Ref): void {
  const { f } = cx;
  const [body, next, exit, leave] = ["loop", "next", "exit", "leave"].map((w) => f.label(w)) as [
    string,
    string,
    string,
    string,
  ];
  const release = scratchOf(cx, s.body);
  if (runsAlways(first, end)) f.br(body);
  else f.condBr(f.value(`icmp slt i64 ${first}, ${end}`), body, exit);
  const from = f.current;
  f.repeats();
  f.scoped(() => {
    f.follow(body);
    const phi = f.later();
    const counter = `%i${body}`;
    cx.wide.set(s.var, counter);
    cx.values.set(s.var, emitCast(cx, counter, int64, s.var.dtype));
    cx.loops.push({ exit: leave, next });
    emitStmt(cx, s.body);
    if (f.isTarget(next)) f.start(next);
    release();
    const step = s.step === undefined ? "1" : emitIndex(cx, s.step);
    const advanced = f.value(`add nsw i64 ${counter}, ${step}`);
    phi(`${counter} = phi i64 [ ${first}, %${from} ], [ ${advanced}, %${f.current} ]`);
    const again = f.value(`icmp slt i64 ${advanced}, ${end}`);
    f.endLoop(again, body, exit, loopMetadata(cx, s));
    if (f.isTarget(leave)) {
      f.start(leave);
      release();
      f.br(exit);
    }
    cx.loops.pop();
  });
  f.follow(exit);
}

const runsAlways = (first: Ref, end: Ref): boolean =>
  /^-?\d+$/.test(first) && /^-?\d+$/.test(end) && BigInt(first) < BigInt(end);

/** Loops around vectors are as they shall be; others may be vectorised and unrolled by LLVM. */
function loopMetadata(cx: FunctionContext, s: For): string {
  const wanted = s.annotations.get("pragma_unroll");
  if (wanted !== undefined) return "";
  let isScheduled = s.annotations.has("pragma_no_unroll");
  visit(s.body, {
    enter(node) {
      if (isScheduled) return false;
      if (node.kind === "tir.Ramp" || node.kind === "tir.Broadcast") isScheduled = true;
      return;
    },
  });
  if (!isScheduled) return "";
  const properties = [
    '!{!"llvm.loop.unroll.disable"}',
    '!{!"llvm.loop.vectorize.enable", i1 false}',
    '!{!"llvm.loop.distribute.enable", i1 false}',
  ];
  return `, !llvm.loop ${cx.shared.module.loopMetadata(properties)}`;
}

/** Runs as long as the condition holds. */
export function emitWhile(cx: FunctionContext, s: While): void {
  const { f } = cx;
  const [test, body, next, exit] = ["while", "do", "next", "exit"].map((w) => f.label(w)) as [
    string,
    string,
    string,
    string,
  ];
  const release = scratchOf(cx, s.body);
  f.repeats();
  f.follow(test);
  f.condBr(emitAs(cx, s.cond, bool), body, exit);
  f.scoped(() => {
    f.follow(body);
    cx.loops.push({ exit, next });
    emitStmt(cx, s.body);
    f.start(next);
    release();
    f.br(test);
    cx.loops.pop();
  });
  f.follow(exit);
  release();
}
