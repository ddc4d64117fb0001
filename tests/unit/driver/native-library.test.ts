import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { callModel, compileProgram } from "../../../src/cli/c-program.js";
import { libraryFiles } from "../../../src/cli/native-library.js";
import { nodeHost } from "../../../src/driver/host-node.js";
import { checkText } from "../../../src/driver/frontend.js";
import { lowerModule } from "../../../src/driver/lower.js";
import { buildLibrary, type NativeLibrary } from "../../../src/driver/native-library.js";
import { prepareFor } from "../../../src/driver/optimise.js";
import { difference } from "../../../src/driver/outputs.js";
import { Diagnostics } from "../../../src/support/diagnostic.js";
import { parseTarget } from "../../../src/support/target-description.js";
import { modelDriver } from "../../../src/target/c/index.js";
import { findCompiler, STRICT } from "../../../src/testing/c/build.js";
import { hasNative } from "../../../src/testing/native.js";
import { inputsAt, interpreted } from "./reference.js";

const host = nodeHost();
const libraries = suite("driver: object code with a C interface");
const compiler = findCompiler("gcc", "cc", "clang", "clang-14");

const isPossible = compiler !== undefined && hasNative();

async function built(name: string, text: string): Promise<NativeLibrary> {
  const target = "llvm -mcpu=x86-64";
  const parsed = parseTarget(target);
  if (!("target" in parsed)) throw new Error(parsed.problem);
  const front = checkText({ name, text });
  const sink = new Diagnostics();
  const module = (await prepareFor("llvm", front.module, sink, { target }))!;
  const library = buildLibrary(module, sink, { prefix: "model", description: parsed.target });
  assert.equal(sink.all.filter((d) => d.severity === "error").map((d) => d.message), []); // prettier-ignore
  return library!;
}

/** Calls a sample's function through the header, and interprets it. */
async function compare(file: string, entry: string, sizes: Readonly<Record<string, number>>) {
  if (!isPossible) return;
  const text = readFileSync(file, "utf8");
  const library = await built(file, text);
  const sink = new Diagnostics();
  const reference = (await lowerModule(checkText({ name: file, text }).module, sink))!;
  const args = inputsAt(reference, entry, sizes);
  const expected = interpreted(reference, entry, args);
  const files = new Map<string, string | Uint8Array>([
    ["model.o", library.object],
    ["model.h", library.header],
    ["driver.c", modelDriver(library.interface)],
    ...library.constants,
  ]);
  const program = compileProgram(files, compiler!, [...STRICT, "-O0", "model.o"]);
  try {
    const given = { compiled: library.interface, aot: library.aot };
    assert.is(difference(callModel(program, given, entry, args), expected, 1e-5), undefined);
  } finally {
    program.close();
  }
}

libraries("sizes are parameters, memory is the caller's", () =>
  compare("samples/21-graph-operators.relax", "main", { batch: 2, seq: 5 }),
);
libraries("constants", () => compare("samples/16-constants.relax", "main", { m: 3 }));
libraries("integers", () => compare("samples/08-quantised-matmul.relax", "main", { m: 3 }));

libraries("T functions are called by themselves, and say why they stopped", async () => {
  if (!isPossible) return;
  const library = await built(
    "scale.relax",
    `@T.prim_func
def scale(A: T.Buffer(("n",), "float32"), by: T.int32) -> T.int32:
    n = T.int64()
    assert by > 0, "nothing to scale by"
    for i in range(n):
        A[i] = A[i] * T.Cast("float32", by)
    return by + 1
`,
  );
  const use = `#include "model.h"
#include <stdio.h>
int main(void) {
  float a[3] = {1, 2, 3};
  int32_t result = 0;
  int32_t status = model_scale(a, 2, 3, &result);
  printf("%d %d %g %g %g ", (int)status, (int)result, a[0], a[1], a[2]);
  status = model_scale(a, 0, 3, &result);
  printf("%s; %s; %s", model_status(status), model_status(0), model_status(99));
  return 0;
}
`;
  for (const name of ["model.o", "model.so"]) {
    const files = new Map<string, string | Uint8Array>([
      ...libraryFiles(host, name, library),
      ["use.c", use],
    ]);
    assert.equal([...files.keys()], [name, "model.h", "use.c"]);
    const flags = [...STRICT, "-Wl,--no-as-needed,-rpath,$ORIGIN", name];
    const program = compileProgram(files, compiler!, flags);
    const { stdout } = spawnSync(program.file, { encoding: "utf8" });
    program.close();
    assert.is(stdout, "0 3 2 4 6 scale: nothing to scale by; ok; unknown status");
  }
});

libraries.run();
