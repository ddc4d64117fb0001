import { suite } from "uvu";
import * as assert from "uvu/assert";
import { structuralEqual } from "../../../../src/ir/core/equal.js";
import { good, roundTrip } from "./helpers.js";

const eras = suite("syntax: eras of R");

const T22 = `
    @T.prim_func
    def f(a: T.handle, b: T.handle) -> None:
        m = T.var("int64")
        A = T.match_buffer(a, (m,), "float32")
        B = T.match_buffer(b, (m,), "float32")
        for i in range(m):
            with T.block("b"):
                vi = T.axis.spatial(m, i)
                B[vi] = A[vi]
`;
const T26 = `
    @T.prim_func(s_tir=True)
    def f(a: T.handle, b: T.handle):
        m = T.int64()
        A = T.match_buffer(a, (m,), "float32")
        B = T.match_buffer(b, (m,), "float32")
        for i in range(m):
            with T.sblock("b"):
                vi = T.axis.spatial(m, i)
                B[vi] = A[vi]
`;

/** Programs of 2022, 2023 and 2026 that mean the same. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  call_tir: [
    `@tvm.script.ir_module
class Module:${T22}
    @R.function
    def main(x: Tensor((m,), "float32")) -> Tensor((m,), "float32"):
        y = R.call_tir(f, (x,), (m,), dtype="float32")
        return y
`,
    `@I.ir_module
class Module:${T26}
    @R.function
    def main(x: R.Tensor(("m",), "float32")) -> R.Tensor(("m",), "float32"):
        m = T.int64()
        cls = Module
        y = R.call_tir(cls.f, (x,), out_sinfo=R.Tensor((m,), "float32"))
        return y
`,
    `m = TypeVar("m")
@I.ir_module
class Module:${T26}
    @R.function
    def main(x: R.Tensor((m,), "float32")) -> R.Tensor((m,), "float32"):
        y = R.call_tir(Module.f, x, out_ty=R.Tensor((m,), "float32"))
        return y
`,
  ],
  operators: [
    `@R.function
def main(x: Tensor((2, 3), "float32"), y: Tensor((2, 3), "float32")) -> Tensor((2, 3), "float32"):
    with relax.dataflow():
        z = add(x, y)
        relax.output(z)
    return z
`,
    `@R.function
def main(x: R.Tensor((2, 3), "float32"), y: R.Tensor((2, 3), "float32")) -> R.Tensor((2, 3), "float32"):
    with R.dataflow():
        z = relax.op.add(x, y)
        R.output(z)
    return z
`,
    `@R.function
def main(x: R.Tensor((2, 3), "float32"), y: R.Tensor((2, 3), "float32")) -> R.Tensor((2, 3), "float32"):
    with R.dataflow():
        z: R.Tensor((2, 3), dtype="float32") = x + y
        R.output(z)
    return z
`,
  ],
  packed: [
    `@R.function
def main(x: Tensor(None, "float32", ndim=2)) -> Object:
    y = relax.call_packed("f", x, type_args=(Tensor(ndim=2, dtype="float32")))
    return y
`,
    `@R.function(pure=False)
def main(x: R.Tensor(dtype="float32", ndim=2)) -> R.Object:
    y = R.call_packed("f", x, sinfo_args=R.Tensor(dtype="float32", ndim=2))
    return y
`,
    `@R.function(pure=False)
def main(x: R.Tensor(dtype="float32", ndim=2)) -> R.Any:
    y = R.call_packed("f", x, ty_args=[R.Tensor(dtype="float32", ndim=2)])
    return y
`,
  ],
  matchShape: [
    `@R.function
def main(x: Tensor(_, "float32")) -> Object:
    sh = relax.call_packed("vm.builtin.shape_of", x)
    y = relax.match_shape(x, (n, m))
    return y
`,
    `@R.function
def main(x: R.Tensor("float32")) -> R.Object:
    n, m = T.int64(), T.int64()
    sh = R.shape_of(x)
    y = R.match_cast(x, R.Tensor((n, m), "float32"))
    return y
`,
  ],
};

for (const [name, texts] of Object.entries(SAME)) {
  eras(`${name} means the same in all eras`, () => {
    const [first, ...others] = texts.map(good);
    for (const other of others) assert.ok(structuralEqual(first!, other), name);
    assert.is(new Set(texts.map((t) => roundTrip(t))).size, 1);
  });
}

eras("each dialect prints its own spelling", () => {
  const text = SAME["call_tir"]![2]!;
  assert.match(roundTrip(text), "out_ty=");
  assert.match(roundTrip(text, { dialect: "tvm-0.18", header: false }), "out_sinfo=");
  assert.not.match(roundTrip(text, { dialect: "tvm-0.27", header: false }), "out_sinfo=");
});

eras("a string that names no T function is an external function", () => {
  const text = `@R.function
def main(x: Tensor((m,), "float32")):
    y = relax.call_tir("ext", (x,), ((m,), (m, 2)), dtype=("float32", "int32"))
    return y
`;
  assert.match(
    roundTrip(text),
    'R.call_dps_packed(\n        "ext",\n        (x,),\n        out_ty=[',
  );
});

eras.run();
