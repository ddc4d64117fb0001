import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as fc from "fast-check";
import type { AttrValue } from "../../../src/ir/core/node.js";
import * as R from "../../../src/ir/relax/expr.js";
import {
  opaqueFunc,
  primInfo,
  tupleInfo,
  type StructInfo,
} from "../../../src/ir/relax/struct-info.js";
import { floatImm } from "../../../src/ir/tir/expr.js";
import { makeInferContext } from "../../../src/op/deduce/index.js";
import { isErrorInfo } from "../../../src/op/error-info.js";
import { arityOf } from "../../../src/op/arity.js";
import { allOps } from "../../../src/op/registry.js";
import { float64, int64 } from "../../../src/support/dtype.js";
import {
  T,
  anything,
  float,
  m,
  n,
  plus,
  prim,
  prims,
  shape,
  someShape,
  t,
  times,
  tuple,
  value,
} from "./build.js";

const test = suite("operators on any input");

const dims = fc.array(fc.constantFrom(0, 1, 2, 4, 1e15, n, m, times(n, 4), plus(n, -3)), {
  maxLength: 5,
});
const types = fc.constantFrom("float32", "int8", "int64", "bool", "float16", "");
const operand: fc.Arbitrary<R.Expr> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(dims, types).map(([d, type]) => t(d, type)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.integer({ min: -1, max: 4 }), types)
      .map(([rank, type]) => t(undefined, type, rank)),
  },
  dims.map((d) => shape(...d)),
  dims.map((d) => prims(...d)),
  fc.constantFrom(
    prim(0),
    prim(-1),
    prim(n),
    float(0.5),
    R.str("x"),
    R.dtypeValue(float64),
    someShape(-1),
    someShape(2),
  ),
  fc.constant(null).map(anything),
  fc
    .array(fc.tuple(dims, types), { maxLength: 3 })
    .map((list) => tuple(...list.map(([d, type]) => t(d, type)))),
  fc
    .constantFrom<StructInfo>(opaqueFunc, primInfo(int64), tupleInfo([T([2]), primInfo(int64)]))
    .map(value),
);
const attribute: fc.Arbitrary<AttrValue> = fc.oneof(
  fc.constantFrom<AttrValue>(
    null,
    true,
    "",
    "NCHW",
    "NHWC",
    "NCHW4c",
    "ij,jk->ik",
    "float16",
    "both",
    "max",
    floatImm(0.5, float64),
  ),
  fc.integer({ min: -3, max: 5 }),
  fc.array(fc.integer({ min: -2, max: 5 }), { maxLength: 5 }),
);

test("inference ends with a result, and with a message when the result is an error", () => {
  const ops = allOps();
  const call = fc.tuple(
    fc.constantFrom(...ops),
    fc.array(operand, { minLength: 6, maxLength: 6 }),
    fc.array(attribute, { minLength: 14, maxLength: 14 }),
    fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }),
  );
  fc.assert(
    fc.property(call, ([op, operands, values, given]) => {
      const { min, max } = arityOf(op);
      const args = operands.slice(0, Math.min(max, Math.max(min, 3)));
      const attrs = new Map<string, AttrValue>();
      op.params.forEach((p, i) => {
        if (p.role === "attr")
          attrs.set(p.name, given[i] === true ? values[i]! : (p.default ?? null));
      });
      const codes: string[] = [];
      const ctx = makeInferContext({ report: (d) => codes.push(d.severity) });
      const info = op.infer(R.relaxCall(R.op(op.name), args, { attrs }), ctx);
      assert.is(isErrorInfo(info), codes.includes("error"), op.name);
    }),
    { seed: 23, numRuns: 6000 },
  );
});

test.run();
