import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as fc from "fast-check";
import * as R from "../../../src/ir/relax/expr.js";
import {
  funcInfo,
  objectInfo,
  opaqueFunc,
  primInfo,
  shapeInfo,
  tensorInfo,
  tupleInfo,
  voidInfo,
  type FuncInfo,
  type StructInfo,
} from "../../../src/ir/relax/struct-info.js";
import { makeVar } from "../../../src/ir/tir/expr.js";
import { describe } from "../../../src/op/describe.js";
import {
  deriveCallReturn,
  erase,
  hiding,
  isBaseOf,
  join,
  makeInferContext,
  worst,
} from "../../../src/op/deduce/index.js";
import { int32, int64 } from "../../../src/support/dtype.js";
import { T, dim, m, n, plus, t, times, value } from "./build.js";

const test = suite("deduction");
const ctx = makeInferContext();
const k = makeVar("k", int64);

const answers: readonly (readonly [StructInfo, StructInfo, string])[] = [
  [objectInfo, T([2]), "pass"],
  [T([2]), objectInfo, "L1"],
  [T([2]), shapeInfo([dim(2)]), "L0"],
  [primInfo(int64), primInfo(int32), "L0"],
  [primInfo(int64, dim(3)), primInfo(int64), "L2"],
  [primInfo(int64, dim(3)), primInfo(int64, dim(4)), "L0"],
  [shapeInfo(undefined), shapeInfo([n]), "pass"],
  [shapeInfo(undefined, 2), shapeInfo(undefined), "L1"],
  [shapeInfo(undefined, 2), shapeInfo([n]), "L0"],
  [shapeInfo([n]), shapeInfo(undefined, 1), "L2"],
  [T([2]), T([2], ""), "L1"],
  [T([2]), T([2], "int8"), "L0"],
  [T(undefined, "float32", 2), T([n, 3]), "pass"],
  [T([n, 3]), T(undefined, "float32", 2), "L2"],
  [T([n, 3]), T([n, 4]), "L0"],
  [T([n]), T([m]), "L2"],
  [T([]), T(undefined, "float32", 0), "pass"],
  [T([times(n, 2)]), T([times(n, 2)]), "pass"],
  [tupleInfo([T([2])]), tupleInfo([]), "L0"],
  [tupleInfo([T([n]), T([2])]), tupleInfo([T([m]), T([3])]), "L0"],
  [funcInfo([T([2])], T([2]), true), funcInfo([T([2])], T([2]), false), "L0"],
  [funcInfo([T([2])], T([2]), false), opaqueFunc, "L2"],
  [opaqueFunc, funcInfo([T([2])], T([2]), true), "pass"],
];
for (const [base, derived, expected] of answers) {
  test(`${describe(base)} of ${describe(derived)}: ${expected}`, () =>
    assert.is(isBaseOf(base, derived, ctx), expected));
}

const infos = fc.letrec<{ info: StructInfo }>((tie) => ({
  info: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom<StructInfo>(
      objectInfo,
      primInfo(int64),
      primInfo(int32),
      shapeInfo(undefined, 2),
      shapeInfo([n, m]),
      T(undefined),
    ),
    fc.array(fc.constantFrom(dim(1), dim(2), n, m, plus(n, 1)), { maxLength: 3 }).map((d) => T(d)),
    fc.array(tie("info"), { maxLength: 2 }).map((f) => tupleInfo(f)),
    fc
      .tuple(fc.array(tie("info"), { maxLength: 1 }), tie("info"), fc.boolean())
      .map(([p, r, pure]) => funcInfo(p, r, pure)),
  ),
})).info;

test("subsumption is reflexive, and a join covers both sides", () => {
  fc.assert(
    fc.property(infos, infos, (a, b) => {
      assert.is(isBaseOf(a, a, ctx), "pass");
      const both = join(a, b, ctx);
      if (both.kind === "relax.FuncInfo") return;
      assert.is(describe(join(b, a, ctx)), describe(both));
      if (hasFunction(both)) return;
      assert.is(isBaseOf(both, a, ctx), "pass");
      assert.is(isBaseOf(both, b, ctx), "pass");
    }),
    { seed: 3, numRuns: 400 },
  );
});
/** Parameters are joined to an over-approximation, which is no supertype. */
const hasFunction = (i: StructInfo): boolean =>
  i.kind === "relax.FuncInfo" || (i.kind === "relax.TupleInfo" && i.fields.some(hasFunction));

test("a join keeps the lengths that agree when symbols may be made", () => {
  assert.is(describe(join(T([n, 4]), T([m, 4]), ctx)), 'R.Tensor("float32", ndim=2)');
  const made = join(T([n, 4]), T([m, 4]), ctx, { fresh: (axis) => makeVar(`u${axis}`, int64) });
  assert.is(describe(made), 'R.Tensor((u0, 4), "float32")');
});

test("the worst answer wins", () => {
  assert.is(worst("pass", "L2"), "L2");
  assert.is(worst("L1", "L0"), "L0");
});

test("erasure forgets a shape as a whole", () => {
  const s = R.relaxVar("s", shapeInfo(undefined, 2));
  assert.is(
    describe(erase(T([n, 4]), hiding(new Set([n]), new Set()))),
    'R.Tensor("float32", ndim=2)',
  );
  const kept = T([m, 4]);
  assert.is(erase(kept, hiding(new Set([n]), new Set())), kept);
  assert.is(
    describe(erase(tensorInfo({ shape: s }), hiding(new Set(), new Set([s])))),
    "R.Tensor(ndim=2)",
  );
});

const call = (
  func: FuncInfo,
  ...args: StructInfo[]
): { text: string; codes: string[]; guards: number } => {
  const codes: string[] = [];
  let guards = 0;
  const here = makeInferContext({ report: (d) => codes.push(d.code), guard: () => guards++ });
  const site = { name: "f", call: R.relaxCall(value(func), args.map(value)) };
  const result = deriveCallReturn(func, args, here, site);
  return { text: result === undefined ? "opaque" : describe(result), codes, guards };
};

test("a call binds the symbols of parameters", () => {
  const f = funcInfo([T([k, 4]), T([k])], T([times(k, 2)]), true);
  assert.equal(call(f, T([n, 4]), T([n])), {
    text: 'R.Tensor((n * 2,), "float32")',
    codes: [],
    guards: 0,
  });
  assert.equal(call(f, T([3, 4]), T([3])).text, 'R.Tensor((6,), "float32")');
  assert.equal(call(f, T([3, 4]), T([4])).codes, ["TYP114"]);
  assert.equal(call(f, T([n, 4]), T([m])).guards, 1);
  assert.equal(call(f, T([n, 4])).codes, ["TYP113"]);
  assert.equal(call(f, T([n, 4]), objectInfo).codes, ["TYP114"]);
});

test("compound lengths wait for the symbols they need", () => {
  const f = funcInfo([T([times(k, 2)]), T([k])], T([k]), true);
  assert.equal(call(f, T([6]), T([3])), {
    text: 'R.Tensor((3,), "float32")',
    codes: [],
    guards: 0,
  });
  assert.equal(call(f, T([7]), T([3])).codes, ["TYP114"]);
});

test("symbols that no parameter binds are forgotten", () => {
  assert.is(call(funcInfo([objectInfo], T([k]), true), T([2])).text, 'R.Tensor("float32", ndim=1)');
  assert.is(call(opaqueFunc, T([2])).text, "R.Any");
});

test("branches join, and what is defined inside is hidden", () => {
  const inner = makeVar("inner", int64);
  const y = R.relaxVar("y", T([inner]));
  const x = t(undefined, "float32", 1);
  const then = R.seqExpr([R.bindingBlock([R.matchCast(y, x, T([inner]))])], y);
  const same = R.seqExpr([], t([4]));
  const cond = value(primInfo(int32));
  assert.is(describe(ctx.infoOf(R.ifExpr(cond, then, same))), 'R.Tensor("float32", ndim=1)');
  assert.is(describe(ctx.infoOf(R.ifExpr(cond, same, same))), 'R.Tensor((4,), "float32")');
});

test("leaves and tuples", () => {
  assert.is(describe(ctx.infoOf(R.tuple([]))), describe(voidInfo));
  const pair = R.tuple([t([2]), R.primValue(n)]);
  assert.is(describe(ctx.infoOf(R.tupleGetItem(pair, 1))), 'R.Prim("int64")');
  const codes: string[] = [];
  const here = makeInferContext({ report: (d) => codes.push(d.code) });
  here.infoOf(R.tupleGetItem(pair, 2));
  here.infoOf(R.tupleGetItem(t([2]), 0));
  here.infoOf(R.relaxCall(R.op("no_such_op"), []));
  here.infoOf(R.relaxCall(t([2]), []));
  here.infoOf(R.relaxCall({ kind: "ir.GlobalVar", name: "nothing" }, []));
  assert.equal(codes, ["TYP117", "TYP116", "TYP123", "TYP115", "TYP121"]);
});

test("deeply nested values end", () => {
  let e: R.Expr = t([2]);
  for (let i = 0; i < 5000; i++) e = R.tuple([e]);
  assert.ok(ctx.infoOf(e));
});

test.run();
