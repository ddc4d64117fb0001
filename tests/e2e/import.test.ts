import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runCli } from "../../src/testing/run-cli.js";

const test = suite("relaxc import");

const SCRIPT = `
import tvm
from tvm.script import tir as T

N = 16

class Helper:
    pass

@T.prim_func
def twice(A: T.Buffer((N,), "float32"), B: T.Buffer((N,), "float32")):
    for i in range(N):
        B[i] = A[i] * T.float32(2)

print(twice)
`;
const CLASS = (name: string): string => `@I.ir_module
class ${name}:
    @T.prim_func
    def copy(A: T.Buffer((4,), "int32"), B: T.Buffer((4,), "int32")):
        for i in range(4):
            B[i] = A[i]
`;
const PAGE = [
  "# Kernels",
  "",
  "```python",
  CLASS("Twice"),
  "```",
  "",
  "Then:",
  "",
  "```relax",
  CLASS("Copy"),
  "```",
  "",
].join("\n");

test("lifts the program of a script, with the constant it uses", async () => {
  const { exit, stdout } = await runCli(["import", "a.py"], { files: { "a.py": SCRIPT } });
  assert.is(exit, 0);
  assert.match(stdout, /N = 16/);
  assert.not.match(stdout, /print|Helper/);
  const again = await runCli(["check", "b.relax"], { files: { "b.relax": stdout } });
  assert.is(again.exit, 0, again.stdout);
});

test("chooses a program of a page by name", async () => {
  const { exit, stdout } = await runCli(["import", "p.md", "--name", "Copy"], {
    files: { "p.md": PAGE },
  });
  assert.is(exit, 0);
  assert.match(stdout, /^class Copy:/m);
  assert.not.match(stdout, /Twice/);
});

test("writes one file a program into a folder", async () => {
  const { exit, stderr } = await runCli(["import", "p.md", "-o", "out"], {
    files: { "p.md": PAGE },
  });
  assert.is(exit, 0, stderr);
  assert.match(stderr, /out\/Twice\.relax/);
  assert.match(stderr, /out\/Copy\.relax/);
});

test("names the programs when the name is unknown", async () => {
  const { exit, stderr } = await runCli(["import", "p.md", "--name", "Copi"], {
    files: { "p.md": PAGE },
  });
  assert.is.not(exit, 0);
  assert.match(stderr, /did you mean `Copy`/);
});

test("a file without programs is an error", async () => {
  const { exit, stderr } = await runCli(["import", "a.py"], { files: { "a.py": "x = 1\n" } });
  assert.is(exit, 1);
  assert.match(stderr, /IMP001/);
});

test.run();
