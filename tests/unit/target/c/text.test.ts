import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readModule } from "../../../../src/driver/frontend.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { compileC, type CompileOptions } from "../../../../src/target/c/index.js";

const text = suite("C: text");

function compiled(program: string, options: CompileOptions = {}) {
  const { module, diagnostics } = readModule({ name: "program.relax", text: program }, {});
  assert.equal(diagnostics.filter((d) => d.severity === "error").map((d) => d.message), []); // prettier-ignore
  const sink = new Diagnostics();
  return { result: compileC(module, sink, options), codes: sink.all.map((d) => d.name) };
}

const ADD = `
@T.prim_func
def add(A: T.Buffer(("n", 4), "float32"), B: T.Buffer(("n", 4), "float32")):
    n = T.int64()
    for i, j in T.grid(n, 4):
        B[i, j] = A[i, j] + T.float32(1)
`;

text("pointers that are only read are const, and none of them alias", () => {
  const { source, header } = compiled(ADD).result!;
  const signature = "int32_t model_add(const float *restrict A, float *restrict B, int64_t n)";
  assert.ok(source.includes(`${signature} {`), source);
  assert.ok(header.includes(`${signature};`), header);
  assert.ok(source.includes("B[i * 4 + j] = A[i * 4 + j] + 1.0f;"), source);
});

text("names of C and of the library are avoided", () => {
  const { source } = compiled(`
@T.prim_func
def double(int: T.Buffer((4,), "int32"), fabs: T.Buffer((4,), "int32")):
    for while_ in range(4):
        fabs[while_] = int[while_] * 2
`).result!;
  assert.ok(/fabs_1\[while_\] = .*int_1\[while_\]/.test(source), source);
});

text("integers wrap without undefined behaviour", () => {
  const { source } = compiled(`
@T.prim_func
def wrap(A: T.Buffer((4,), "int32"), B: T.Buffer((4,), "int8")):
    for i in range(4):
        B[i] = T.cast(A[i] * A[i], "int8")
`).result!;
  assert.ok(source.includes("(int8_t)(int32_t)((uint32_t)A[i] * (uint32_t)A[i])"), source);
});

text("large and symbolic allocations are memory of the caller", () => {
  const { header, source } = compiled(`
@T.prim_func
def twice(A: T.Buffer(("n",), "float32"), B: T.Buffer(("n",), "float32")):
    n = T.int64()
    C = T.alloc_buffer((n,), "float32")
    for i in range(n):
        C[i] = A[i] + A[i]
    for i in range(n):
        B[i] = C[n - 1 - i]
`).result!;
  assert.ok(header.includes("int64_t model_twice_scratch(int64_t n);"), header);
  assert.ok(source.includes("float *const C = (float *)scratch;"), source);
  assert.not.ok(/malloc|stdlib/.test(source));
});

text("a size that only the run tells is refused", () => {
  const { codes } = compiled(`
@T.prim_func
def f(A: T.Buffer(("n",), "int64"), B: T.Buffer(("n",), "float32")):
    n = T.int64()
    C = T.alloc_buffer((A[0],), "float32")
    for i in range(A[0]):
        C[i] = B[0]
    B[0] = C[A[0] - 1]
`);
  assert.equal(codes, ["scratchSize".replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)]);
});

text("floats are refused on hosts without them", () => {
  assert.equal(compiled(ADD, { float: false }).codes, ["float-on-integer"]);
  const { result } = compiled(
    `
@T.prim_func
def add(A: T.Buffer((4,), "int8"), B: T.Buffer((4,), "int32")):
    for i in range(4):
        B[i] = B[i] + T.cast(A[i], "int32")
`,
    { float: false },
  );
  assert.not.ok(/float|double|math\.h/.test(result!.source), result!.source);
});

text("text that ends a comment does not", () => {
  const { source } = compiled(`
@T.prim_func
def f(A: T.Buffer((1,), "int32")):
    assert A[0] > 0, "no */ here"
    A[0] = 1
`).result!;
  assert.ok(source.includes("/* no * / here */"), source);
});

text("memory is fetched ahead by compilers that can, and stays const", () => {
  const { source } = compiled(`
@T.prim_func
def copy(A: T.Buffer((64,), "float32"), B: T.Buffer((64,), "float32")):
    for i in range(64):
        T.evaluate(T.prefetch(T.address_of(A[i + 16]), 0, 3, 1))
        B[i] = A[i]
`).result!;
  assert.ok(source.includes("RX_PREFETCH(A + (i + 16), 0, 3);"), source);
  assert.match(source, /#if defined\(__GNUC__\)\n#define RX_PREFETCH/);
  assert.ok(source.includes("(const float *restrict A, float *restrict B)"), source);
});

text(
  "arrays that compilers take apart start at zero, as what fills them may be hidden in bounds",
  () => {
    const { source } = compiled(`
@T.prim_func
def last(A: T.Buffer((6,), "float32"), B: T.Buffer((2,), "float32")):
    P = T.alloc_buffer((2,), "float32")
    Q = T.alloc_buffer((2,), "float32")
    for i in range(6):
        if i == 0:
            P[1] = A[i]
        P[0] = P[1]
        Q[i % 2] = A[i]
    for i in range(2):
        B[i] = P[0] + Q[i]
`).result!;
    assert.ok(source.includes("float P[2] = {0};"), source);
    assert.ok(source.includes("float Q[2];"), source);
  },
);

text.run();
