/** Code for statements. */
import type { Buffer } from "../../../ir/tir/buffer.js";
import { binary, compare, intImm, type PrimExpr } from "../../../ir/tir/expr.js";
import type { Alloc, AllocConst, AssertStmt, Bind, Decl, If, Stmt } from "../../../ir/tir/stmt.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { bytesOf, int64, isInteger, laneOf } from "../../../support/dtype.js";
import { codegenCodes } from "../../codes.js";
import { codes } from "../codes.js";
import { LOWEST_ADDRESS } from "./address.js";
import { coerce } from "../../coerce.js";
import { notLowered } from "../../not-lowered.js";
import { bindLocal, isInRegisters, stop, type FunctionContext } from "./context.js";
import { laneAt } from "./lanes.js";
import { emitReturn } from "./leave.js";
import { emitFor, emitWhile } from "./loop.js";
import { registerOf } from "./register.js";
import { stackRoutine } from "./stack.js";
import { emitStoreStmt } from "./store.js";
import { emitCommon, emitForTeam, meet } from "./team.js";
import { groupFor } from "./vector-plan.js";
import { emitChunk, vectorState } from "./vector.js";
import { makeVar } from "../../../ir/tir/expr.js";

export function emitStmt(cx: FunctionContext, s: Stmt): void {
  if (!emitForTeam(cx, s, () => emitAny(cx, s))) emitAny(cx, s);
}

function emitAny(cx: FunctionContext, s: Stmt): void {
  switch (s.kind) {
    case "tir.Seq":
      for (const child of s.body) emitStmt(cx, child);
      return;
    case "tir.For":
      return emitFor(cx, s, () => {
        emitStmt(cx, s.body);
        meet(cx);
      });
    case "tir.While":
      return emitWhile(cx, s, () => emitStmt(cx, s.body));
    case "tir.Store":
      return emitStoreStmt(cx, s);
    case "tir.If":
      return emitIf(cx, s);
    case "tir.Evaluate":
      emitEvaluate(cx, s.value);
      return cx.region.forgetLoads();
    case "tir.Bind":
      return emitBind(cx, s);
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
  cx.emit(s.cond);
  const { otherwise } = s;
  const branch = (body: Stmt) => (): void =>
    cx.region.inside(() => {
      emitStmt(cx, body);
      meet(cx);
    });
  cx.f.if(undefined, branch(s.then), otherwise === undefined ? undefined : branch(otherwise));
}

/** Intrinsics without a value leave nothing on the stack. */
const VALUELESS = new Set([
  "assume",
  "prefetch",
  "start_profile_intrinsic",
  "end_profile_intrinsic",
  "ret",
]);

function emitEvaluate(cx: FunctionContext, value: PrimExpr): void {
  if (value.kind !== "tir.Call" && value.kind !== "tir.CallGlobal") {
    if (value.kind === "tir.IntImm" || value.kind === "tir.Var") return;
    if (value.dtype.lanes > 1) {
      for (let k = 0; k < value.dtype.lanes; k++) emitEvaluate(cx, laneAt(cx, value, k));
      return;
    }
    cx.emit(value);
    return cx.f.op("drop");
  }
  cx.emit(value);
  const returnsNothing =
    value.kind === "tir.Call"
      ? VALUELESS.has(value.op) || value.dtype.code === "void"
      : cx.shared.kernels.get(value.callee.name)?.func.retType.code === "void";
  if (!returnsNothing) cx.f.op("drop");
}

function emitBind(cx: FunctionContext, s: Bind): void {
  const { f } = cx;
  const v = s.var;
  const register = registerOf(v.dtype, s.span);
  if (v.dtype.lanes === 1) {
    const local = f.local(register);
    cx.emit(coerce(s.value, v.dtype));
    f.set(local);
    bindLocal(cx, v, local);
    return;
  }
  const value = coerce(s.value, v.dtype);
  const group = v.dtype.code === "bool" ? undefined : groupFor(cx, [value]);
  if (group !== undefined && v.dtype.lanes % group === 0) {
    const state = vectorState(cx, group);
    const locals = Array.from({ length: v.dtype.lanes / group }, (_, c) => {
      const local = f.local("v128");
      emitChunk(state, value, c);
      f.set(local);
      return local;
    });
    cx.vectors.set(v, { kind: "chunks", group, locals });
    return;
  }
  const vars = Array.from({ length: v.dtype.lanes }, (_, k) => {
    const lane = makeVar(`${v.name}.${k}`, laneOf(v.dtype));
    const local = f.local(registerOf(lane.dtype, s.span));
    cx.emit(laneAt(cx, value, k));
    f.set(local);
    cx.locals.set(lane, local);
    return lane;
  });
  cx.vectors.set(v, { kind: "lanes", vars });
}

const DEVICE_SCOPE = /^(wmma|metal|m16n8k8|mma|warp|tmem|trn)|texture/;

function emitAlloc(cx: FunctionContext, s: Alloc | Decl): void {
  const { f } = cx;
  const { buffer } = s;
  if (
    isInRegisters(cx, buffer) ||
    emitCommon(cx, s, () => (emitAlloc(cx, s), cx.locals.get(buffer.data)!))
  )
    // prettier-ignore
    return;
  if (DEVICE_SCOPE.test(buffer.scope))
    throw new DiagnosticError(
      codegenCodes.memoryScope({
        scope: buffer.scope,
        name: buffer.name,
        at: s.span ?? buffer.span,
      }),
    );
  const wide = (e: PrimExpr): PrimExpr =>
    e.kind === "tir.IntImm" ? intImm(e.value, int64) : coerce(e, int64);
  const extents = buffer.strides.length > 0 ? [spanOf(buffer)] : buffer.shape;
  const elements = extents.reduce<PrimExpr>(
    (n, d) =>
      n.kind === "tir.IntImm" && d.kind === "tir.IntImm"
        ? intImm(BigInt(n.value) * BigInt(d.value), int64)
        : binary("mul", n, wide(d)),
    intImm(1, int64),
  );
  if (
    elements.kind === "tir.IntImm" &&
    BigInt(elements.value) * BigInt(bytesOf(buffer.dtype)) >= 2n ** 32n
  ) {
    throw new DiagnosticError(
      codes.tooLarge({
        name: buffer.name,
        bytes: BigInt(elements.value) * BigInt(bytesOf(buffer.dtype)),
        at: s.span,
      }),
    );
  }
  const pointer = f.local("i32");
  cx.emit(binary("mul", elements, intImm(bytesOf(buffer.dtype), int64)));
  f.call(stackRoutine(cx.shared));
  f.tee(pointer);
  f.op("i32.eqz");
  f.if(undefined, () =>
    stop(cx, { kind: "memory", message: `no memory for \`${buffer.name}\``, span: s.span }),
  );
  cx.locals.set(buffer.data, pointer);
}

/** Elements a strided buffer spans: 1 + Σ (extent − 1)·stride. */
function spanOf(buffer: Buffer): PrimExpr {
  const wide = (e: PrimExpr): PrimExpr =>
    e.kind === "tir.IntImm" ? intImm(e.value, int64) : coerce(e, int64);
  return buffer.shape.reduce<PrimExpr>(
    (n, d, k) =>
      binary(
        "add",
        n,
        binary("mul", binary("sub", wide(d), intImm(1, int64)), wide(buffer.strides[k]!)),
      ),
    intImm(1, int64),
  );
}

/** An alias needs no code; a declaration without memory behind it gets some. */
function emitDecl(cx: FunctionContext, s: Decl): void {
  if (!cx.locals.has(s.buffer.data)) emitAlloc(cx, s);
}

function emitConstants(cx: FunctionContext, s: AllocConst): void {
  const at = cx.shared.module.data(s.data.bytes, 64);
  if (at < LOWEST_ADDRESS) throw new Error("data below the lowest address");
  const pointer = cx.f.local("i32");
  cx.f.i32(at);
  cx.f.set(pointer);
  cx.locals.set(s.buffer.data, pointer);
}

function emitAssert(cx: FunctionContext, s: AssertStmt): void {
  const cond = isInteger(s.cond.dtype) ? compare("ne", s.cond, intImm(0, s.cond.dtype)) : s.cond;
  cx.emit(cond);
  cx.f.op("i32.eqz");
  cx.f.if(undefined, () =>
    stop(cx, { kind: "assert", message: s.message.join(""), condition: s.cond, span: s.span }),
  );
}
