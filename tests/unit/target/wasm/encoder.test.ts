import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { wasmEngine, type WasmMemory } from "../../../../src/runtime/wasm/engine.js";
import { byteWriter } from "../../../../src/target/wasm/encoder/bytes.js";
import type { FunctionBuilder, ValueType } from "../../../../src/target/wasm/encoder/function.js";
import { moduleBuilder } from "../../../../src/target/wasm/encoder/module.js";
import {
  laneMemoryOps,
  laneOps,
  memoryOps,
  plainOps,
  type LaneMemoryOp,
  type LaneOp,
  type MemoryOp,
  type PlainOp,
} from "../../../../src/target/wasm/encoder/opcodes.js";

const test = suite("wasm: encoder");

test("signed LEB128 reads back", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      const w = byteWriter();
      w.sleb(value);
      let read = 0n;
      let shift = 0n;
      const bytes = w.bytes();
      for (const byte of bytes) {
        read |= BigInt(byte & 0x7f) << shift;
        shift += 7n;
      }
      if ((bytes[bytes.length - 1]! & 0x40) !== 0) read -= 1n << shift;
      assert.is(read, value);
    }),
    { seed: 1 },
  );
});

test("unsigned LEB128 reads back", () => {
  for (const value of [0, 1, 127, 128, 300, 2 ** 31, 2 ** 32 + 5]) {
    const w = byteWriter();
    w.uleb(value);
    assert.is(
      w.bytes().reduce((n, byte, i) => n + (byte & 0x7f) * 2 ** (7 * i), 0),
      value,
    );
  }
});

const compares = ["eq", "ne", "lt", "le", "gt", "ge"];
const unaries = ["abs", "neg", "ceil", "floor", "trunc", "nearest", "sqrt", "clz", "ctz", "popcnt"];
const vectorUnary = /^(extend_|convert_|trunc_sat_|demote_|promote_)/;

/** Operands and result that the name of an instruction promises. */
function signature(name: string): { readonly params: ValueType[]; readonly result?: ValueType } {
  const special: Record<string, { params: ValueType[]; result?: ValueType }> = {
    unreachable: { params: [] },
    nop: { params: [] },
    return: { params: [] },
    drop: { params: ["i32"] },
    select: { params: ["f64", "f64", "i32"], result: "f64" },
    "memory.size": { params: [], result: "i32" },
    "memory.grow": { params: ["i32"], result: "i32" },
    "memory.copy": { params: ["i32", "i32", "i32"] },
    "memory.fill": { params: ["i32", "i32", "i32"] },
    "v128.bitselect": { params: ["v128", "v128", "v128"], result: "v128" },
    "v128.not": { params: ["v128"], result: "v128" },
    "v128.any_true": { params: ["v128"], result: "i32" },
  };
  const known = special[name];
  if (known !== undefined) return known;
  const [type, op] = name.split(".") as [string, string];
  const base = op.replace(/_[su]$/, "");
  if (/^[if]\d+x\d+$/.test(type) || type === "v128") {
    const lane = (/^i(8|16|32)x/.test(type) ? "i32" : type.slice(0, 3)) as ValueType;
    if (op === "splat") return { params: [lane], result: "v128" };
    if (op === "all_true" || op === "bitmask") return { params: ["v128"], result: "i32" };
    if (base === "shl" || base === "shr") return { params: ["v128", "i32"], result: "v128" };
    if (unaries.includes(op) || vectorUnary.test(op)) return { params: ["v128"], result: "v128" };
    return { params: ["v128", "v128"], result: "v128" };
  }
  const from = /_([if](?:32|64))(?:_[su])?$/.exec(op)?.[1] as ValueType | undefined;
  const own = type as ValueType;
  if (from !== undefined && /^(wrap|trunc|extend|convert|demote|promote|reinterpret)/.test(op))
    return { params: [from], result: own };
  if (op === "eqz") return { params: [own], result: "i32" };
  if (compares.includes(base)) return { params: [own, own], result: "i32" };
  if (unaries.includes(op) || /^extend\d+_s$/.test(op)) return { params: [own], result: own };
  return { params: [own, own], result: own };
}

/** Whether a module with one function of that signature and body is valid. */
function isValid(
  params: ValueType[],
  result: ValueType | undefined,
  body: (f: FunctionBuilder) => void,
): boolean {
  const module = moduleBuilder();
  const ref = module.declare("f", params, result === undefined ? [] : [result]);
  module.define(ref, (f) => {
    params.forEach((_, k) => f.get(k));
    body(f);
  });
  return wasmEngine.validate(module.encode());
}

for (const name of Object.keys(plainOps) as PlainOp[]) {
  if (name.includes("relaxed")) continue;
  test(`${name} has the operands its name promises`, () => {
    const { params, result } = signature(name);
    assert.ok(isValid(params, result, (f) => f.op(name)));
  });
}

test("loads and stores are valid at their natural alignment", () => {
  for (const name of Object.keys(memoryOps) as MemoryOp[]) {
    const type = name.slice(0, name.indexOf(".")) as ValueType;
    const isStore = name.includes("store");
    const params: ValueType[] = isStore ? ["i32", type] : ["i32"];
    assert.ok(
      isValid(params, isStore ? undefined : type, (f) => f.memory(name, 8)),
      name,
    );
  }
});

test("lane instructions are valid up to their last lane and not beyond", () => {
  for (const name of Object.keys(laneOps) as LaneOp[]) {
    const [shape] = name.split(".") as [string];
    const lanes = Number(shape.split("x")[1]);
    const lane = (/^i(8|16|32)x/.test(shape) ? "i32" : shape.slice(0, 3)) as ValueType;
    const replaces = name.includes("replace");
    const params: ValueType[] = replaces ? ["v128", lane] : ["v128"];
    const result = replaces ? "v128" : lane;
    assert.ok(
      isValid(params, result, (f) => f.lane(name, lanes - 1)),
      name,
    );
    assert.not(
      isValid(params, result, (f) => f.lane(name, lanes)),
      name,
    );
  }
  for (const name of Object.keys(laneMemoryOps) as LaneMemoryOp[]) {
    const isStore = name.includes("store");
    assert.ok(
      isValid(["i32", "v128"], isStore ? undefined : "v128", (f) => f.laneMemory(name, 1)),
      name,
    );
  }
});

test("functions call imports and each other by reference, whatever the order", () => {
  const module = moduleBuilder();
  const outer = module.declare("outer", ["i32"], ["i32"]);
  const inner = module.declare("inner", ["i32"], ["i32"]);
  module.define(outer, (f) => {
    f.get(0);
    f.call(inner);
    f.call(module.importFunction("host", "twice", ["i32"], ["i32"]));
  });
  module.define(inner, (f) => {
    f.get(0);
    f.i32(1);
    f.op("i32.add");
  });
  module.export("outer", outer);
  const instance = new wasmEngine.Instance(new wasmEngine.Module(module.encode()), {
    host: { twice: (x: number) => 2 * x },
  });
  assert.is((instance.exports["outer"] as (x: number) => number)(20), 42);
});

test("blocks, loops and branches nest", () => {
  const module = moduleBuilder();
  const sum = module.declare("sum", ["i32"], ["i32"]);
  module.define(sum, (f) => {
    const total = f.local("i32");
    f.block(undefined, (done) => {
      f.loop((again) => {
        f.get(0);
        f.op("i32.eqz");
        f.brIf(done);
        f.get(0);
        f.get(total);
        f.op("i32.add");
        f.set(total);
        f.get(0);
        f.i32(-1);
        f.op("i32.add");
        f.set(0);
        f.br(again);
      });
    });
    f.get(total);
  });
  module.export("sum", sum);
  const instance = new wasmEngine.Instance(new wasmEngine.Module(module.encode()));
  assert.is((instance.exports["sum"] as (x: number) => number)(10), 55);
});

test("data lands at its address and the memory holds it", () => {
  const module = moduleBuilder(1024);
  module.data(Uint8Array.of(9), 1);
  const at = module.data(Uint8Array.of(1, 2, 3), 64);
  assert.is(at % 64, 0);
  const instance = new wasmEngine.Instance(new wasmEngine.Module(module.encode()));
  const memory = instance.exports["memory"] as WasmMemory;
  assert.equal([...new Uint8Array(memory.buffer, at, 3)], [1, 2, 3]);
});

test.run();
