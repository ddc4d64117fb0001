/** Code for statements. */
import { compare, intImm, type PrimExpr } from "../../../ir/tir/expr.js";
import type { AllocConst, AssertStmt, If, Stmt } from "../../../ir/tir/stmt.js";
import { bool, isInteger } from "../../../support/dtype.js";
import { notLowered } from "../../not-lowered.js";
import { emitAlloc, emitDecl } from "./alloc.js";
import { stopIf, type FunctionContext } from "./context.js";
import { constantPointer, emitAs, emitExpr } from "./expr.js";
import { emitReturn } from "./leave.js";
import { emitFor, emitWhile } from "./loop.js";
import { emitStore } from "./memory.js";

/** Adds the code of a statement. */
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
      return void cx.values.set(s.var, emitAs(cx, s.value, s.var.dtype));
    case "tir.Alloc":
      return emitAlloc(cx, s);
    case "tir.Decl":
      return emitDecl(cx, s);
    case "tir.AllocConst":
      return emitConstants(cx, s);
    case "tir.AttrStmt":
      return emitStmt(cx, s.body);
    case "tir.Assert":
      return emitAssert(cx, s);
    case "tir.Jump": {
      const loop = cx.loops[cx.loops.length - 1];
      if (loop === undefined) throw notLowered(s);
      return cx.f.br(s.jump === "break" ? loop.exit : loop.next);
    }
    case "tir.Return":
      return emitReturn(cx, s.value);
    case "tir.Block":
    case "tir.Realize":
      throw notLowered(s);
  }
}

function emitIf(cx: FunctionContext, s: If): void {
  const { otherwise } = s;
  cx.f.when(
    emitAs(cx, s.cond, bool),
    () => emitStmt(cx, s.then),
    otherwise && (() => emitStmt(cx, otherwise)),
  );
}

function emitEvaluate(cx: FunctionContext, value: PrimExpr): void {
  if (value.kind === "tir.IntImm" || value.kind === "tir.Var") return;
  emitExpr(cx, value);
}

function emitConstants(cx: FunctionContext, s: AllocConst): void {
  cx.values.set(s.buffer.data, constantPointer(cx, s.data.bytes, 64));
}

function emitAssert(cx: FunctionContext, s: AssertStmt): void {
  const cond = isInteger(s.cond.dtype) ? compare("ne", s.cond, intImm(0, s.cond.dtype)) : s.cond;
  const fails = cx.f.value(`xor i1 ${emitAs(cx, cond, bool)}, true`);
  stopIf(cx, fails, {
    kind: "assert",
    message: s.message.join(""),
    condition: s.cond,
    span: s.span,
  });
}
