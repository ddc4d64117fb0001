/** Code of one T function, and of the entry that takes its arguments from a block in memory. */
import type { PrimExpr, Var } from "../../../ir/tir/expr.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import { TermTable } from "../../../arith/terms.js";
import { varsOf } from "../../../ir/core/free-vars.js";
import { visit } from "../../../ir/core/visit.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import { isFloat } from "../../../support/dtype.js";
import type { FunctionBuilder, FunctionRef, Local, ValueType } from "../encoder/function.js";
import { teamPlan, tellStop } from "./team.js";
import {
  isInRegisters,
  stop,
  type Chunks,
  type FunctionContext,
  type Kernel,
  type ModuleContext,
} from "./context.js";
import { emitExpr } from "./expr.js";
import { restoreFrame } from "./leave.js";
import { laneGroup, promotable } from "./promote.js";
import { makeRegion } from "./region.js";
import { registerOf } from "./register.js";
import type { Guard } from "../../guard.js";
import type { Signature } from "../../signature.js";
import { emitStmt } from "./stmt.js";
import { emitCast } from "./cast.js";
import { int64 } from "../../../support/dtype.js";

/**
 * Defines the function of a kernel: `(i32 pointers…, i64 scalars and symbols…) → i32 status`. Gives whether several
 * threads may call it together.
 */
export function defineKernel(
  shared: ModuleContext,
  kernel: Kernel,
  signature: Signature,
  guards: readonly Guard[],
): boolean {
  let isTeam = false;
  shared.module.define(kernel.ref, (f) => {
    const { body } = kernel.func;
    const promoted = promotable(body);
    const cx: FunctionContext = {
      shared,
      name: kernel.name,
      f,
      locals: new Map(),
      vectors: new Map(
        [...promoted.keys()]
          .filter((b) => b.dtype.lanes > 1)
          .map((b) => [b.data, vectorHome(f, b)]),
      ),
      promoted: new Map(
        [...promoted].filter(([b]) => b.dtype.lanes === 1).map(([b, n]) => [b, localsFor(f, b, n)]),
      ),
      terms: new TermTable(),
      region: makeRegion(),
      pointers: new Map(),
      loops: [],
      retType: kernel.func.retType,
      frame: hasAllocation(kernel.func, promoted) ? saveFrame(shared, f) : undefined,
      depth: 0,
      sharedLoops: new Set(),
      team: undefined,
      emit: (e) => emitExpr(cx, e),
    };
    bindParameters(cx, kernel, signature);
    for (const guard of guards) {
      cx.emit(guard.condition);
      f.op("i32.eqz");
      f.if(undefined, () =>
        stop(cx, {
          kind: "guard",
          message: guard.message,
          condition: guard.condition,
          span: guard.span,
        }),
      );
    }
    const plan = shared.team && teamPlan(kernel.func, (b) => isInRegisters(cx, b));
    if (shared.team !== undefined && plan !== undefined) {
      cx.team = { plan, globals: shared.team, pending: "none", unseen: new Map() };
      cx.sharedLoops = plan.shared;
      isTeam = true;
    }
    emitStmt(cx, body);
    restoreFrame(cx);
    f.i32(0);
  });
  return isTeam;
}

const localsFor = (f: FunctionBuilder, buffer: Buffer, count: number): Local[] =>
  Array.from({ length: count }, () => f.local(registerOf(buffer.dtype)));

/** Registers for an allocation of one vector. */
function vectorHome(f: FunctionBuilder, { dtype }: Buffer): Chunks {
  const group = laneGroup(dtype);
  const locals = Array.from({ length: dtype.lanes / group }, () => f.local("v128"));
  return { kind: "chunks", group, locals };
}

/** Whether the function takes scratch memory, by allocations or by declarations without memory behind them. */
function hasAllocation(func: PrimFunc, promoted: ReadonlyMap<Buffer, number>): boolean {
  const owned = new Set<Var>(
    func.params.flatMap((p) => [p.var, ...(p.buffer ? [p.buffer.data] : [])]),
  );
  let found = false;
  visit(func.body, {
    enter(n) {
      if (n.kind === "tir.AllocConst") owned.add(n.buffer.data);
      if (n.kind === "tir.Alloc" && !promoted.has(n.buffer)) found = true;
      if (n.kind === "tir.Decl" && !owned.has(n.buffer.data)) found = true;
    },
  });
  return found;
}

function saveFrame(shared: ModuleContext, f: FunctionBuilder): { pointer: Local; end: Local } {
  const pointer = f.local("i32");
  const end = f.local("i32");
  f.getGlobal(shared.stackPointer);
  f.set(pointer);
  f.getGlobal(shared.stackEnd);
  f.set(end);
  return { pointer, end };
}

function bindParameters(cx: FunctionContext, kernel: Kernel, signature: Signature): void {
  const { f } = cx;
  signature.pointers.forEach((v, k) => cx.locals.set(v, k));
  for (const { var: v, buffer } of kernel.func.params) {
    if (buffer !== undefined) cx.locals.set(buffer.data, cx.locals.get(v)!);
  }
  [...signature.scalars, ...signature.symbols].forEach((v: Var, k) => {
    const reg = registerOf(v.dtype);
    const from = signature.pointers.length + k;
    if (reg === "i64") return void cx.locals.set(v, from);
    const local = f.local(reg);
    f.get(from);
    if (isFloat(v.dtype)) {
      f.op("f64.reinterpret_i64");
      if (reg === "f32") f.op("f32.demote_f64");
    } else emitCast(cx, int64, v.dtype);
    f.set(local);
    cx.locals.set(v, local);
  });
}

/** `(i32 block) → i32 status`: reads the 8-byte slots, calls, and writes a result behind them. */
export function defineEntry(
  shared: ModuleContext,
  kernel: Kernel,
  signature: Signature,
): FunctionRef {
  const ref = shared.module.declare(`entry.${kernel.name}`, ["i32"], ["i32"]);
  shared.module.define(ref, (f) => {
    const count = kernel.ref.params.length;
    kernel.ref.params.forEach((type, k) => {
      f.get(0);
      f.memory(type === "i32" ? "i32.load" : "i64.load", 8 * k);
    });
    f.call(kernel.ref);
    if (shared.team !== undefined) tellStop({ f }, shared.team);
    if (signature.info.returns === undefined) return;
    f.get(0);
    f.getGlobal(shared.returned);
    f.memory("i64.store", 8 * count);
  });
  return ref;
}

/** Names of the variables a condition mentions. */
export const symbolNames = (condition: PrimExpr): string[] => varsOf(condition).map((v) => v.name);

/** The types of the WebAssembly function. */
export const parameterTypes = (s: Signature): ValueType[] => [
  ...s.pointers.map((): ValueType => "i32"),
  ...s.scalars.map((): ValueType => "i64"),
  ...s.symbols.map((): ValueType => "i64"),
];
