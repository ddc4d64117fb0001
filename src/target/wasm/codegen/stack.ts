/**
 * Scratch memory for allocations inside kernels: a stack between two globals. When it is too small it continues in
 * fresh pages at the end of the memory, at least twice as large, which are used again by later calls.
 */
import type { FunctionBuilder, FunctionRef } from "../encoder/function.js";
import type { ModuleContext } from "./context.js";

/** Globals: the bounds of the last segment, and the bytes that may still be added. */
interface Segment {
  readonly base: number;
  readonly end: number;
  readonly left: number;
}

const LEAST_SEGMENT = 1 << 20;

/** (i64 bytes) → i32 address, 64-byte aligned, or 0 when the memory is exhausted. */
export function stackRoutine(shared: ModuleContext): FunctionRef {
  return shared.routine("stack.alloc", () => {
    const ref = shared.module.declare("stack.alloc", ["i64"], ["i32"]);
    const base = shared.module.global("i32", 0);
    const end = shared.module.global("i32", 0);
    // What the memory may still grow for scratch; the host sets it when memory is limited.
    const left = shared.module.global("i64", 2 ** 33, "scratch_left");
    shared.module.define(ref, (f) => writeStackAlloc(f, shared, { base, end, left }));
    return ref;
  });
}

function writeStackAlloc(f: FunctionBuilder, shared: ModuleContext, segment: Segment): void {
  const { base: lastBase, end: lastEnd } = segment;
  const size = 0;
  const address = f.local("i32");
  const pages = f.local("i32");
  const enterSegment = (): void => {
    f.getGlobal(lastBase);
    f.setGlobal(shared.stackPointer);
    f.getGlobal(lastEnd);
    f.setGlobal(shared.stackEnd);
  };
  const fail = (): void => {
    f.i32(0);
    f.op("return");
  };
  f.get(size);
  f.i64(2 ** 32 - 2 ** 20);
  f.op("i64.gt_u");
  f.if(undefined, fail);
  f.get(size);
  f.i64(63);
  f.op("i64.add");
  f.i64(-64);
  f.op("i64.and");
  f.set(size);
  const lacksRoom = (top: () => void, bottom: () => void): void => {
    f.get(size);
    top();
    bottom();
    f.op("i32.sub");
    f.op("i64.extend_i32_u");
    f.op("i64.gt_u");
  };
  lacksRoom(
    () => f.getGlobal(shared.stackEnd),
    () => f.getGlobal(shared.stackPointer),
  );
  f.if(undefined, () => {
    // The last segment is free when the stack stands in an older one.
    f.getGlobal(lastEnd);
    f.getGlobal(shared.stackEnd);
    f.op("i32.eq");
    lacksRoom(
      () => f.getGlobal(lastEnd),
      () => f.getGlobal(lastBase),
    );
    f.op("i32.or");
    f.if(undefined, () => {
      writeGrow(f, size, pages, segment, fail);
    });
    enterSegment();
  });
  f.getGlobal(shared.stackPointer);
  f.tee(address);
  f.get(size);
  f.op("i32.wrap_i64");
  f.op("i32.add");
  f.setGlobal(shared.stackPointer);
  f.get(address);
}

/** Grows the memory by max(size, twice the last segment, 1 MiB) and makes that the last segment. */
function writeGrow(
  f: FunctionBuilder,
  size: number,
  pages: number,
  { base: lastBase, end: lastEnd, left }: Segment,
  fail: () => void,
): void {
  const exceedsLeft = (value: number): void => {
    f.get(value);
    f.getGlobal(left);
    f.op("i64.gt_s");
  };
  exceedsLeft(size);
  f.if(undefined, fail);
  const want = f.local("i64");
  const atLeast = (push: () => void): void => {
    f.get(want);
    push();
    f.get(want);
    push();
    f.op("i64.gt_u");
    f.op("select");
    f.set(want);
  };
  f.get(size);
  f.set(want);
  atLeast(() => {
    f.getGlobal(lastEnd);
    f.getGlobal(lastBase);
    f.op("i32.sub");
    f.op("i64.extend_i32_u");
    f.i64(1);
    f.op("i64.shl");
  });
  atLeast(() => f.i64(LEAST_SEGMENT));
  exceedsLeft(want);
  f.if(undefined, () => {
    f.get(size);
    f.set(want);
  });
  const tryGrow = (): void => {
    f.get(want);
    f.i64(65_535);
    f.op("i64.add");
    f.i64(16);
    f.op("i64.shr_u");
    f.op("i32.wrap_i64");
    f.op("memory.grow");
    f.set(pages);
  };
  tryGrow();
  f.get(pages);
  f.i32(-1);
  f.op("i32.eq");
  f.if(undefined, () => {
    f.get(size);
    f.set(want);
    tryGrow();
    f.get(pages);
    f.i32(-1);
    f.op("i32.eq");
    f.if(undefined, fail);
  });
  f.getGlobal(left);
  f.get(want);
  f.op("i64.sub");
  f.setGlobal(left);
  f.get(pages);
  f.i32(16);
  f.op("i32.shl");
  f.setGlobal(lastBase);
  f.getGlobal(lastBase);
  f.get(want);
  f.op("i32.wrap_i64");
  f.op("i32.add");
  f.i32(-64);
  f.op("i32.and");
  f.setGlobal(lastEnd);
}
