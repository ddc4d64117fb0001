import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as R from "../../../src/ir/relax/expr.js";
import { noAttrs } from "../../../src/ir/core/node.js";
import { arityOf } from "../../../src/op/arity.js";
import { allBuiltins, lookupBuiltin } from "../../../src/op/builtins.js";
import { makeInferContext } from "../../../src/op/deduce/index.js";
import { isErrorInfo } from "../../../src/op/error-info.js";
import { allOps, lookupOp, opRegistry } from "../../../src/op/registry.js";
import type { Diagnostic } from "../../../src/support/diagnostic.js";
import { anything, t } from "./build.js";

const test = suite("operator registry");

test("has the 230 operators of the current release", () => {
  assert.is(allOps().length, 230);
  const names = allOps().map((op) => op.name);
  assert.equal(names, [...names].sort());
});

test("knows which operators act", () => {
  const impure = allOps().filter((op) => op.pure === false);
  assert.equal(
    impure.map((op) => op.name),
    [
      "assert_op",
      "call_builtin_with_ctx",
      "invoke_closure",
      "memory.kill_storage",
      "memory.kill_tensor",
      "print",
      "vm.call_tir_dyn",
      "vm.kill_object",
    ],
  );
});

test("every declaration is complete", () => {
  for (const op of allOps()) {
    assert.ok(op.summary.endsWith("."), op.name);
    assert.match(op.family, /^[a-z-]+$/);
    const names = op.params.map((p) => p.name);
    assert.is(new Set(names).size, names.length, `${op.name} names a parameter twice`);
    const { min, max } = arityOf(op);
    assert.ok(min <= max, op.name);
  }
});

test("suggests near names", () => {
  assert.is(lookupOp("mattmul"), undefined);
  assert.match(opRegistry.suggest("nn.conv2D") ?? "", /nn\.conv2d/);
});

test("no operands, or operands of no known kind, give a message and no exception", () => {
  for (const op of allOps()) {
    const { min, max } = arityOf(op);
    for (const count of [0, min, Math.min(max, min + 2), 9]) {
      for (const make of [anything, () => t([2, 3]), () => R.str("x"), () => R.tuple([])]) {
        const diagnostics: Diagnostic[] = [];
        const ctx = makeInferContext({ report: (d) => diagnostics.push(d) });
        const args = Array.from({ length: count }, make);
        const info = op.infer(R.relaxCall(R.op(op.name), args, { attrs: noAttrs }), ctx);
        assert.is(isErrorInfo(info), diagnostics.length > 0, `${op.name} of ${count}`);
        if (count < min || count > max) assert.is(diagnostics[0]?.code, "TYP100", op.name);
      }
    }
  }
});

test("an operand with an error silences its users", () => {
  const diagnostics: Diagnostic[] = [];
  const ctx = makeInferContext({ report: (d) => diagnostics.push(d) });
  const bad = R.relaxCall(R.op("add"), [t([2]), t([3])]);
  const info = ctx.infoOf(R.relaxCall(R.op("nn.relu"), [R.relaxVar("y", ctx.infoOf(bad))]));
  assert.ok(isErrorInfo(info));
  assert.is(diagnostics.length, 1);
});

test("builtins say their purity and result", () => {
  assert.is(lookupBuiltin("vm.builtin.shape_of")?.pure, true);
  assert.is(lookupBuiltin("vm.builtin.match_shape")?.pure, false);
  assert.ok(allBuiltins().length > 25);
  const ctx = makeInferContext();
  const call = R.relaxCall({ kind: "ir.ExternFunc", symbol: "vm.builtin.shape_of" }, [t([2, 3])]);
  const info = ctx.infoOf(call);
  assert.is(info.kind, "relax.ShapeInfo");
});

test.run();
