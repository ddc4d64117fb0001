/** Building one function body: typed locals, structured control flow, instructions. */
import { byteWriter, type ByteWriter } from "./bytes.js";
import {
  atomicOps,
  laneMemoryOps,
  laneOps,
  memoryOps,
  plainOps,
  type AtomicOp,
  type LaneMemoryOp,
  type LaneOp,
  type MemoryOp,
  type PlainOp,
} from "./opcodes.js";

export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";
export const valueTypeCode: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** A function of the module; its index is known when the module is encoded. */
export interface FunctionRef {
  readonly name: string;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}
/** A place to branch to. */
export interface Label {
  readonly depth: number;
}
/** Local variable of the function under construction. */
export type Local = number & { readonly local?: never };

export interface FunctionBuilder {
  readonly ref: FunctionRef;
  local(type: ValueType): Local;
  get(local: Local): void;
  set(local: Local): void;
  tee(local: Local): void;
  getGlobal(index: number): void;
  setGlobal(index: number): void;
  i32(value: number): void;
  i64(value: number | bigint): void;
  f32(value: number): void;
  f64(value: number): void;
  v128(bytes: Uint8Array): void;
  op(name: PlainOp): void;
  memory(name: MemoryOp, offset?: number, align?: number): void;
  atomic(name: AtomicOp, offset: number): void;
  lane(name: LaneOp, lane: number): void;
  laneMemory(name: LaneMemoryOp, lane: number, offset?: number): void;
  /** Lanes of the concatenation of two vectors, by byte. */
  shuffle(lanes: readonly number[]): void;
  call(target: FunctionRef): void;
  /** `block`: branching leaves it. */
  block(result: ValueType | undefined, body: (exit: Label) => void): void;
  /** `loop`: branching starts it again. */
  loop(body: (again: Label) => void): void;
  if(result: ValueType | undefined, then: () => void, otherwise?: () => void): void;
  br(label: Label): void;
  brIf(label: Label): void;
  /** How often the local was read so far. */
  reads(local: Local): number;
  /** Size so far in bytes, before linking. */
  readonly size: number;
  /** The encoded body, locals included. */
  encode(indexOf: (target: FunctionRef) => number): Uint8Array;
}

/** Starts a function; its parameters are the locals 0, 1, … */
export function functionBuilder(ref: FunctionRef): FunctionBuilder {
  const code: ByteWriter = byteWriter();
  const calls: { readonly at: number; readonly target: FunctionRef }[] = [];
  const locals: ValueType[] = [];
  const reads = new Map<Local, number>();
  let depth = 0;

  const blockType = (result: ValueType | undefined): void =>
    code.u8(result === undefined ? 0x40 : valueTypeCode[result]);
  const nested = (
    opcode: number,
    result: ValueType | undefined,
    body: (label: Label) => void,
  ): void => {
    code.u8(opcode);
    blockType(result);
    depth++;
    body({ depth });
    depth--;
    code.u8(0x0b);
  };
  const indexed = (opcode: number, index: number): void => {
    code.u8(opcode);
    code.uleb(index);
  };
  const raw = (bytes: readonly number[], from: number): void => {
    for (let i = from; i < bytes.length; i++) code.u8(bytes[i]!);
  };

  return {
    ref,
    local(type) {
      locals.push(type);
      return ref.params.length + locals.length - 1;
    },
    get(local) {
      reads.set(local, (reads.get(local) ?? 0) + 1);
      indexed(0x20, local);
    },
    set: (local) => indexed(0x21, local),
    tee: (local) => indexed(0x22, local),
    getGlobal: (index) => indexed(0x23, index),
    setGlobal: (index) => indexed(0x24, index),
    i32(value) {
      code.u8(0x41);
      code.sleb(value | 0);
    },
    i64(value) {
      code.u8(0x42);
      code.sleb(BigInt.asIntN(64, BigInt(value)));
    },
    f32(value) {
      code.u8(0x43);
      code.f32(value);
    },
    f64(value) {
      code.u8(0x44);
      code.f64(value);
    },
    v128(bytes) {
      raw([0xfd, 0x0c], 0);
      code.raw(bytes);
    },
    op: (name) => raw(plainOps[name], 0),
    memory(name, offset = 0, align) {
      const bytes: readonly number[] = memoryOps[name];
      raw(bytes, 1);
      code.uleb(Math.min(align ?? bytes[0]!, bytes[0]!));
      code.uleb(offset);
    },
    atomic(name, offset) {
      const bytes: readonly number[] = atomicOps[name];
      raw(bytes, 1);
      code.uleb(bytes[0]!);
      code.uleb(offset);
    },
    lane(name, lane) {
      raw(laneOps[name], 0);
      code.u8(lane);
    },
    laneMemory(name, lane, offset = 0) {
      const bytes: readonly number[] = laneMemoryOps[name];
      raw(bytes, 1);
      code.uleb(0);
      code.uleb(offset);
      code.u8(lane);
    },
    shuffle(lanes) {
      raw([0xfd, 0x0d], 0);
      code.raw(lanes);
    },
    call(target) {
      code.u8(0x10);
      calls.push({ at: code.length, target });
    },
    block: (result, body) => nested(0x02, result, body),
    loop: (body) => nested(0x03, undefined, body),
    if(result, then, otherwise) {
      nested(0x04, result, () => {
        then();
        if (otherwise === undefined) return;
        code.u8(0x05);
        otherwise();
      });
    },
    br: (label) => indexed(0x0c, depth - label.depth),
    brIf: (label) => indexed(0x0d, depth - label.depth),
    reads: (local) => reads.get(local) ?? 0,
    get size() {
      return code.length;
    },
    encode(indexOf) {
      const out = byteWriter();
      writeLocals(out, locals);
      const bytes = code.bytes();
      let from = 0;
      for (const { at, target } of calls) {
        out.raw(bytes.subarray(from, at));
        out.uleb(indexOf(target));
        from = at;
      }
      out.raw(bytes.subarray(from));
      out.u8(0x0b);
      return out.bytes();
    },
  };
}

function writeLocals(out: ByteWriter, locals: readonly ValueType[]): void {
  const runs: { type: ValueType; count: number }[] = [];
  for (const type of locals) {
    const last = runs[runs.length - 1];
    if (last?.type === type) last.count++;
    else runs.push({ type, count: 1 });
  }
  out.uleb(runs.length);
  for (const run of runs) {
    out.uleb(run.count);
    out.u8(valueTypeCode[run.type]);
  }
}
