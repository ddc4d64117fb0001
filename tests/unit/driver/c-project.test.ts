import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { callKernel, callModel, compileProgram } from "../../../src/cli/c-program.js";
import { cNameOf } from "../../../src/driver/c-name.js";
import { buildForC, type CProjectOptions } from "../../../src/driver/c-project.js";
import { checkText } from "../../../src/driver/frontend.js";
import { lowerModule } from "../../../src/driver/lower.js";
import { prepareFor } from "../../../src/driver/optimise.js";
import { difference } from "../../../src/driver/outputs.js";
import { DiagnosticError, Diagnostics } from "../../../src/support/diagnostic.js";
import { findCompiler, STRICT } from "../../../src/testing/c/build.js";
import { inputsAt, interpreted } from "./reference.js";

const projects = suite("C projects: whole models");
const compiler = findCompiler("gcc", "cc", "clang", "clang-14", "tcc");
const flags = compiler?.endsWith("tcc") ? ["-Wall"] : [...STRICT, "-O0"];

async function built(
  file: string,
  more: Pick<CProjectOptions, "staticMemory" | "registerBits"> = {},
) {
  const front = checkText({ name: file, text: readFileSync(file, "utf8") });
  const sink = new Diagnostics();
  const module = await prepareFor("c", front.module, sink);
  const project = buildForC(module!, sink, { prefix: "model", ...more });
  assert.equal(sink.all.filter((d) => d.severity === "error").map((d) => d.message), []); // prettier-ignore
  const reference = (await lowerModule(front.module, sink))!;
  return { project: project!, reference, codes: sink.all.map((d) => d.code) };
}

/** Runs a sample's function in C and on the interpreter. */
async function compare(
  file: string,
  entry: string,
  sizes: Readonly<Record<string, number>>,
  registerBits?: number,
) {
  const { project, reference } = await built(file, { registerBits });
  if (compiler === undefined) return;
  const args = inputsAt(reference, entry, sizes);
  const expected = interpreted(reference, entry, args);
  const program = compileProgram(project.files, compiler, flags);
  try {
    const value = callModel(program, project, entry, args);
    // Sums may run in another order.
    assert.is(difference(value, expected, 1e-5), undefined);
  } finally {
    program.close();
  }
}

projects("sizes are parameters", () =>
  compare("samples/21-graph-operators.relax", "main", { batch: 2, seq: 5 }),
);
projects("vectors in parts", () =>
  compare("samples/21-graph-operators.relax", "main", { batch: 2, seq: 5 }, 128),
);
projects("branches", () => compare("samples/07-branches.relax", "main", { n: 6 }));
projects("results of functions that are called", () =>
  compare("samples/12-match-cast.relax", "main", { a: 3, b: 4 }),
);
projects("constants", () => compare("samples/16-constants.relax", "main", { m: 3 }));
projects("integers", () => compare("samples/08-quantised-matmul.relax", "main", { m: 3 }));

const LOOPS = `@T.prim_func
def scale(A: T.Buffer(("m", "n"), "float32"), B: T.Buffer(("m", "n"), "float32"), f: T.float32):
    m = T.int64()
    n = T.int64()
    for i, j in T.grid(m, n):
        with T.sblock("B"):
            vi, vj = T.axis.remap("SS", [i, j])
            B[vi, vj] = A[vi, vj] * f


@T.prim_func
def count(A: T.Buffer(("n",), "int8"), B: T.Buffer((1,), "int32")):
    n = T.int64()
    for i in range(n):
        with T.sblock("B"):
            vi = T.axis.reduce(n, i)
            with T.init():
                B[0] = 0
            B[0] = B[0] + T.Cast("int32", A[vi])
`;

projects("loop functions by themselves have a driver and a described interface", async () => {
  const { module } = checkText({ name: "loops.relax", text: LOOPS });
  const project = buildForC(module, new Diagnostics(), { prefix: "loops" })!;
  const { header } = project.compiled;
  assert.ok(header.includes(" *   A float32[m, n]\n *   B float32[m, n], written\n */"), header);
  if (compiler === undefined) return;
  const program = compileProgram(project.files, compiler, flags);
  try {
    for (const [name, sizes] of [
      ["scale", { m: 3, n: 5 }],
      ["count", { n: 9 }],
    ] as const) {
      const [args, expected] = [0, 1].map(() => inputsAt(module, name, sizes));
      interpreted(module, name, expected!);
      callKernel(program, project.compiled, name, args!);
      args!.forEach((value, k) => assert.is(difference(value, expected![k]!, 0), undefined));
    }
  } finally {
    program.close();
  }
});

projects("memory may be part of the program", async () => {
  const caller = await built("samples/07-branches.relax");
  const own = await built("samples/07-branches.relax", { staticMemory: true });
  const header = (p: typeof own): string => p.project.compiled.header;
  assert.ok(header(caller).includes("void *memory"), header(caller));
  assert.ok(header(caller).includes("#define MODEL_MAIN_MEMORY 128"), header(caller));
  assert.not.ok(header(own).includes("void *memory"), header(own));
  assert.equal(own.codes, []);
  const asked = await built("samples/21-graph-operators.relax", { staticMemory: true });
  assert.equal(asked.codes, ["GEN214"]);
  assert.ok(header(asked).includes("void *memory"), header(asked));
});

projects("a stopped model says why", async () => {
  if (compiler === undefined) return;
  const { project, reference } = await built("samples/01-matmul-relu.relax");
  const program = compileProgram(project.files, compiler, flags);
  const sizes = { m: 2, n: 3, k: 4 };
  const args = inputsAt(reference, "main", sizes);
  assert.throws(
    () => callModel(program, project, "main", args),
    (error: unknown) =>
      error instanceof DiagnosticError &&
      /status 2: fused_matmul_relu_any: k <= n/.test(error.diagnostic.message),
  );
  program.close();
});

projects("names of files become names of C", () => {
  assert.is(cNameOf("samples/01-matmul-relu.relax"), "matmul_relu");
  assert.is(cNameOf("-"), "model");
});

projects.run();
