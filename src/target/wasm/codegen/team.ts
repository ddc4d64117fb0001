/**
 * Kernels that several threads run together. All threads go the same way through the function: each takes its share of
 * a parallel loop, the first one alone does what stands between such loops, and they wait for one another in between.
 */
import { visit } from "../../../ir/core/visit.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { PrimExpr, Var } from "../../../ir/tir/expr.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import type { Alloc, Decl, For, Stmt } from "../../../ir/tir/stmt.js";
import { isShared } from "../../parallel-loops.js";
import type { FunctionRef } from "../encoder/function.js";
import type { FunctionContext, ModuleContext } from "./context.js";

/** Globals of a module whose kernels may be run by a team. */
export interface TeamGlobals {
  /** Number of this thread, and how many there are. */
  readonly thread: number;
  readonly threads: number;
  /** Address of what the threads share, laid out as `TEAM` says. */
  readonly base: number;
}

/** Bytes from the base: threads that wait, rounds of waiting so far, whether one stopped; then addresses of allocations. */
const TEAM = { waiting: 0, round: 4, stopped: 8, slots: 2048 } as const;
/** Bytes that a team shares. */
export const TEAM_BYTES = 8192;
/** The status of a thread that another one made stop. */
const STOPPED_BY_OTHER = -1;

/** What the statements of a kernel are to a team. */
export interface TeamPlan {
  readonly shared: ReadonlySet<For>;
  readonly alone: ReadonlySet<Stmt>;
  /** Allocations that all threads see, with the number of their slot. */
  readonly common: ReadonlyMap<Alloc | Decl, number>;
}

/** How a kernel is shared out; undefined when one thread has to run it. */
export function teamPlan(
  func: PrimFunc,
  isInRegisters: (buffer: Buffer) => boolean,
): TeamPlan | undefined {
  const { body } = func;
  const written = new Set<Var>();
  let isOpen = true;
  visit(body, {
    enter(n) {
      if (n.kind === "tir.Store") written.add(n.buffer.data);
      const isCall = n.kind === "tir.Call" && /^(ret|call_|tvm_call|tvm_access_ptr|address_of)/.test(n.op); // prettier-ignore
      if (n.kind === "tir.CallGlobal" || n.kind === "tir.Return" || isCall) isOpen = false;
    },
  });
  if (!isOpen) return undefined;
  const shared = new Set<For>();
  const alone = new Set<Stmt>();
  const common = new Map<Alloc | Decl, number>();
  /** Buffers in registers that are declared outside of shared loops. */
  const ownRegisters = new Set<Var>();
  const known = new Set<Var>();
  const isSame = (e: PrimExpr): boolean => {
    let same = true;
    visit(e, { enter: (n) => void (n.kind === "tir.Load" && written.has(n.buffer.data) && (same = false)) }); // prettier-ignore
    return same;
  };
  const walk = (s: Stmt): boolean => {
    switch (s.kind) {
      case "tir.Seq":
        return s.body.every(walk);
      case "tir.Bind":
        return isSame(s.value);
      case "tir.Alloc":
      case "tir.Decl":
        if (known.has(s.buffer.data)) return true;
        known.add(s.buffer.data);
        if (isInRegisters(s.buffer)) ownRegisters.add(s.buffer.data);
        else common.set(s, common.size);
        return true;
      case "tir.AllocConst":
        known.add(s.buffer.data);
        return true;
      case "tir.AttrStmt":
        return walk(s.body);
      case "tir.Assert":
        return isSame(s.cond);
      case "tir.For":
        if (!isSame(s.min) || !isSame(s.extent)) return false;
        if (isShared(s)) {
          shared.add(s);
          return true;
        }
        if (hasShared(s.body)) return walk(s.body);
        break;
      case "tir.If":
        if (!hasShared(s)) break;
        return isSame(s.cond) && walk(s.then) && (s.otherwise === undefined || walk(s.otherwise));
      case "tir.Jump":
        return false;
      case "tir.While":
        if (hasShared(s)) return false;
        break;
      default:
    }
    alone.add(s);
    return true;
  };
  for (const { var: v, buffer } of func.params) {
    known.add(v);
    if (buffer !== undefined) known.add(buffer.data);
  }
  const isFine = walk(body) && shared.size > 0 && TEAM.slots + 4 * common.size <= TEAM_BYTES;
  const crosses = [...shared].some((s) => uses(s, ownRegisters)) && [...alone].some((s) => uses(s, ownRegisters)); // prettier-ignore
  return isFine && !crosses ? { shared, alone, common } : undefined;
}

function hasShared(s: Stmt): boolean {
  let found = false;
  visit(s, { enter: (n) => void (n.kind === "tir.For" && isShared(n) && (found = true)) });
  return found;
}

function uses(s: Stmt, buffers: ReadonlySet<Var>): boolean {
  let found = false;
  visit(s, {
    enter(n) {
      if ((n.kind === "tir.Load" || n.kind === "tir.Store") && buffers.has(n.buffer.data)) found = true; // prettier-ignore
    },
  });
  return found;
}

/** What the code of a function knows of its team while it is made. */
export interface TeamState {
  readonly plan: TeamPlan;
  readonly globals: TeamGlobals;
  /** Results that other threads must not use yet. */
  pending: "none" | "alone" | "shared";
  /** Allocations whose addresses the other threads have to fetch, with their slots. */
  readonly unseen: Map<number, number>;
}

/** Emits a statement of the function as its team runs it; false when it is like any other. */
export function emitForTeam(cx: FunctionContext, s: Stmt, emit: () => void): boolean {
  const { team, f } = cx;
  if (team === undefined) return false;
  const { plan, globals } = team;
  if (plan.alone.has(s)) {
    if (team.pending === "shared") meet(cx);
    f.getGlobal(globals.thread);
    f.op("i32.eqz");
    f.if(undefined, () => cx.region.inside(() => apart(cx, emit)));
    cx.region.forgetLoads();
    team.pending = "alone";
    return true;
  }
  if (s.kind === "tir.For" && plan.shared.has(s)) {
    meet(cx);
    apart(cx, emit);
    team.pending = "shared";
    return true;
  }
  if (s.kind === "tir.For" || s.kind === "tir.If") {
    // Whether something is pending must not depend on the way here.
    meet(cx);
    emit();
    return true;
  }
  return false;
}

/** Emits code that one thread runs as if there was no team. */
function apart(cx: FunctionContext, emit: () => void): void {
  const { team } = cx;
  cx.team = undefined;
  emit();
  cx.team = team;
}

/** The first thread allocates; the others fetch the address when all have met. */
export function emitCommon(cx: FunctionContext, s: Alloc | Decl, allocate: () => number): boolean {
  const { team, f } = cx;
  const slot = team?.plan.common.get(s);
  if (team === undefined || slot === undefined) return false;
  if (team.pending !== "none") meet(cx);
  const { globals } = team;
  let pointer = -1;
  f.getGlobal(globals.thread);
  f.op("i32.eqz");
  f.if(undefined, () =>
    cx.region.inside(() => {
      apart(cx, () => (pointer = allocate()));
      f.getGlobal(globals.base);
      f.get(pointer);
      f.memory("i32.store", TEAM.slots + 4 * slot);
    }),
  );
  team.unseen.set(pointer, slot);
  return true;
}

/** All threads wait for one another, if something is pending; then they have the addresses of allocations. */
export function meet(cx: FunctionContext): void {
  const { team, f, shared } = cx;
  if (team === undefined || (team.pending === "none" && team.unseen.size === 0)) return;
  f.call(meetRoutine(shared, team.globals));
  f.if(undefined, () => {
    f.i32(STOPPED_BY_OTHER);
    f.op("return");
  });
  for (const [pointer, slot] of team.unseen) {
    f.getGlobal(team.globals.base);
    f.memory("i32.load", TEAM.slots + 4 * slot);
    f.set(pointer);
  }
  team.unseen.clear();
  team.pending = "none";
  cx.region.forgetAll();
}

/** Makes the other threads stop too when the status on the stack says so. */
export function tellStop(cx: Pick<FunctionContext, "f">, { base }: TeamGlobals): void {
  const { f } = cx;
  const status = f.local("i32");
  f.tee(status);
  f.if(undefined, () => {
    f.getGlobal(base);
    f.i32(1);
    f.atomic("i32.atomic.store", TEAM.stopped);
  });
  f.get(status);
}

/** Rounds of looking before a thread sleeps, and for how many nanoseconds it sleeps at most. */
const SPINS = 4000;
const SLEEP = 200_000;

/** () → i32: waits for all threads; 1 when one has stopped. */
function meetRoutine(shared: ModuleContext, globals: TeamGlobals): FunctionRef {
  return shared.routine("team.meet", () => {
    const ref = shared.module.declare("team.meet", [], ["i32"]);
    shared.module.define(ref, (f) => {
      const base = f.local("i32");
      const round = f.local("i32");
      const spins = f.local("i32");
      const leave = (value: number): void => {
        f.i32(value);
        f.op("return");
      };
      f.getGlobal(globals.threads);
      f.i32(1);
      f.op("i32.le_s");
      f.if(undefined, () => leave(0));
      f.getGlobal(globals.base);
      f.tee(base);
      f.atomic("i32.atomic.load", TEAM.round);
      f.set(round);
      f.get(base);
      f.i32(1);
      f.atomic("i32.atomic.rmw.add", TEAM.waiting);
      f.i32(1);
      f.op("i32.add");
      f.getGlobal(globals.threads);
      f.op("i32.eq");
      f.if(undefined, () => {
        f.get(base);
        f.i32(0);
        f.atomic("i32.atomic.store", TEAM.waiting);
        f.get(base);
        f.i32(1);
        f.atomic("i32.atomic.rmw.add", TEAM.round);
        f.op("drop");
        f.get(base);
        f.i32(-1);
        f.atomic("memory.atomic.notify", TEAM.round);
        f.op("drop");
        leave(0);
      });
      f.loop((again) => {
        f.get(base);
        f.atomic("i32.atomic.load", TEAM.round);
        f.get(round);
        f.op("i32.ne");
        f.if(undefined, () => leave(0));
        f.get(base);
        f.atomic("i32.atomic.load", TEAM.stopped);
        f.if(undefined, () => leave(1));
        f.get(spins);
        f.i32(1);
        f.op("i32.add");
        f.tee(spins);
        f.i32(SPINS);
        f.op("i32.gt_s");
        f.if(undefined, () => {
          f.get(base);
          f.get(round);
          f.i64(SLEEP);
          f.atomic("memory.atomic.wait32", TEAM.round);
          f.op("drop");
        });
        f.br(again);
      });
      f.i32(0);
    });
    return ref;
  });
}
