import { suite } from "uvu";
import * as assert from "uvu/assert";
import { liftMarkdown } from "../../../src/import/markdown.js";
import { liftPython } from "../../../src/import/python.js";
import type { Diagnostic } from "../../../src/support/diagnostic.js";

const lift = suite("import: programs in Python files and pages");

const run = (
  text: string,
  how = liftPython,
): { lifted: ReturnType<typeof liftPython>; codes: string[] } => {
  const found: Diagnostic[] = [];
  const lifted = how({ name: "x", text }, { report: (d) => void found.push(d) });
  return { lifted, codes: found.map((d) => d.code) };
};

lift("a class inside a function is dedented, with the constants it uses", () => {
  const { lifted, codes } = run(`import numpy as np
from tvm.script import ir as I, relax as R

N = 16
UNUSED = 3

def test():
    M = N * 2  # twice
    @I.ir_module
    class Mod:
        @R.function
        def main(x: R.Tensor((N, M), "float32")):
            s = """kept
  as is"""
            return x

    assert Mod is not None
`);
  assert.equal(codes, []);
  assert.equal(
    lifted.map((l) => [l.name, l.line]),
    [["Mod", 9]],
  );
  assert.is(
    lifted[0]!.text,
    `from tvm.script import ir as I, relax as R
N = 16
M = N * 2


@I.ir_module
class Mod:
    @R.function
    def main(x: R.Tensor((N, M), "float32")):
        s = """kept
as is"""
        return x
`,
  );
});

lift("loose functions of one scope are one module", () => {
  const { lifted } = run(`@T.prim_func
def f():
    pass

@R.function
def main():
    return ()

class Other:
    @R.function
    def main():
        return ()
`);
  assert.equal(
    lifted.map((l) => l.name),
    ["f", "main"],
  );
});

lift("a name that Python computes is reported", () => {
  const { codes } = run(`N = compute()
@R.function
def main(x: R.Tensor((N,), "float32")):
    return x
`);
  assert.equal(codes, ["IMP002"]);
});

lift("a file without programs says so", () => assert.equal(run("x = 1\n").codes, ["IMP001"]));

lift("fences of a page share constants", () => {
  const page =
    "# T\n```python\nN = 4\n```\ntext\n```relax\n@R.function\ndef f(x: R.Tensor((N,))):\n    return x\n```\n```sh\nls\n```\n";
  const { lifted, codes } = run(page, liftMarkdown);
  assert.equal(codes, []);
  assert.is(lifted[0]!.text, "N = 4\n\n\n@R.function\ndef f(x: R.Tensor((N,))):\n    return x\n");
  assert.is(lifted[0]!.line, 7);
});

lift("no text makes it throw", () => {
  for (const text of [
    "@",
    "'''",
    '"',
    "@R.function",
    "@R.function\ndef",
    "(((",
    "\t@R.function\n\tdef f(:",
    "```",
    "\\",
  ]) {
    run(text);
    run(text, liftMarkdown);
  }
});

lift.run();
