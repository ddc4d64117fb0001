/** C for statements. */
import { compare, intImm, type PrimExpr, type Var } from "../../../ir/tir/expr.js";
import type { AssertStmt, For, If, Stmt, While } from "../../../ir/tir/stmt.js";
import { isInteger } from "../../../support/dtype.js";
import { emitAlloc, emitDecl, emitTable } from "./alloc.js";
import { emitCall } from "./call.js";
import { emitCallGlobal } from "./call-global.js";
import { coerce } from "../../coerce.js";
import { notLowered } from "../../not-lowered.js";
import type { FunctionContext } from "./context.js";
import { bindValue, emitExpr } from "./expr.js";
import { intervalOf, sizeRange } from "./interval.js";
import { emitReturn } from "./leave.js";
import { emitMarked } from "./parallel.js";
import { stopUnless } from "./stop.js";
import { emitStore } from "./store.js";
import { prefix, type Piece } from "./text.js";
import { cTypeOf, laneName } from "./types.js";
import { emitVector } from "./vector.js";

export function emitStmt(cx: FunctionContext, s: Stmt): void {
  switch (s.kind) {
    case "tir.Seq":
      for (const child of s.body) emitStmt(cx, child);
      return;
    case "tir.For":
      return emitFor(cx, s);
    case "tir.While":
      return emitWhile(cx, s);
    case "tir.Store":
      return emitStore(cx, s);
    case "tir.If":
      return emitIf(cx, s);
    case "tir.Evaluate":
      return emitEvaluate(cx, s.value);
    case "tir.Bind":
      return bindValue(cx, s.var, s.value);
    case "tir.Alloc":
      return emitAlloc(cx, s.buffer, s.span);
    case "tir.Decl":
      return emitDecl(cx, s.buffer, s.span);
    case "tir.AllocConst":
      return emitTable(cx, s);
    case "tir.AttrStmt":
      return emitStmt(cx, s.body);
    case "tir.Assert":
      return emitAssert(cx, s);
    case "tir.Jump":
      return cx.lines.add(`${s.jump};`);
    case "tir.Return":
      return emitReturn(cx, s.value);
    case "tir.Block":
    case "tir.Realize":
      throw notLowered(s);
  }
}

/** Runs a body in braces; memory that it takes is free again behind it. */
function emitBody(cx: FunctionContext, head: string, body: Stmt): void {
  const { scratch } = cx;
  cx.lines.block(head, () => emitStmt(cx, body));
  cx.scratch = scratch;
}

/** Loops of all kinds run in order, but for parallel ones where the compiler has threads. */
function emitFor(cx: FunctionContext, s: For): void {
  const type = cTypeOf(laneName(s.var.dtype));
  const min = emitExpr(cx, coerce(s.min, s.var.dtype), true);
  const extent = coerce(s.extent, s.var.dtype);
  const end = endOf(cx, s, min, extent);
  const step = s.step === undefined ? undefined : emitExpr(cx, coerce(s.step, s.var.dtype), true);
  const name = cx.names.takeForLoop(s.var.name);
  cx.values.set(s.var, name);
  const narrowed = noteRanges(cx, s.var, s.min, extent);
  const next = step === undefined ? `++${name}` : `${name} += ${step.text}`;
  const head = `for (${type} ${name} = ${min.text}; ${name} < ${end}; ${next})`;
  emitMarked(cx, s, () => emitBody(cx, head, s.body));
  for (const [v, range] of narrowed) cx.ranges.set(v, range);
  cx.names.endLoop(name);
}

/** Where a loop ends; computed once when it is not a number, a variable or arithmetic of them. */
function endOf(cx: FunctionContext, s: For, min: Piece, extent: PrimExpr): string {
  const isZero = s.min.kind === "tir.IntImm" && s.min.value === 0;
  if (extent.kind === "tir.IntImm" && s.min.kind === "tir.IntImm")
    return String(BigInt(s.min.value) + BigInt(extent.value));
  const size = emitExpr(cx, extent, true);
  const text = isZero ? size.text : `${min.text} + ${size.text}`;
  if (isZero ? /^\w+$/.test(size.text) : isPlain(s.min) && isPlain(extent)) return text;
  const name = cx.names.take(`${s.var.name}_end`);
  cx.lines.declare(name, `const ${cTypeOf(laneName(s.var.dtype))} ${name} = ${text};`);
  return name;
}

/** Numbers, variables and sums of them. */
function isPlain(e: PrimExpr): boolean {
  if (e.kind === "tir.IntImm" || e.kind === "tir.Var") return true;
  return e.kind === "tir.Binary" && e.op === "add" && isPlain(e.a) && isPlain(e.b);
}

/**
 * Bounds of the loop variable; where the body runs, sizes that the extent is a product of are not 0. Gives back what
 * was known before of the latter.
 */
function noteRanges(
  cx: FunctionContext,
  v: Var,
  min: PrimExpr,
  extent: PrimExpr,
): [Var, { low: bigint; high: bigint }][] {
  const [from, size] = [intervalOf(min, cx.ranges), intervalOf(extent, cx.ranges)];
  if (from !== undefined)
    cx.ranges.set(v, {
      low: from.low,
      high: size === undefined ? from.high + sizeRange.high : from.high + (size.high > 0n ? size.high - 1n : 0n), // prettier-ignore
    });
  const before: [Var, { low: bigint; high: bigint }][] = [];
  const walk = (e: PrimExpr): void => {
    if (e.kind === "tir.Binary" && e.op === "mul") {
      walk(e.a);
      walk(e.b);
    }
    const known = e.kind === "tir.Var" ? cx.ranges.get(e) : undefined;
    if (e.kind === "tir.Var" && known !== undefined && known.low === 0n) {
      before.push([e, known]);
      cx.ranges.set(e, { low: 1n, high: known.high });
    }
  };
  walk(extent);
  return before;
}

function emitWhile(cx: FunctionContext, s: While): void {
  const head = cx.lines.capture(() => emitExpr(cx, s.cond));
  if (head.lines.length === 0) return emitBody(cx, `while (${head.value.text})`, s.body);
  const { scratch } = cx;
  cx.lines.block("for (;;)", () => {
    cx.lines.put(head.lines);
    cx.lines.add(`if (${prefix("!", head.value).text}) break;`);
    emitStmt(cx, s.body);
  });
  cx.scratch = scratch;
}

function emitIf(cx: FunctionContext, s: If): void {
  emitBody(cx, `if (${emitExpr(cx, s.cond).text})`, s.then);
  if (s.otherwise !== undefined) emitBody(cx, "else", s.otherwise);
}

function emitEvaluate(cx: FunctionContext, value: PrimExpr): void {
  if (value.kind === "tir.IntImm" || value.kind === "tir.Var") return;
  if (value.kind === "tir.CallGlobal") return void emitCallGlobal(cx, value);
  if (value.kind === "tir.Call" && value.dtype.lanes === 1) {
    const { text } = emitCall(cx, value);
    if (text !== "" && !/^\w+$/.test(text))
      cx.lines.add(`${discards(value) ? text : `(void)(${text})`};`);
    return;
  }
  // What is computed may stop the program.
  const x = value.dtype.lanes > 1 ? emitVector(cx, value) : emitExpr(cx, value);
  if (!/^-?\w+$/.test(x.text)) cx.lines.add(`(void)(${x.text});`);
}

const discards = (e: PrimExpr): boolean => e.dtype.code === "void";

function emitAssert(cx: FunctionContext, s: AssertStmt): void {
  const cond = isInteger(s.cond.dtype) ? compare("ne", s.cond, intImm(0, s.cond.dtype)) : s.cond;
  stopUnless(cx, emitExpr(cx, cond), {
    kind: "assert",
    message: s.message.join(""),
    condition: s.cond,
    span: s.span,
  });
}
