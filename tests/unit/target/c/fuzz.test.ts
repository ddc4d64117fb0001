import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findCompiler, STRICT } from "../../../../src/testing/c/build.js";
import { fuzzC } from "../../../../src/testing/fuzz/c.js";

const generated = suite("C: generated functions against the interpreter");

/** A small share of the campaign with one compiler; nothing where it is not installed. */
function share(name: string, count: number, seed: number, flags: readonly string[]): void {
  const compiler = findCompiler(...name.split(" "));
  generated(`${name} ${flags.slice(-1)[0]}`, () => {
    if (compiler === undefined) return;
    const { failures } = fuzzC(count, seed, undefined, { compiler, flags });
    assert.equal(
      failures.map((f) => `#${f.index} ${f.reason}`),
      [],
    );
  });
}

share("gcc cc", 12, 1, [...STRICT, "-O1"]);
share("clang-14 clang", 8, 2, [...STRICT, "-O0"]);
share("tcc", 12, 3, ["-Wall"]);
share("gcc", 6, 4, ["-std=c99", "-fno-sanitize-recover=all", "-fsanitize=address,undefined"]);

generated.run();
