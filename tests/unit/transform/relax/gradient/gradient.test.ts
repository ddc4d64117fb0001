import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkModule } from "../../../../../src/analysis/index.js";
import { readModule } from "../../../../../src/driver/frontend.js";
import { makeInputs, parseShapes } from "../../../../../src/driver/inputs.js";
import { loadLibraries } from "../../../../../src/driver/libraries.js";
import { interpret } from "../../../../../src/interp/index.js";
import type { IRModule } from "../../../../../src/ir/module.js";
import { Diagnostics } from "../../../../../src/support/diagnostic.js";
import { tensorValue, type Value } from "../../../../../src/support/value.js";
import { runPipeline, step } from "../../../../../src/transform/pipeline.js";
import { gradient } from "../../../../../src/transform/relax/gradient/gradient.js";
import { gradientRules } from "../../../../../src/transform/relax/gradient/rules/index.js";
import { legalizeOps } from "../../../../../src/transform/relax/legalize-ops.js";

const test = suite("transform: gradients against finite differences");

/** Parameters, then a tensor made from them. Symbols: n = 3, m = 2. */
const cases: readonly (readonly [params: string, value: string])[] = [
  ...["abs", "cos", "cosh", "erf", "exp", "negative", "sigmoid", "sin", "sinh", "square", "tan", "tanh",
    "asinh", "atan", "nn.relu", "nn.silu", "nn.gelu"].map((f) => ["x: n 2", `R.${f}(x)`] as const), // prettier-ignore
  ...["log", "sqrt", "rsqrt", "acosh"].map((f) => ["x: n", `R.${f}(R.add(R.square(x), R.const(1.5, "float64")))`] as const), // prettier-ignore
  ...["acos", "asin", "atanh"].map((f) => ["x: n", `R.${f}(R.multiply(R.sin(x), R.const(0.7, "float64")))`] as const), // prettier-ignore
  ...["floor", "ceil", "round", "trunc", "sign"].map((f) => ["x: n", `R.add(x, R.${f}(x))`] as const), // prettier-ignore
  ["x: n", "R.clip(x, -0.3, 0.4)"],
  ["x: n", 'R.astype(R.astype(x, "float64"), "float64")'],
  ["x: n", "R.nn.leakyrelu(x, alpha=0.2)"],
  ["x: n", "R.nn.softplus(x, beta=2.0)"],
  ["x: n 2, y: 2", "R.add(x, y)"],
  ["x: n 1, y: 2", "R.subtract(x, y)"],
  ["x: n 1, y: 1 2", "R.multiply(x, y)"],
  ["x: 2 n, y: n", 'R.divide(x, R.add(R.square(y), R.const(1.0, "float64")))'],
  ["x: n, y: 2 1", 'R.power(R.add(R.square(x), R.const(0.5, "float64")), y)'],
  ["x: n 2, y: 2", "R.maximum(x, y)"],
  ["x: n 2, y: n 1", "R.minimum(x, y)"],
  ["x: n, y: n", "R.log_add_exp(x, y)"],
  ["x: n 2, y: 2", "R.where(R.less(x, y), x, y)"],
  ["x: n m 2", "R.sum(x, axis=[-1, 0])"],
  ["x: n m", "R.sum(x)"],
  ["x: n m 2", "R.mean(x, axis=[1], keepdims=True)"],
  ["x: 2 3", "R.mean(x)"],
  ["x: n m 2", "R.variance(x, axis=[0, 2])"],
  ["x: 2 3", "R.std(x, axis=[1])"],
  ["x: n m", "R.max(x, axis=[0])"],
  ["x: n m", "R.min(x, axis=[1], keepdims=True)"],
  ["x: n m", "R.cumsum(x, axis=-1)"],
  ["x: n m", "R.cumsum(x, exclusive=True)"],
  ["x: n m", "R.nn.softmax(x, axis=0)"],
  ["x: n m", "R.nn.log_softmax(x)"],
  ["x: n m 2", "R.reshape(x, R.shape([m, 2 * n]))"],
  ["x: n m", "R.flatten(x)"],
  ["x: n m", "R.expand_dims(x, axis=[0, -1])"],
  ["x: n 1 m", "R.squeeze(x, axis=[1])"],
  ["x: n m 2", "R.permute_dims(x, axes=[2, 0, 1])"],
  ["x: n m 2", "R.permute_dims(x)"],
  ["x: n 1", "R.broadcast_to(x, R.shape([4, n, 2]))"],
  ["x: n 2, y: m 2, z: 1 2", "R.concat((x, y, x, z), axis=0)"],
  ["x: n 5", "R.multiply(R.split(x, [1, 3], axis=1)[0], R.split(x, [1, 3], axis=1)[2])"],
  ["x: n 4", "R.split(x, 2, axis=1)[1]"],
  ["x: n n", "R.tril(x)"],
  ["x: n m", "R.triu(x, 1)"],
  ["x: 3 m", 'R.take(x, R.const([2, 0, 2, 1], "int64"), axis=0)'],
  ["x: 3", 'R.take(x, R.const([2, 0, 2, 1], "int64"))'],
  ["x: scalar", "R.full(R.shape([3, 2]), x)"],
  ["x: scalar, y: n", "R.full_like(y, x)"],
  ["x: n", "R.add(x, R.ones_like(x))"],
  [
    "x: n",
    'R.add(x, R.add(R.zeros_like(x), R.add(R.ones((n,), "float64"), R.zeros((n,), "float64"))))',
  ],
  ["x: n", "R.grad.end_checkpoint(R.exp(R.grad.start_checkpoint(x)))"],
  ["x: n m, y: m 2", "R.matmul(x, y)"],
  ["x: m, y: m 2", "R.matmul(x, y)"],
  ["x: n m, y: m", "R.matmul(x, y)"],
  ["x: m, y: m", "R.matmul(x, y)"],
  ["x: 2 1 n m, y: 3 m 2", "R.matmul(x, y)"],
  ["x: m, y: 3 m 2", "R.matmul(x, y)"],
  ["x: n 2 4 4, y: 2 2 3 3", "R.nn.conv2d(x, y, padding=1)"],
  ["x: 1 2 6 5, y: 4 1 3 2", "R.nn.conv2d(x, y, strides=2, padding=[1, 0, 0, 1], groups=2)"],
  ["x: 2 1 6 6, y: 1 1 2 2", "R.nn.conv2d(x, y, strides=[2, 1], dilation=[1, 2])"],
  ["x: 1 1 5 5", "R.nn.max_pool2d(x, pool_size=3, strides=2, padding=1)"],
  ["x: 1 1 5 4", "R.nn.avg_pool2d(x, pool_size=2, strides=[2, 1], padding=[1, 0, 1, 0])"],
  ["x: n m", "R.nn.dropout(x)[0]"],
  ["x: n m, y: n m", "R.nn.cross_entropy_with_logits(x, y)"],
  ["x: n, y: n", "R.nn.cross_entropy_with_logits(x, y)"],
  ["x: 2 3", 'R.nn.nll_loss(R.nn.log_softmax(x), R.const([2, 0], "int64"))'],
];

const SIZES = { n: 3, m: 2 };

function textOf([params, value]: readonly [string, string], index: number): string {
  const declared = params.split(", ").map((p) => {
    const [name, dims] = p.split(": ") as [string, string];
    const shape = dims === "scalar" ? "" : dims.split(" ").map((d) => (/\d/.test(d) ? d : `"${d}"`)).join(", "); // prettier-ignore
    return `${name}: R.Tensor((${shape}${shape === "" ? "" : ","}), "float64")`;
  });
  const symbols = Object.keys(SIZES).filter((s) => new RegExp(`[: ]${s}( |,|$)`).test(params));
  // Elements of the value count differently.
  return `
@R.function
def f${index}(${declared.join(", ")}):
${symbols.map((s) => `    ${s} = T.int64()\n`).join("")}    with R.dataflow():
        v = ${value}
        s = R.cumsum(R.flatten(R.add(v, R.square(v))))
        z = R.sum(R.sin(s))
        R.output(z)
    return z
`;
}

const { lowering } = loadLibraries();

function read(text: string): IRModule {
  const { module, failed, diagnostics } = readModule({ name: "case.relax", text });
  assert.not(failed, diagnostics.map((d) => d.message).join("\n"));
  return module;
}

function run(module: IRModule, steps: Parameters<typeof runPipeline>[1]): IRModule {
  const sink = new Diagnostics();
  const after = runPipeline(module, steps, sink, { lowering });
  const said = sink.all.map((d) => d.message).join("\n");
  assert.is(said, "", said);
  return after!;
}

function evaluate(module: IRModule, name: string, args: readonly Value[]): Value {
  const result = interpret(module, name, [...args]);
  if (!result.ok) throw new Error(`${name}: ${result.diagnostic.message}`);
  return result.value;
}

const floats = (value: Value): Float64Array => {
  if (value.kind !== "tensor") throw new Error(`a tensor was expected, not a ${value.kind}`);
  const { bytes } = value.data;
  return new Float64Array(bytes.slice().buffer);
};

/** The argument with one element moved. */
function moved(args: readonly Value[], which: number, element: number, by: number): Value[] {
  const value = args[which]!;
  if (value.kind !== "tensor") throw new Error("a tensor was expected");
  const elements = floats(value);
  elements[element]! += by;
  const bytes = new Uint8Array(elements.buffer);
  return args.map((a, i) => (i === which ? tensorValue({ ...value.data, bytes }) : a));
}

const module = read(cases.map(textOf).join("\n"));
const differentiated = run(module, cases.map((_, i) => step(gradient, { func: `f${i}` }))); // prettier-ignore
const lowered = run(differentiated, [step(legalizeOps)]);

test("functions with gradients are well-formed, and come out the same again", () => {
  const sink = new Diagnostics();
  checkModule(differentiated, sink);
  assert.equal(sink.all.filter((d) => d.severity === "error").map((d) => d.message), []); // prettier-ignore
  assert.is(run(differentiated, [step(gradient, { func: "f0" })]), differentiated);
});

test("every rule is tried", () => {
  const text = cases.map(([, value]) => value).join("\n");
  const missing = [...gradientRules.keys()].filter((op) => !text.includes(`R.${op}(`));
  assert.equal(missing, ["grad.no_grad"]);
});

for (const [index, [params, value]] of cases.entries()) {
  test(`${value} by ${params}`, () => {
    const func = module.functions.get(`f${index}`)!;
    if (func.kind !== "relax.Function") throw new Error("a Relax function was expected");
    const sizes = Object.entries(SIZES).filter(([s]) => new RegExp(`[: ]${s}( |,|$)`).test(params));
    const shapes = parseShapes(sizes.map(([s, d]) => `${s}=${d}`));
    const args = makeInputs(func, { ...shapes, given: new Map(), seed: 5 });
    const [result, found] = (() => {
      const both = evaluate(lowered, `f${index}_adjoint`, args);
      if (both.kind !== "tuple") throw new Error("a tuple was expected");
      const [r, g] = both.fields as [Value, Value];
      if (g.kind !== "tuple") throw new Error("a tuple was expected");
      return [r, g.fields] as const;
    })();
    const at = (given: readonly Value[]): number =>
      floats(evaluate(lowered, `f${index}`, given))[0]!;
    assert.is(floats(result)[0], at(args));
    const step = 1e-6;
    found.forEach((gradientBy, p) => {
      floats(gradientBy).forEach((g, e) => {
        const slope = (at(moved(args, p, e, step)) - at(moved(args, p, e, -step))) / (2 * step);
        const isClose = Math.abs(slope - g) <= 1e-5 * Math.max(1, Math.abs(slope), Math.abs(g));
        assert.ok(isClose, `parameter ${p}, element ${e}: ${g}, by differences ${slope}`);
      });
    });
  });
}

test.run();
