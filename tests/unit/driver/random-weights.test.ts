import { suite } from "uvu";
import * as assert from "uvu/assert";
import { spreadOf } from "../../../src/driver/random-weights.js";
import { readModule } from "../../../src/driver/frontend.js";
import type { Func } from "../../../src/ir/relax/expr.js";

const weights = suite("driver: random weights");

const entry = (attrs: string): Func => {
  const text = `@R.function
def main(x: R.Tensor((2, 8), "float32"), w: R.Tensor((4, 8), "float32"), b_var: R.Tensor((4,), "float32")):
    R.func_attr({${attrs}})
    return x
`;
  const { module } = readModule({ name: "m.relax", text });
  return module.functions.get("main") as Func;
};

weights("inputs are standard normal, with and without weights", () => {
  assert.equal(spreadOf(entry('"num_input": 1'), "x", [2, 8]), { kind: "normal", scale: 1 });
  assert.equal(spreadOf(entry(""), "w", [4, 8]), { kind: "normal", scale: 1 });
});

weights("weights are scaled by what enters an output", () => {
  const func = entry('"num_input": 1');
  assert.equal(spreadOf(func, "w", [4, 8]), { kind: "normal", scale: 0.5 });
  assert.equal(spreadOf(func, "w", [4, 8, 2, 2]), { kind: "normal", scale: Math.sqrt(2 / 32) });
  assert.equal(spreadOf(func, "b_var", [4]), { kind: "normal", scale: 0.1 });
});

weights("ranges are taken by the end of a name", () => {
  const func = entry('"num_input": 1, "relaxc.random": {"_var": [0.5, 2]}');
  assert.equal(spreadOf(func, "b_var", [4]), { kind: "uniform", low: 0.5, high: 2 });
  assert.equal(spreadOf(func, "w", [4, 8]), { kind: "normal", scale: 0.5 });
});

weights("a range that is none is left out", () => {
  const func = entry('"num_input": 1, "relaxc.random": {"_var": "wide"}');
  assert.equal(spreadOf(func, "b_var", [4]), { kind: "normal", scale: 0.1 });
});

weights.run();
