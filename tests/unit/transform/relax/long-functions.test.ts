import { suite } from "uvu";
import * as assert from "uvu/assert";
import { noAttrs } from "../../../../src/ir/core/node.js";
import { irModule, type IRModule } from "../../../../src/ir/module.js";
import {
  bindingBlock,
  op,
  relaxCall,
  relaxFunction,
  relaxVar,
  seqExpr,
  shapeExpr,
  varBinding,
  type Binding,
  type Expr,
  type Var,
} from "../../../../src/ir/relax/expr.js";
import { tensorInfo } from "../../../../src/ir/relax/struct-info.js";
import { makeVar } from "../../../../src/ir/tir/expr.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { float32, int64 } from "../../../../src/support/dtype.js";
import { runPipeline, step, type Step } from "../../../../src/transform/pipeline.js";
import { canonicalizeBindings } from "../../../../src/transform/relax/clean/canonicalize-bindings.js";
import { convertToDataflow } from "../../../../src/transform/relax/clean/convert-to-dataflow.js";
import { deadCodeElimination } from "../../../../src/transform/relax/clean/dead-code-elimination.js";
import { eliminateCommonSubexpr } from "../../../../src/transform/relax/clean/eliminate-common-subexpr.js";
import { foldConstant } from "../../../../src/transform/relax/clean/fold-constant.js";
import { normalize } from "../../../../src/transform/relax/clean/normalize.js";
import { toNonDataflow } from "../../../../src/transform/relax/clean/to-non-dataflow.js";
import { topologicalSort } from "../../../../src/transform/relax/clean/topological-sort.js";

const test = suite("transform: long functions");

/** A binding that counts how often its value is read. */
const counted = (v: Var, value: Expr, reads: { count: number }): Binding => ({
  ...varBinding(v, value),
  get value() {
    reads.count++;
    return value;
  },
});

/** A chain of `exp`, each computed twice and copied, under one `add`. */
function longModule(length: number, reads = { count: 0 }): IRModule {
  const info = tensorInfo({ shape: shapeExpr([makeVar("n", int64)]), dtype: float32 });
  const x = relaxVar("x", info, { annotated: true });
  const bindings: Binding[] = [];
  const bind = (value: Expr): Var => {
    const v = relaxVar(`v${bindings.length}`, info);
    bindings.push(counted(v, value, reads));
    return v;
  };
  let last = x;
  while (bindings.length < length) {
    const [a, b] = [last, last].map((v) => bind(relaxCall(op("exp"), [v])));
    last = bind(bind(relaxCall(op("add"), [a!, b!])));
  }
  const func = relaxFunction({
    name: "main",
    params: [x],
    body: seqExpr([bindingBlock(bindings)], last),
    retSinfo: info,
    isPure: true,
    isPrivate: false,
    attrs: noAttrs,
  });
  return irModule(new Map([["main", func]]));
}

const sizeOf = (module: IRModule): number => {
  const main = module.functions.get("main");
  return main?.kind === "relax.Function"
    ? main.body.blocks.reduce((n, block) => n + block.bindings.length, 0)
    : 0;
};

const steps: Step[] = [
  step(normalize),
  step(eliminateCommonSubexpr),
  step(canonicalizeBindings),
  step(foldConstant),
  step(deadCodeElimination),
  step(convertToDataflow),
  step(topologicalSort, { order: "breadth-first", direction: "from-outputs" }),
  step(toNonDataflow),
];

test("ten thousand bindings are no problem of depth", () => {
  const after = runPipeline(longModule(10_000), steps, new Diagnostics());
  assert.is(sizeOf(after!), 5_000);
});

for (const one of steps) {
  test(`${one.text} looks at each binding a fixed number of times`, () => {
    const perBinding = [1_000, 4_000].map((length) => {
      const reads = { count: 0 };
      runPipeline(longModule(length, reads), [one], new Diagnostics());
      return reads.count / length;
    });
    assert.ok(perBinding[0]! > 0);
    assert.ok(perBinding[1]! <= perBinding[0]! + 1, perBinding.join(" and "));
  });
}

test.run();
