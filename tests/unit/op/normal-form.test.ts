import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeInferContext } from "../../../src/op/deduce/index.js";
import { normalForm, type NormalForm } from "../../../src/op/normal-form.js";
import { lookupOp } from "../../../src/op/registry.js";
import { Diagnostics } from "../../../src/support/diagnostic.js";
import type { AttrValue } from "../../../src/ir/core/node.js";
import { isNode } from "../../../src/ir/nodes.js";
import { visit } from "../../../src/ir/core/visit.js";
import type { Call } from "../../../src/ir/relax/expr.js";
import { parseModule } from "../../../src/syntax/index.js";

const form = suite("op/normal-form");

/** The normal form of the only call of an operator in `R.…`, on x: (n, 4, 6) and i: (2,) of int64. */
function formOf(call: string): NormalForm {
  const text = `@R.function
def main(x: R.Tensor(("n", 4, 6), "float32"), i: R.Tensor((2,), "int64"), w: R.Tensor((4, 4, 3), "float32")):
    n = T.int64()
    y = ${call}
    return y
`;
  const sink = new Diagnostics();
  const module = parseModule({ name: "call.relax", text }, sink);
  assert.equal(
    sink.all.map((d) => d.message),
    [],
  );
  let found: Call | undefined;
  visit(module, {
    enter(node) {
      if (node.kind === "relax.Call") found ??= node;
    },
  });
  const op = lookupOp((found!.op as { name: string }).name)!;
  const ctx = makeInferContext({ module });
  return normalForm(
    op,
    found!,
    found!.args.map((a) => ctx.infoOf(a)),
    op.infer(found!, ctx),
  );
}
const plain = (v: AttrValue | undefined): unknown => {
  if (Array.isArray(v)) return v.map(plain);
  if (!isNode(v)) return v;
  if (v.kind === "tir.DTypeImm") return v.value.name;
  return "value" in v ? v.value : v.kind === "tir.Var" ? v.name : v.kind;
};
const attrs = (call: string): Record<string, unknown> =>
  Object.fromEntries([...formOf(call).attrs].map(([k, v]) => [k, plain(v)]));
const scalars = (call: string): Record<string, unknown> =>
  Object.fromEntries([...formOf(call).scalars].map(([k, v]) => [k, plain(v)]));

form("axes count from the front; absent ones are all, in order, or reversed", () => {
  assert.equal(attrs("R.sum(x, axis=[-1, 0])").axis, [0, 2]);
  assert.equal(attrs("R.sum(x)").axis, [0, 1, 2]);
  assert.equal(attrs("R.permute_dims(x)").axes, [2, 1, 0]);
  assert.equal(attrs("R.permute_dims(x, axes=[-1, 0, 1])").axes, [2, 0, 1]);
  assert.equal(attrs("R.nn.softmax(x)").axis, 2);
  assert.equal(attrs("R.stack((x, x), axis=-1)").axis, 3);
  assert.equal(attrs("R.argmax(x)").axis, null);
});

form(
  "windows: one number for each dimension, befores then afters, layouts and types filled in",
  () => {
    const a = attrs("R.nn.conv1d(x, w, padding=1, strides=2)");
    assert.equal(a.padding, [1, 1]);
    assert.equal(a.strides, [2]);
    assert.equal(a.out_layout, "NCW");
    assert.equal(a.out_dtype, "float32");
  },
);

form("scalars are literals where constant, expressions where not", () => {
  assert.equal(scalars("R.clip(x, 0, 6)"), { min: 0, max: 6 });
  const slice = scalars("R.strided_slice(x, axes=[-1], begin=[1], end=[n])");
  assert.equal(slice.axes, [2]);
  assert.equal(slice.strides, [1]);
  assert.equal(slice.end, ["n"]);
});

form("what has its default is known, in normal form too", () => {
  assert.ok(formOf("R.sum(x, axis=[0, 1, 2])").defaulted.has("axis"));
  assert.not.ok(formOf("R.sum(x, axis=[0, 1])").defaulted.has("axis"));
  assert.ok(formOf("R.nn.conv1d(x, w, out_layout='NCW')").defaulted.has("out_layout"));
  assert.not.ok(formOf("R.nn.conv1d(x, w, padding=1)").defaulted.has("padding"));
});

form.run();
