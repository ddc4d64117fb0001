import { suite } from "uvu";
import * as assert from "uvu/assert";
import { functionOf, good, roundTrip } from "./helpers.js";

const round = suite("syntax: round trip of R");

const BODY = (
  lines: readonly string[],
  params = 'x: R.Tensor(("n", 4), "float32"), p: T.int64',
): string => `@R.function\ndef main(${params}):\n${lines.map((l) => `    ${l}\n`).join("")}`;

const PROGRAMS: Readonly<Record<string, string>> = {
  "nested calls": BODY(["return R.add(R.exp(x), R.multiply(R.exp(x), x))"]),
  "scalar arithmetic": BODY([
    "q = p + 1",
    "z = R.reshape(x, (q, -1))",
    "return (z, q, R.shape([p, q // 2]))",
  ]),
  "tuples and items": BODY(["t = (x, (x, p))", "a, b = t", "c = b[0]", "return (c, a, ())"]),
  "constants of all kinds": BODY([
    'a = R.const([[1, 2], [3, 4]], "int64")',
    'b = R.const([0.1, -0.0, float("inf"), float("nan")], "float16")',
    "c = R.const(True)",
    'd = R.const(255, "uint8")',
    'e = R.const([], "float32")',
    'f = R.const(1.1, "bfloat16")',
    "return (a, b, c, d, e, f)",
  ]),
  match_cast: BODY([
    "m = T.int64()",
    'y = R.match_cast(R.nonzero(x), R.Tensor((2, m), "int64"))',
    "return y",
  ]),
  "if and elif": BODY([
    "if p > 3:",
    "    y = R.exp(x)",
    "elif p > 1:",
    "    u = R.sin(x)",
    "    y = R.cos(u)",
    "else:",
    "    y = x",
    "return y",
  ]),
  "recursive closure": BODY([
    "@R.function",
    'def g(a: R.Tensor(("k", 4), "float32")) -> R.Tensor(("k", 4), "float32"):',
    "    b = g(a)",
    "    return b",
    "y = g(x)",
    "return y",
  ]),
  "outputs whose types know scalars of their block": BODY([
    "with R.dataflow():",
    "    a: T.int64 = 2",
    "    b = (a, x)",
    "    c = R.shape([a, n])",
    "    R.output(b, c)",
    "d = (b, c)",
    "return d",
  ]),
  "closure as a value": BODY([
    "@R.function",
    'def g(a: R.Tensor(("k", 4), "float32")):',
    "    return R.add(a, x)",
    "return g",
  ]),
  shadowing: BODY(["y = R.exp(x)", "y = R.sin(y)", "x = R.add(y, x)", "return x"]),
  "closures of the machine": BODY([
    'a = R.call_pure_packed("f", x, p, R.str("s"), R.dtype("int8"), R.shape([p]), ty_args=R.Tensor((2,), "int8"))',
    'b = R.call_dps_packed("g", (a, p, 3), out_ty=[R.Tensor((2,), "int8"), R.Tensor((p,), "int8")])',
    "c = R.null_value()",
    "return (a, b, c)",
  ]),
  memory: BODY([
    's = R.memory.alloc_storage(R.shape([64]), 0, "global", "uint8")',
    't = R.memory.alloc_tensor(s, 0, R.shape([4, 4]), "float32")',
    'v = R.memory.view(x, dtype="int32")',
    "return (t, v)",
  ]),
  attributes: BODY([
    "a = R.nn.softmax(x, axis=0)",
    "b = R.strided_slice(x, [0], [1], [n], assume_inbound=True)",
    "c = R.layout_transform(x, index_map=lambda i, j: (j, i // 2, i % 2))",
    "d = R.sum(x, [0, 1], keepdims=True)",
    "return (a, b, c, d)",
  ]),
  types: `@R.function
def main(
    f: R.Callable((R.Tensor(("n",), "float32"), R.Prim("int64")), R.Tuple, False),
    g: R.Callable,
    s: R.Shape(["n", "n * 2"]),
    t: R.Tuple(R.Tensor, R.Tuple(R.Any)),
    u: R.Shape(ndim=3),
    v: R.Tensor(s, "int8"),
    w: R.Prim(value="n + 1"),
):
    return (s, t, u, v, w)
`,
  effects: `@R.function(pure=False)
def main(x: R.Tensor((), "bool")):
    R.print(x, x, format="{} {}")
    R.assert_op(x, [x], format="no {}")
    _ = R.call_packed("f", x)
    return R.tuple()
`,
  devices: `@I.ir_module
class Module:
    I.module_global_infos({"vdevice": [I.vdevice("llvm"), I.vdevice("llvm", 0, "texture")]})

    @R.function
    def main(x: R.Tensor((2,), "float32", "llvm:1:texture")):
        y = R.to_vdevice(x, "llvm:0")
        return y
`,
  distributed: `@R.function
def main(x: R.DTensor((8, 8), "float32", "mesh[0]", "S[0], R")):
    y = R.add(x, R.dist.const(1.0, R.DTensor((), "float32", "mesh[0]", "R, R")))
    return y
`,
};

for (const [name, text] of Object.entries(PROGRAMS)) {
  for (const dialect of ["native", "tvm-0.27", "tvm-0.18"] as const) {
    round(`${name} in ${dialect}`, () => {
      if (dialect === "tvm-0.27" && name === "types") return;
      assert.ok(roundTrip(text, { dialect, header: false }).length > 0);
    });
  }
}

round("an annotation that is coarser survives", () => {
  const text = BODY(["y: R.Tensor(ndim=2) = R.exp(x)", "return y"]);
  const [binding] = functionOf(good(text)).body.blocks[0]!.bindings;
  assert.is(binding!.var.sinfo?.kind === "relax.TensorInfo" && binding!.var.sinfo.ndim, 2);
  assert.is(binding!.var.annotated, true);
  assert.match(roundTrip(text), "y: R.Tensor(ndim=2) = R.exp(x)");
});

round("outputs of a dataflow block are the last bindings of their names", () => {
  const text = BODY([
    "with R.dataflow():",
    "    a = R.exp(x)",
    "    a = R.sin(a)",
    "    R.output(a)",
    "return a",
  ]);
  const [block] = functionOf(good(text)).body.blocks;
  assert.equal(
    block!.bindings.map((b) => b.var.dataflow),
    [true, false],
  );
});

round("the symbols of two functions are two", () => {
  const module = good(`@I.ir_module
class Module:
    @R.function
    def f(x: R.Tensor(("n",), "float32")):
        return x
    @R.function
    def main(x: R.Tensor(("n",), "float32")):
        y = Module.f(x)
        return y
`);
  const symbol = (name: string): unknown => {
    const info = functionOf(module, name).params[0]!.sinfo;
    return info?.kind === "relax.TensorInfo" && info.shape?.kind === "relax.ShapeExpr"
      ? info.shape.values[0]
      : undefined;
  };
  assert.is.not(symbol("f"), symbol("main"));
});

round.run();
