import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  binary, broadcast, call, callGlobal, cast, compare, floatImm, ifThenElse, intImm, load, makeVar, ramp, select, stringImm,
  type PrimExpr,
} from "../../../../src/ir/tir/expr.js"; // prettier-ignore
import { globalVar } from "../../../../src/ir/module.js";
import {
  alloc,
  assertStmt,
  bind,
  evaluate,
  ifStmt,
  jump,
  returnStmt,
  seq,
  store,
  type Stmt,
} from "../../../../src/ir/tir/stmt.js";
import { MissingHostFunctions, type WasmInstance } from "../../../../src/runtime/wasm/instance.js";
import { runPrimFunc } from "../../../../src/runtime/wasm/run-prim-func.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import {
  dtype,
  float32,
  int32,
  int64,
  voidType,
  withLanes,
} from "../../../../src/support/dtype.js";
import type { NDArray } from "../../../../src/support/ndarray.js";
import { intValue, tensorValue, voidValue, type HostCode } from "../../../../src/support/value.js";
import { boundGuards, compileWasm } from "../../../../src/target/wasm/index.js";
import { instantiate } from "../../../../src/runtime/wasm/instance.js";
import { buffer, func, instanceOf, long, loop, moduleOf, tensor, valuesOf } from "./build.js";

const test = suite("wasm: kernels");
const n = makeVar("n", int64);
const run = (instance: WasmInstance, name: string, ...args: NDArray[]) =>
  runPrimFunc(
    instance,
    name,
    args.map((t) => tensorValue(t)),
  );
/** The reason a module cannot be compiled. */
function failure(body: Stmt, ...params: Parameters<typeof func>[1]): string {
  const sink = new Diagnostics();
  assert.is(compileWasm(moduleOf(func("f", params, body)), sink), undefined);
  return sink.all.map((d) => `${d.code} ${d.message}`).join("\n");
}

test("one compiled kernel serves every shape", () => {
  const [a, b] = [buffer("A", "float32", n), buffer("B", "float32", n)];
  const body = loop(n, (i) => store(b, [i], binary("mul", load(a, [i]), floatImm(2, float32))));
  const instance = instanceOf(moduleOf(func("twice", [a, b], body)));
  for (const size of [0, 1, 5, 1000]) {
    const x = tensor(
      "float32",
      Array.from({ length: size }, (_, k) => k / 2),
    );
    const y = tensor("float32", [], [size]);
    assert.ok(run(instance, "twice", x, y).ok);
    assert.equal(
      valuesOf(y),
      Array.from({ length: size }, (_, k) => k),
    );
  }
});

test("integer division by zero stops with its status and a message", () => {
  const a = buffer("A", "int32", n);
  const body = loop(n, (i) => store(a, [i], binary("floordiv", intImm(7, int32), load(a, [i]))));
  const instance = instanceOf(moduleOf(func("f", [a], body)));
  const fine = tensor("int32", [2, -2]);
  assert.ok(run(instance, "f", fine).ok);
  assert.equal(valuesOf(fine), [3, -4]);
  const result = run(instance, "f", tensor("int32", [1, 0]));
  assert.not(result.ok);
  assert.is(!result.ok && result.reason?.kind, "division-by-zero");
});

test("the least integer divided by minus one wraps", () => {
  const a = buffer("A", "int64", n);
  const body = loop(n, (i) =>
    store(a, [i], binary("div", load(a, [i]), binary("sub", long(0), long(1)))),
  );
  const x = tensor("int64", [-(2n ** 63n), 5]);
  assert.ok(run(instanceOf(moduleOf(func("f", [a], body))), "f", x).ok);
  assert.equal(valuesOf(x), [-(2n ** 63n), -5]);
});

test("a failed assertion names its message and the symbols of its condition", () => {
  const a = buffer("A", "int32", n);
  const body = assertStmt(compare("gt", n, long(2)), ["too ", "short"]);
  const instance = instanceOf(moduleOf(func("f", [a], body)));
  assert.ok(run(instance, "f", tensor("int32", [1, 2, 3])).ok);
  const result = run(instance, "f", tensor("int32", [1]));
  assert.is(!result.ok && result.reason?.message, "too short");
  assert.equal(!result.ok && result.reason?.symbols, ["n"]);
});

test("the guard that bounds need is checked before the loop", () => {
  const k = makeVar("k", int64);
  const [a, b] = [buffer("A", "int32", n), buffer("B", "int32", k)];
  const body = loop(n, (i) => store(b, [i], load(a, [i])));
  const sink = new Diagnostics();
  const compiled = compileWasm(moduleOf(func("copy", [a, b], body)), sink, { guards: boundGuards });
  assert.equal(sink.all, []);
  const instance = instantiate(compiled!);
  assert.ok(run(instance, "copy", tensor("int32", [1, 2]), tensor("int32", [0, 0, 0])).ok);
  const out = tensor("int32", [0]);
  const result = run(instance, "copy", tensor("int32", [1, 2]), out);
  assert.is(!result.ok && result.reason?.kind, "guard");
  assert.equal(!result.ok && [...result.reason!.symbols].sort(), ["k", "n"]);
  assert.equal(valuesOf(out), [0], "nothing was stored");
});

test("scratch memory of any size is given back, in loops and after early exits", () => {
  const a = buffer("A", "float32", n);
  const body = loop(n, (i) => {
    const big = buffer("T", "float32", long(300_000));
    return seq([
      alloc(big),
      store(big, [long(299_999)], cast(i, float32)),
      ifStmt(compare("eq", i, long(3)), jump("continue")),
      store(a, [i], load(big, [long(299_999)])),
    ]);
  });
  const instance = instanceOf(moduleOf(func("f", [a], body)));
  const x = tensor("float32", [], [40]);
  assert.ok(run(instance, "f", x).ok);
  assert.equal(
    valuesOf(x),
    Array.from({ length: 40 }, (_, k) => (k === 3 ? 0 : k)),
  );
  const after = instance.bytes().length;
  for (let round = 0; round < 20; round++) run(instance, "f", x);
  assert.is(instance.bytes().length, after, "the memory does not grow any more");
});

test("an allocation beyond the memory is a status, a constant one a diagnostic", () => {
  const a = buffer("A", "int8", n);
  const bytes = binary("mul", n, long(2 ** 31));
  const grown = buffer("T", "int8", bytes);
  const body = seq([
    alloc(grown),
    store(grown, [long(0)], intImm(1, dtype("int8"))),
    store(grown, [binary("sub", bytes, long(1))], intImm(2, dtype("int8"))),
    store(a, [long(0)], load(grown, [long(0)])),
  ]);
  const result = run(instanceOf(moduleOf(func("f", [a], body))), "f", tensor("int8", [0, 0, 0]));
  assert.is(!result.ok && result.reason?.kind, "memory");
  const huge = buffer("T", "int8", long(2 ** 33));
  assert.match(
    failure(
      seq([
        alloc(huge),
        store(huge, [long(0)], intImm(1, dtype("int8"))),
        store(huge, [long(2 ** 33 - 1)], intImm(2, dtype("int8"))),
      ]),
    ),
    /^GEN012/,
  );
});

test("functions of the module call each other, values and statuses come back", () => {
  const x = makeVar("x", int32);
  const square = func("square", [x], returnStmt(binary("mul", x, x)), int32);
  const a = buffer("A", "int32", n);
  const fill = func(
    "fill",
    [a],
    loop(n, (i) => store(a, [i], callGlobal(globalVar("square"), [cast(i, int32)], int32))),
  );
  const b = buffer("B", "int32", long(4));
  const main = func("main", [b], evaluate(callGlobal(globalVar("fill"), [b], voidType)));
  const instance = instanceOf(moduleOf(square, fill, main));
  const y = tensor("int32", [], [4]);
  assert.ok(run(instance, "main", y).ok);
  assert.equal(valuesOf(y), [0, 1, 4, 9]);
  const direct = runPrimFunc(instance, "square", [intValue(-12, int32)]);
  assert.equal(direct.result, intValue(144, int32));
});

test("host functions get scalars, strings and tensors over the shared memory", () => {
  const a = buffer("A", "int32", n);
  const seen: unknown[] = [];
  const poke: HostCode = (_, args) => {
    seen.push(
      ...args.map((v) =>
        v.kind === "tensor"
          ? v.data.shape
          : v.kind === "int" || v.kind === "string"
            ? v.value
            : v.kind,
      ),
    );
    const target = args[0]!;
    if (target.kind === "tensor")
      new DataView(target.data.bytes.buffer, target.data.bytes.byteOffset).setInt32(4, 77, true);
    return voidValue;
  };
  const add: HostCode = (_, [x]) => intValue(x?.kind === "int" ? Number(x.value) + 1 : 0, int64);
  const body = seq([
    evaluate(call("call_packed", [stringImm("poke"), a, stringImm("text"), long(9)], int32)),
    store(a, [long(0)], cast(call("call_extern", [stringImm("add"), long(41)], int64), int32)),
  ]);
  const module = moduleOf(func("f", [a], body));
  assert.throws(
    () => instanceOf(module),
    (e: unknown) => e instanceof MissingHostFunctions && e.names.join() === "poke,add",
  );
  const instance = instanceOf(module, new Map([["poke", poke], ["add", add]])); // prettier-ignore
  const x = tensor("int32", [0, 0, 5]);
  assert.ok(run(instance, "f", x).ok);
  assert.equal(valuesOf(x), [42, 77, 5]);
  assert.equal(seen, [[3], "text", 9]);
});

for (const lanes of [2, 3, 4, 5, 8, 16, 19]) {
  for (const type of [
    "float32",
    "float64",
    "int32",
    "int64",
    "int8",
    "uint16",
    "float16",
    "bool",
  ]) {
    test(`a vector of ${lanes} ${type} computes each lane as a scalar would`, () => {
      const elem = dtype(type);
      const [a, b, c, d] = ["A", "B", "C", "D"].map((x) => buffer(x, type, long(lanes)));
      const at = [ramp(long(0), long(1), intImm(lanes))];
      const combine = (x: PrimExpr, y: PrimExpr): PrimExpr => {
        if (type === "bool")
          return select(x, y, { kind: "tir.Unary", op: "not", a: y, dtype: y.dtype });
        const sum = binary("sub", binary("mul", x, y), binary("max", x, y));
        return select(compare("lt", x, y), sum, binary("add", y, y));
      };
      const v = makeVar("v", withLanes(elem, lanes));
      const body = seq([
        bind(v, load(b!, at)),
        store(c!, at, combine(load(a!, at), v)),
        loop(long(lanes), (i) => store(d!, [i], combine(load(a!, [i]), load(b!, [i])))),
      ]);
      const instance = instanceOf(moduleOf(func("f", [a!, b!, c!, d!], body)));
      const data = (k: number): number =>
        type === "bool" ? k % 2 : ((k * 37) % 23) - (type.startsWith("u") ? 0 : 11);
      const inputs = [0, 5].map((o) =>
        tensor(
          type,
          Array.from({ length: lanes }, (_, k) => data(k + o)),
        ),
      );
      const outs = [tensor(type, [], [lanes]), tensor(type, [], [lanes])];
      assert.ok(run(instance, "f", ...inputs, ...outs).ok);
      assert.equal(valuesOf(outs[0]!), valuesOf(outs[1]!));
    });
  }
}

test("all lanes are read before the first is written", () => {
  const a = buffer("A", "float32", long(8));
  const body = store(
    a,
    [ramp(long(0), long(1), intImm(8))],
    load(a, [ramp(long(7), long(-1), intImm(8))]),
  );
  const x = tensor("float32", [1, 2, 3, 4, 5, 6, 7, 8]);
  run(instanceOf(moduleOf(func("f", [a], body))), "f", x);
  assert.equal(valuesOf(x), [8, 7, 6, 5, 4, 3, 2, 1]);
});

test("masked lanes neither load nor store", () => {
  const a = buffer("A", "int32", long(4));
  const at = [ramp(long(0), long(1), intImm(4))];
  const mask = compare("lt", ramp(long(0), long(1), intImm(4)), broadcast(long(3), intImm(4)));
  const body = store(a, at, broadcast(intImm(9), intImm(4)), undefined, mask);
  const x = tensor("int32", [1, 2, 3, 4]);
  run(instanceOf(moduleOf(func("f", [a], body))), "f", x);
  assert.equal(valuesOf(x), [9, 9, 9, 4]);
});

test("what the target cannot do is a diagnostic that names it", () => {
  const a = buffer("A", "float32", n);
  const gpu = evaluate(call("ptx.mma", [], float32));
  assert.match(failure(gpu), /^GEN001 `T\.ptx\.mma`/);
  const scalable = store(a, [long(0)], call("vscale", [], int32));
  assert.match(failure(scalable, a), /^GEN001 `T\.vscale`/);
  const vector = makeVar("v", dtype("float32xvscalex4"));
  assert.match(failure(bind(vector, floatImm(0, float32)), a), /^GEN002/);
  assert.match(failure(store(a, [long(0)], cast(makeVar("q", int32), float32)), a), /^GEN005 `q`/);
  assert.match(failure(evaluate(callGlobal(globalVar("g"), [], voidType))), /^GEN006 `g`/);
});

test("deep expressions are refused, not a crash", () => {
  const a = buffer("A", "int32", n);
  let e: PrimExpr = load(a, [long(0)]);
  for (let k = 0; k < 3000; k++) e = ifThenElse(compare("lt", e, intImm(k)), intImm(1), intImm(2));
  assert.match(failure(store(a, [long(0)], e), a), /^GEN010/);
});

test.run();
