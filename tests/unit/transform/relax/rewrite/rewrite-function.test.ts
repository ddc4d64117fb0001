import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkModule } from "../../../../../src/analysis/index.js";
import { firstDifference } from "../../../../../src/ir/core/equal.js";
import { noAttrs } from "../../../../../src/ir/core/node.js";
import { irModule, type IRModule } from "../../../../../src/ir/module.js";
import {
  bindingBlock,
  op,
  relaxCall,
  relaxFunction,
  relaxVar,
  seqExpr,
  shapeExpr,
  tupleGetItem,
  varBinding,
  type Func,
} from "../../../../../src/ir/relax/expr.js";
import { tensorInfo } from "../../../../../src/ir/relax/struct-info.js";
import { intImm, makeVar } from "../../../../../src/ir/tir/expr.js";
import { Diagnostics } from "../../../../../src/support/diagnostic.js";
import { float32, int64 } from "../../../../../src/support/dtype.js";
import { moduleAt } from "../../../../../src/testing/fuzz/modules.js";
import { printModule } from "../../../../../src/syntax/index.js";
import {
  rewriteFunction,
  rewriteModule,
} from "../../../../../src/transform/relax/rewrite/index.js";

const test = suite("transform: rewriting of bindings");
const COUNT = 20;

const errors = (module: IRModule): string => {
  const sink = new Diagnostics();
  checkModule(module, sink);
  return sink.all
    .filter((d) => d.severity === "error")
    .map((d) => `${d.code} ${d.message}`)
    .join("\n");
};

test("rules that change nothing give the same module", () => {
  for (let index = 0; index < COUNT; index++) {
    const module = moduleAt(21, index);
    assert.is(
      rewriteModule(module, () => ({ value: (v) => v })),
      module,
      `module ${index}`,
    );
  }
});

test("values that are made again give an equal module", () => {
  for (let index = 0; index < COUNT; index++) {
    const module = moduleAt(22, index);
    const again = rewriteModule(module, () => ({ value: (v) => ({ ...v }) }));
    const difference = firstDifference(module, again);
    assert.is(difference?.path, undefined, `module ${index}: ${printModule(module)}`);
    assert.is(errors(again), errors(module), `module ${index}`);
  }
});

test("what is put before a binding is bound in the same block", () => {
  for (let index = 0; index < COUNT; index++) {
    const module = moduleAt(23, index);
    const doubled = rewriteModule(module, () => ({
      value(value, at) {
        const isOperator =
          value.kind === "relax.Call" && value.op.kind === "relax.Op" && value.op.name === "exp";
        return isOperator ? relaxCall(op("exp"), [{ ...value }]) : value;
      },
    }));
    assert.is(errors(doubled), errors(module), `module ${index}: ${printModule(doubled)}`);
  }
});

/** `exp` of `exp` of …, over tensors of symbolic length. */
function chain(length: number): Func {
  const n = makeVar("n", int64);
  const info = tensorInfo({ shape: shapeExpr([n, intImm(4, int64)]), dtype: float32 });
  const x = relaxVar("x", info, { annotated: true });
  const bindings = [];
  let last = x;
  for (let i = 0; i < length; i++) {
    const v = relaxVar(`v${i}`, info);
    bindings.push(varBinding(v, relaxCall(op("exp"), [last])));
    last = v;
  }
  return relaxFunction({
    name: "main",
    params: [x],
    body: seqExpr([bindingBlock(bindings)], last),
    retSinfo: info,
    isPure: true,
    isPrivate: false,
    attrs: noAttrs,
  });
}

test("each binding of a long function is visited once, at any depth of uses", () => {
  const func = chain(10_000);
  const module = irModule(new Map([["main", func]]));
  let visits = 0;
  const after = rewriteFunction(module, "main", func, {
    value(value, at, b) {
      visits++;
      // Every other binding is dropped, so that images chain through the whole function.
      if (visits % 2 === 0 || value.kind !== "relax.Call") return value;
      at.replace(b.var, value.args[0]!);
      return undefined;
    },
  });
  assert.is(visits, 10_000);
  assert.is(after.body.blocks[0]!.bindings.length, 5_000);
  assert.is(errors(irModule(new Map([["main", after]]))), "");
});

test("operands that are no leaves are bound, and types follow values", () => {
  const func = chain(2);
  const module = irModule(new Map([["main", func]]));
  const after = rewriteFunction(module, "main", func, {
    value(value, at, b) {
      if (b.var.name !== "v0" || value.kind !== "relax.Call") return value;
      const pair = relaxCall(op("split"), value.args, {
        attrs: new Map<string, never>([
          ["indices_or_sections", 2 as never],
          ["axis", 1 as never],
        ]),
      });
      return tupleGetItem(pair, 0);
    },
  });
  assert.is(errors(irModule(new Map([["main", after]]))), "");
  const infos = after.body.blocks[0]!.bindings.map((b) => b.var.sinfo);
  assert.equal(
    infos.map((i) => i?.kind),
    ["relax.TupleInfo", "relax.TensorInfo", "relax.TensorInfo"],
  );
  const last = infos[2];
  assert.ok(last?.kind === "relax.TensorInfo" && last.shape?.kind === "relax.ShapeExpr");
  const width = last.kind === "relax.TensorInfo" && last.shape?.kind === "relax.ShapeExpr" && last.shape.values[1]; // prettier-ignore
  assert.ok(width && width.kind === "tir.IntImm" && width.value === 2);
  assert.ok(after.retSinfo !== func.retSinfo);
});

test.run();
