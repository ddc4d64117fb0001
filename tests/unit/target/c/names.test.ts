import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileProgram } from "../../../../src/cli/c-program.js";
import { cNameOf } from "../../../../src/driver/c-name.js";
import { buildForC } from "../../../../src/driver/c-project.js";
import { checkText } from "../../../../src/driver/frontend.js";
import { prepareFor } from "../../../../src/driver/optimise.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { identifier, Names } from "../../../../src/target/c/codegen/names.js";
import { findCompiler, STRICT } from "../../../../src/testing/c/build.js";

const names = suite("C: names");
const compiler = findCompiler("gcc", "cc", "clang", "clang-14", "tcc");
const flags = compiler?.endsWith("tcc") ? ["-Wall"] : [...STRICT, "-O0"];

/** Words of C and C++, macros, functions that drivers call, names of the compiler's own, other letters. */
const AWKWARD =
  "double restrict new this EOF M_PI INT8_MAX SEEK_SET memory constants bytes status result take give repeats " +
  "seconds printf clock exit rx_a rx_status rx_in errno exp größe 变量";

names("of helpers, macros and reserved words are changed, and stay apart", () => {
  const taken = new Names();
  const found = `${AWKWARD} rx_a M_PI _x x 2x`.split(" ").map((n) => taken.take(n));
  assert.is(new Set(found).size, found.length);
  for (const n of found) assert.match(n, /^(?!rx_)[A-Za-z]\w*$/);
  for (const n of ["EOF", "M_PI", "new", "memory", "double"]) assert.not.ok(found.includes(n));
  assert.is(identifier("A"), "A");
});

names("of files stay apart from the driver and from headers", () => {
  assert.is(cNameOf("a/driver.relax"), "driver_model");
  assert.is(cNameOf("math.relax"), "math_model");
  assert.is(cNameOf("2 nets.relax"), "nets");
});

for (const kind of ["model", "loops"])
  names(`of parameters and sizes may be any that the language has: ${kind}`, async () => {
    const words = AWKWARD.split(" ");
    const text =
      kind === "model"
        ? `@R.function
def main(${words.map((w) => `${w}: R.Tensor(("rx_n",), "float32")`).join(", ")}):
    return R.tanh(R.concat((${words.join(", ")}), axis=0)), R.sum(exp)
`
        : `@T.prim_func
def main(${words.map((w) => `${w}: T.Buffer(("rx_n",), "float32")`).join(", ")}):
    rx_n = T.int64()
    for i in range(rx_n):
        with T.sblock("x"):
            v = T.axis.spatial(rx_n, i)
            take[v] = ${words.filter((w) => w !== "take").map((w) => `${w}[v]`).join(" + ")}
`; // prettier-ignore
    const front = checkText({ name: "a.relax", text });
    const sink = new Diagnostics();
    assert.not.ok(front.failed);
    const module = await prepareFor("c", front.module, sink);
    const project = buildForC(module!, sink, { prefix: "rx" });
    if (compiler !== undefined) compileProgram(project!.files, compiler, flags).close();
  });

names.run();
