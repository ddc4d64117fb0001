import { suite } from "uvu";
import * as assert from "uvu/assert";
import { callModel, compileProgram } from "../../../../src/cli/c-program.js";
import { buildForC } from "../../../../src/driver/c-project.js";
import { readModule } from "../../../../src/driver/frontend.js";
import { prepareFor } from "../../../../src/driver/optimise.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { dtype } from "../../../../src/support/dtype.js";
import { tensorValue, type Value } from "../../../../src/support/value.js";
import { compileC } from "../../../../src/target/c/index.js";
import { findCompiler, STRICT } from "../../../../src/testing/c/build.js";

const loops = suite("C: loops for threads");

function compiled(body: string) {
  const text = `
@T.prim_func
def f(A: T.Buffer(("n", 64), "float32"), B: T.Buffer(("n",), "float32")):
    n = T.int64()
${body}`;
  const { module, diagnostics } = readModule({ name: "program.relax", text });
  const sink = new Diagnostics();
  const result = compileC(module, sink);
  assert.equal(
    [...diagnostics, ...sink.all].filter((d) => d.severity === "error").map((d) => d.message),
    [],
  );
  return result!;
}

const floats = (shape: number[], at: (i: number) => number): Value => {
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => at(i));
  return tensorValue({ dtype: dtype("float32"), shape, bytes: new Uint8Array(data.buffer) });
};

loops("threads have registers of their own", async () => {
  const text = `
@R.function
def main(a: R.Tensor(("m", 40), "float32"), b: R.Tensor((40, 96), "float32")):
    y = R.matmul(a, b)
    return y
`;
  const sink = new Diagnostics();
  const { module } = readModule({ name: "program.relax", text });
  const lowered = await prepareFor("c", module, sink);
  const project = buildForC(lowered!, sink, { prefix: "model" })!;
  assert.equal(
    sink.all.map((d) => d.message),
    [],
  );
  // What of the rows that are left is held in a variable from before the loop.
  assert.match(project.compiled.source, /RX_PARALLEL\(firstprivate\(/);
  const compiler = findCompiler("gcc");
  if (compiler === undefined) return;
  const [m, k, n] = [151, 40, 96];
  const [a, b] = [(i: number): number => i % 13, (i: number): number => (i % 7) - 3];
  const flags = [...STRICT, "-O1", "-fopenmp", "-Wno-psabi"];
  const program = compileProgram(project.files, compiler, flags);
  try {
    const value = callModel(program, project, "main", [floats([m, k], a), floats([k, n], b)]);
    if (value.kind !== "tensor") throw new Error("no tensor");
    const found = new Float32Array(value.data.bytes.slice().buffer);
    const sum = (i: number, j: number): number =>
      Array.from({ length: k }, (_, l) => a(i * k + l) * b(l * n + j)).reduce((x, y) => x + y);
    const expected = Array.from({ length: m * n }, (_, at) => sum(Math.floor(at / n), at % n));
    assert.equal([...found], expected);
  } finally {
    program.close();
  }
});

loops("the outermost loop is shared, inner ones are not", () => {
  const { source } = compiled(`    for i in T.parallel(n):
        for j in T.parallel(64):
            B[i] = T.max(B[i], A[i, j])
`);
  assert.is(source.match(/^ +RX_PARALLEL\(\)$/gm)?.length, 1);
});

for (const [why, body] of [
  [
    "may stop",
    `    for i in T.parallel(n):
        assert A[i, 0] > T.float32(0), "positive"
        B[i] = A[i, 0]
`,
  ],
  [
    "take memory of the caller",
    `    for i in T.parallel(n):
        with T.sblock("row"):
            vi = T.axis.spatial(n, i)
            row = T.sblock_alloc_buffer((n, 64), "float32")
            for k, j in T.grid(n, 64):
                row[k, j] = A[vi, j] * T.float32(k)
            B[vi] = row[n - 1, 63 - vi % 64]
`,
  ],
  [
    "are in order",
    `    for i in range(n):
        B[i] = A[i, 0]
`,
  ],
] as const)
  loops(`loops that ${why} are left to one thread`, () =>
    assert.not.match(compiled(body).source, /RX_PARALLEL/),
  );

loops.run();
