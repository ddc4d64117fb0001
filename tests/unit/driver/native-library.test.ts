import { spawnSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileProgram } from "../../../src/cli/c-program.js";
import { libraryFiles } from "../../../src/cli/native-library.js";
import { nodeHost } from "../../../src/driver/host-node.js";
import { findCompiler, STRICT } from "../../../src/testing/c/build.js";
import { hasNative } from "../../../src/testing/native.js";
import { builtLibrary, compareLibrary } from "./library-program.js";
import type { Sizes } from "./reference.js";

const host = nodeHost();
const libraries = suite("driver: object code with a C interface");
const compiler = findCompiler("gcc", "cc", "clang", "clang-14");

const TARGET = "llvm -mcpu=x86-64";
const isPossible = compiler !== undefined && hasNative();

/** Calls a sample's function through the header, and interprets it. */
async function compare(file: string, entry: string, sizes: Sizes): Promise<void> {
  if (!isPossible) return;
  await compareLibrary(file, entry, sizes, { target: TARGET, compiler: compiler!, flags: STRICT });
}

libraries("sizes are parameters, memory is the caller's", () =>
  compare("samples/21-graph-operators.relax", "main", { batch: 2, seq: 5 }),
);
libraries("constants", () => compare("samples/16-constants.relax", "main", { m: 3 }));
libraries("integers", () => compare("samples/08-quantised-matmul.relax", "main", { m: 3 }));

libraries("T functions are called by themselves, and say why they stopped", async () => {
  if (!isPossible) return;
  const library = await builtLibrary(
    TARGET,
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
      ...libraryFiles(host, name, library, undefined),
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
