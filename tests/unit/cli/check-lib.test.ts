import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runCli } from "../../../src/testing/run-cli.js";

const checking = suite("check --lib");

const LIBRARY = `@S.lower("relax.nn.relu")
@T.prim_func
def own_relu(X: T.Buffer((n, m), dt), Y: T.Buffer((n, m), dt)):
    compute("own_relu", Y, lambda v: T.max(X[v], 0))
`;
const PROGRAM = `@R.function
def main(x: R.Tensor(("n", 4), "float32"), y: R.Tensor("float32")):
    return (R.nn.relu(x), R.tanh(y))
`;
const check = (library: string, program: string) =>
  runCli(["check", "--lib", "own.relax", "p.relax"], {
    files: { "own.relax": library, "p.relax": program },
  });

checking("programs and libraries without mistakes pass", async () => {
  const { exit, stdout } = await check(LIBRARY, PROGRAM.replace(", R.tanh(y)", ","));
  assert.is(exit, 0, stdout);
});

checking("mistakes of a library are told, and what a program calls is not tried", async () => {
  const { exit, stdout } = await check(LIBRARY.replace("X[v]", "Z[v]"), PROGRAM);
  assert.is(exit, 1);
  assert.match(stdout, /own\.relax:4/, stdout);
  assert.not.match(stdout, "LOW031", stdout);
});

checking("operators without a lowering are told", async () => {
  const { exit, stdout } = await check(LIBRARY, PROGRAM);
  assert.is(exit, 1);
  assert.match(stdout, /error\[LOW031\]: operand `x` of `relax\.tanh`/);
  assert.is(stdout.match(/error\[/g)?.length, 1);
});

checking.run();
