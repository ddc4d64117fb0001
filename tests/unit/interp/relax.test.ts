import { suite } from "uvu";
import * as assert from "uvu/assert";
import { interpret } from "../../../src/interp/index.js";
import { noAttrs } from "../../../src/ir/core/node.js";
import { externFunc, globalVar, irModule, type BaseFunc } from "../../../src/ir/module.js";
import * as R from "../../../src/ir/relax/expr.js";
import { objectInfo, tensorInfo, tupleInfo } from "../../../src/ir/relax/struct-info.js";
import { makeBuffer } from "../../../src/ir/tir/buffer.js";
import { binary, intImm, load, makeVar, pointerVar } from "../../../src/ir/tir/expr.js";
import { param, type PrimFunc } from "../../../src/ir/tir/function.js";
import { forLoop, store, type Stmt } from "../../../src/ir/tir/stmt.js";
import { bool, int32, int64, voidType } from "../../../src/support/dtype.js";
import {
  intValue,
  shapeValue,
  tensorValue,
  voidValue,
  type TensorValue,
  type Value,
} from "../../../src/support/value.js";

const relax = suite("interp: Relax functions");

const ints = (...values: readonly number[]): TensorValue =>
  tensorValue({
    dtype: int32,
    shape: [values.length],
    bytes: new Uint8Array(Int32Array.from(values).buffer),
  });
const numbers = (value: Value): number[] => {
  if (value.kind !== "tensor") return assert.unreachable() as never;
  const { bytes } = value.data;
  return [...new Int32Array(bytes.slice().buffer)];
};

/** C[i] = A[i] + B[i] */
const addition = (): PrimFunc => {
  const n = makeVar("n", int64);
  const [A, B, C] = ["A", "B", "C"].map((name) => makeBuffer({ name, dtype: int32, shape: [n] }));
  const i = makeVar("i", int64);
  const body: Stmt = forLoop({
    min: intImm(0, int64),
    extent: n,
    var: i,
    body: store(C!, [i], binary("add", load(A!, [i]), load(B!, [i]))),
  });
  return {
    kind: "tir.PrimFunc",
    name: "add",
    params: [A!, B!, C!].map((b) => param(pointerVar(b.name, int32), b)),
    retType: voidType,
    attrs: noAttrs,
    isPrivate: false,
    sTir: true,
    persistent: false,
    body,
  };
};

const vector = (dim: ReturnType<typeof makeVar>) =>
  tensorInfo({ shape: R.shapeExpr([dim]), dtype: int32 });
const func = (name: string, params: readonly R.Var[], body: R.SeqExpr): R.Func =>
  R.relaxFunction({
    name,
    params,
    body,
    retSinfo: objectInfo,
    isPure: true,
    isPrivate: false,
    attrs: noAttrs,
  });
const steps = (bindings: readonly R.Binding[], body: R.Expr): R.SeqExpr =>
  R.seqExpr([R.bindingBlock(bindings)], body);
const run = (
  functions: readonly BaseFunc[],
  entry: string,
  args: readonly Value[],
  options = {},
) => {
  const named = functions.map((f) => [f.kind === "ir.ExternFunc" ? f.symbol : f.name, f] as const);
  return interpret(irModule(new Map(named)), entry, args, options);
};

const addCall = (a: R.Expr, b: R.Expr, dim: ReturnType<typeof makeVar>): R.Call =>
  R.relaxCall(R.op("call_tir"), [globalVar("add"), R.tuple([a, b])], { sinfoArgs: [vector(dim)] });

relax("call_tir allocates its output from symbols bound on entry", () => {
  const n = makeVar("n", int64);
  const x = R.relaxVar("x", vector(n));
  const y = R.relaxVar("y", undefined);
  const main = func("main", [x], steps([R.varBinding(y, addCall(x, x, n))], y));
  for (const values of [[1, 2, 3], [5], []]) {
    const result = run([addition(), main], "main", [ints(...values)]);
    if (!result.ok) assert.unreachable(result.diagnostic.message);
    else assert.equal(numbers(result.value), values.map((v) => 2 * v)); // prettier-ignore
  }
});

relax("entry names the parameter, the symbol and where it was bound", () => {
  const n = makeVar("n", int64);
  const [x, y] = [R.relaxVar("x", vector(n)), R.relaxVar("y", vector(n))];
  const main = func("main", [x, y], steps([], x));
  const result = run([main], "main", [ints(1, 2), ints(1, 2, 3)]);
  if (result.ok) assert.unreachable();
  else {
    assert.is(result.diagnostic.code, "RUN015");
    assert.is(result.diagnostic.message, "axis 0 of `y` of `main` is 3, but `n` is 2");
    assert.equal(result.diagnostic.notes, ["`n` is 2, bound by `x`"]);
  }
});

relax("match_cast binds new symbols and checks known ones", () => {
  const [n, m] = [makeVar("n", int64), makeVar("m", int64)];
  const x = R.relaxVar("x", objectInfo);
  const y = R.relaxVar("y", undefined);
  const s = R.relaxVar("s", undefined);
  const twice = binary("mul", m, intImm(2, int64));
  const main = (dim: typeof n | typeof twice): R.Func =>
    func(
      "main",
      [x],
      steps(
        [
          R.matchCast(
            s,
            x,
            tupleInfo([vector(m), tensorInfo({ shape: R.shapeExpr([dim]), dtype: int32 })]),
          ),
          R.varBinding(y, R.shapeExpr([m, dim])),
        ],
        y,
      ),
    );
  const pair: Value = { kind: "tuple", fields: [ints(1, 2), ints(1, 2, 3, 4)] };
  const bound = run([main(n)], "main", [pair]);
  if (bound.ok) assert.equal(bound.value, shapeValue([2, 4]));
  else assert.unreachable(bound.diagnostic.message);
  assert.ok(run([main(twice)], "main", [pair]).ok);
  const wrong = run([main(twice)], "main", [{ kind: "tuple", fields: [ints(1), ints(1)] }]);
  if (wrong.ok) assert.unreachable();
  else assert.is(wrong.diagnostic.code, "RUN028");
});

/** countdown(x, c): if c: countdown(add(x, x), stop(x)) else x */
const countdown = (): R.Func => {
  const n = makeVar("n", int64);
  const x = R.relaxVar("x", vector(n));
  const c = R.relaxVar("c", objectInfo);
  const [doubled, flag, deep, out] = ["doubled", "flag", "deep", "out"].map((v) => R.relaxVar(v, undefined)); // prettier-ignore
  const again = steps(
    [
      R.varBinding(doubled!, addCall(x, x, n)),
      R.varBinding(flag!, R.relaxCall(externFunc("small"), [doubled!])),
      R.varBinding(deep!, R.relaxCall(globalVar("countdown"), [doubled!, flag!])),
    ],
    deep!,
  );
  return func(
    "countdown",
    [x, c],
    steps([R.varBinding(out!, R.ifExpr(c, again, steps([], x)))], out!),
  );
};
const small =
  (limit: number) =>
  (_: unknown, [value]: readonly Value[]): Value =>
    intValue(numbers(value!).every((v) => v < limit) ? 1 : 0, bool);

relax("functions branch and recurse", () => {
  const hosts = new Map([["small", small(100)]]);
  const result = run([addition(), countdown()], "countdown", [ints(1, 3), intValue(1, bool)], {
    hosts,
  });
  if (!result.ok) assert.unreachable(result.diagnostic.message);
  else assert.equal(numbers(result.value), [64, 192]);
});

relax("endless recursion ends with the limit", () => {
  const hosts = new Map([["small", small(Infinity)]]);
  const result = run([addition(), countdown()], "countdown", [ints(0), intValue(1, bool)], {
    hosts,
  });
  if (result.ok) assert.unreachable();
  else assert.is(result.diagnostic.code, "RUN011");
});

relax("an unknown host function is named", () => {
  const result = run([addition(), countdown()], "countdown", [ints(0), intValue(1, bool)]);
  if (result.ok) assert.unreachable();
  else assert.is(result.diagnostic.message, "there is no host function `small`");
});

relax("closures see the values of their function", () => {
  const n = makeVar("n", int64);
  const x = R.relaxVar("x", vector(n));
  const y = R.relaxVar("y", objectInfo);
  const sum = R.relaxVar("sum", undefined);
  const f = R.relaxVar("f", undefined);
  const out = R.relaxVar("out", undefined);
  const inner = func("", [y], steps([R.varBinding(sum, addCall(x, y, n))], sum));
  const main = func(
    "main",
    [x],
    steps([R.varBinding(f, inner), R.varBinding(out, R.relaxCall(f, [x]))], out),
  );
  const result = run([addition(), main], "main", [ints(4, 5)]);
  if (!result.ok) assert.unreachable(result.diagnostic.message);
  else assert.equal(numbers(result.value), [8, 10]);
});

relax("operators without a lowering are named all at once", () => {
  const x = R.relaxVar("x", objectInfo);
  const [a, b] = [R.relaxVar("a", undefined), R.relaxVar("b", undefined)];
  const main = func(
    "main",
    [x],
    steps(
      [
        R.varBinding(a, R.relaxCall(R.op("nn.relu"), [x])),
        R.varBinding(b, R.relaxCall(R.op("exp"), [a])),
      ],
      b,
    ),
  );
  const result = run([main], "main", [ints(1)]);
  if (result.ok) assert.unreachable();
  else {
    assert.is(
      result.diagnostic.message,
      "2 operators of this program cannot run yet: `nn.relu`, `exp`",
    );
  }
});

relax("print and assert_op format their values", () => {
  const x = R.relaxVar("x", objectInfo);
  const [p, q] = [R.relaxVar("p", undefined), R.relaxVar("q", undefined)];
  const main = func(
    "main",
    [x],
    steps(
      [
        R.varBinding(p, R.relaxCall(R.op("print"), [R.str("x = {}"), x])),
        R.varBinding(
          q,
          R.relaxCall(R.op("assert_op"), [R.primValue(intImm(0, bool)), R.str("bad {}"), x]),
        ),
      ],
      x,
    ),
  );
  const lines: string[] = [];
  const result = run([main], "main", [ints(7, 8)], { print: (t: string) => lines.push(t) });
  assert.equal(lines, ["x = [7, 8]"]);
  if (result.ok) assert.unreachable();
  else assert.is(result.diagnostic.message, "the assertion failed: bad [7, 8]");
});

relax("memory is taken from storages, and reuse forgets old values", () => {
  const x = R.relaxVar("x", objectInfo);
  const [storage, t, done] = ["storage", "t", "done"].map((v) => R.relaxVar(v, undefined));
  const size = (n: number): R.Expr => R.shapeExpr([intImm(n, int64)]);
  const tail = [R.primValue(intImm(0, int64)), R.str("global"), R.dtypeValue(int32)];
  const main = (offset: number): R.Func =>
    func(
      "main",
      [x],
      steps(
        [
          R.varBinding(storage!, R.relaxCall(R.op("memory.alloc_storage"), [size(16), ...tail])),
          R.varBinding(
            t!,
            R.relaxCall(R.op("memory.alloc_tensor"), [
              storage!,
              R.primValue(intImm(offset, int64)),
              size(2),
              R.dtypeValue(int32),
            ]),
          ),
          R.varBinding(done!, R.relaxCall(globalVar("add"), [x, x, t!])),
        ],
        t!,
      ),
    );
  const good = run([addition(), main(8)], "main", [ints(1, 2)]);
  if (!good.ok) assert.unreachable(good.diagnostic.message);
  else assert.equal(numbers(good.value), [2, 4]);
  const bad = run([addition(), main(12)], "main", [ints(1, 2)]);
  if (bad.ok) assert.unreachable();
  else
    assert.is(
      bad.diagnostic.message,
      "a tensor of 8 bytes at offset 12 does not fit a storage of 16",
    );
});

relax("the void value is the empty tuple", () => {
  const main = func("main", [], steps([], R.tuple([])));
  assert.equal(run([main], "main", []), { ok: true, value: voidValue, steps: 1 });
});

relax.run();
