/** Code for loops. */
import { visit } from "../../../ir/core/visit.js";
import type { For, Stmt, While } from "../../../ir/tir/stmt.js";
import { coerce } from "../../coerce.js";
import { bindLocal, isInRegisters, type FunctionContext } from "./context.js";
import type { Label, Local } from "../encoder/function.js";
import type { PlainOp } from "../encoder/opcodes.js";
import { isUnsigned, registerOf } from "./register.js";
import { advancingPointers } from "./pointers.js";

/** Whether running the statement takes scratch memory. */
function allocates(cx: FunctionContext, s: Stmt): boolean {
  let found = false;
  visit(s, {
    enter(node) {
      if (node.kind === "tir.Alloc" && !isInRegisters(cx, node.buffer)) found = true;
      if (node.kind === "tir.Decl" && !cx.locals.has(node.buffer.data)) found = true;
      return found ? false : undefined;
    },
  });
  return found;
}

/** Runs a loop; what its iterations allocate is given back after each of them. */
function withScratch(cx: FunctionContext, body: Stmt, loop: (restore: () => void) => void): void {
  if (!allocates(cx, body)) return loop(() => undefined);
  const { f, shared } = cx;
  const pointer = f.local("i32");
  const end = f.local("i32");
  f.getGlobal(shared.stackPointer);
  f.set(pointer);
  f.getGlobal(shared.stackEnd);
  f.set(end);
  const restore = (): void => {
    f.get(pointer);
    f.setGlobal(shared.stackPointer);
    f.get(end);
    f.setGlobal(shared.stackEnd);
  };
  loop(restore);
  restore();
}

/** Loops of all kinds run in order; of a shared one a thread takes its part. `body` emits one iteration. */
export function emitFor(cx: FunctionContext, s: For, body: () => void): void {
  const { f } = cx;
  const type = s.var.dtype;
  const reg = registerOf(type, s.span) as "i32" | "i64";
  const compareOp = `${reg}.lt_${isUnsigned(type) ? "u" : "s"}` as PlainOp;
  const v = f.local(reg);
  const end = f.local(reg);
  cx.emit(coerce(s.min, type));
  f.tee(v);
  cx.emit(coerce(s.extent, type));
  f.op(`${reg}.add`);
  f.set(end);
  bindLocal(cx, s.var, v);
  const another = (): void => {
    f.get(v);
    f.get(end);
    f.op(compareOp);
  };
  const isPart = takePart(cx, s, v, end);
  const runsOnce = !isPart && s.extent.kind === "tir.IntImm" && s.extent.value > 0;
  const iterate = (exit: Label, restore: () => void): void => {
    const pointers = advancingPointers(cx, s);
    const reads = f.reads(v);
    f.loop((again) => {
      f.block(undefined, (next) => {
        cx.loops.push({ exit, next });
        cx.region.inside(body, true);
        cx.loops.pop();
      });
      restore();
      const more = pointers.advance(!isPart && f.reads(v) === reads && s.step === undefined);
      if (more !== undefined) {
        more();
        return f.brIf(again);
      }
      f.get(v);
      if (s.step !== undefined) cx.emit(coerce(s.step, type));
      else if (reg === "i64") f.i64(1);
      else f.i32(1);
      f.op(`${reg}.add`);
      f.set(v);
      another();
      f.brIf(again);
    });
    pointers.end();
  };
  withScratch(cx, s.body, (restore) =>
    f.block(undefined, (exit) => {
      if (!runsOnce) {
        another();
        f.op("i32.eqz");
        f.brIf(exit);
      }
      cx.region.inside(() => iterate(exit, restore), true);
    }),
  );
}

/** Leaves a thread its part of the range of a shared loop. */
function takePart(cx: FunctionContext, s: For, v: Local, end: Local): boolean {
  const team = cx.shared.team;
  if (team === undefined || !cx.sharedLoops.has(s)) return false;
  const { f } = cx;
  const reg = registerOf(s.var.dtype, s.span) as "i32" | "i64";
  const first = f.local("i64");
  const length = f.local("i64");
  const wide = (local: Local): void => {
    f.get(local);
    if (reg === "i32") f.op("i64.extend_i32_s");
  };
  wide(v);
  f.set(first);
  wide(end);
  f.get(first);
  f.op("i64.sub");
  f.set(length);
  const bound = (next: number, to: Local): void => {
    f.get(length);
    f.getGlobal(team.thread);
    f.i32(next);
    f.op("i32.add");
    f.op("i64.extend_i32_s");
    f.op("i64.mul");
    f.getGlobal(team.threads);
    f.op("i64.extend_i32_s");
    f.op("i64.div_s");
    f.get(first);
    f.op("i64.add");
    if (reg === "i32") f.op("i32.wrap_i64");
    f.set(to);
  };
  bound(0, v);
  bound(1, end);
  return true;
}

/** `body` emits one iteration. */
export function emitWhile(cx: FunctionContext, s: While, body: () => void): void {
  const { f } = cx;
  withScratch(cx, s.body, (restore) =>
    f.block(undefined, (exit) => {
      f.loop((again) => {
        cx.region.inside(() => {
          cx.emit(s.cond);
          f.op("i32.eqz");
          f.brIf(exit);
          f.block(undefined, (next) => {
            cx.loops.push({ exit, next });
            body();
            cx.loops.pop();
          });
        }, true);
        restore();
        f.br(again);
      });
    }),
  );
}
