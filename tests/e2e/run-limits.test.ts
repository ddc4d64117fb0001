import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runCli } from "../../src/testing/run-cli.js";

const limits = suite("run: limits");

const PROGRAM = `# Programs that do not end, or take what they can.
@I.ir_module
class Module:
    @T.prim_func
    def spin(A: T.Buffer((1,), "int32")):
        while A[0] < 100:
            A[0] = 0

    @T.prim_func(private=True)
    def copy(A: T.Buffer(("n",), "int32"), B: T.Buffer(("n",), "int32")):
        n = T.int64()
        for i in range(n):
            B[i] = A[i]

    @T.prim_func(private=True)
    def wide(A: T.Buffer((1,), "int32"), B: T.Buffer((1000000, 1000000), "int32")):
        for i in range(1):
            B[i, 0] = A[0]

    @T.prim_func
    def local(A: T.Buffer((1,), "int32"), n: T.int64):
        B = T.alloc_buffer((n, n), "int32")
        for i in range(n):
            B[i, i] = A[0]
        for i in range(n):
            A[0] = B[n - 1 - i, n - 1 - i]

    @R.function
    def main(x: R.Tensor(("n",), "int32")) -> R.Tensor(("n",), "int32"):
        n = T.int64()
        y = R.call_tir(Module.copy, (x,), out_ty=R.Tensor((n,), "int32"))
        return y

    @R.function
    def forever(x: R.Tensor((1,), "int32")) -> R.Tensor((1,), "int32"):
        y = Module.forever(x)
        return y

    @R.function
    def huge(x: R.Tensor((1,), "int32")) -> R.Tensor((1000000, 1000000), "int32"):
        y = R.call_tir(Module.wide, (x,), out_ty=R.Tensor((1000000, 1000000), "int32"))
        return y
`;

const run = async (...argv: readonly string[]) => {
  const all = ["run", "p.relax", "--random", "1", ...argv];
  const result = await runCli(all, { files: { "p.relax": PROGRAM } });
  assert.not.match(result.stderr, /INT001|\n\s+at /);
  return result;
};

for (const target of ["wasm", "interp"]) {
  limits(`a loop without end is ended, on ${target}`, async () => {
    const { exit, stderr } = await run("--target", target, "--entry", "spin", "--timeout", "0.1");
    assert.is(exit, 4, stderr);
    assert.match(stderr, /CFG076.*did not end within 0\.1 s/);
  });

  limits(`a program that ends in time gives its outputs, on ${target}`, async () => {
    const argv = ["--target", target, "--shape", "n=5", "--oracle"];
    const free = await run(...argv);
    const bound = await run(...argv, "--timeout", "60", "--memory", "64MiB");
    assert.is(bound.exit, 0, bound.stderr);
    assert.is(bound.stdout, free.stdout);
    assert.match(bound.stderr, "equal to the reference interpreter");
  });

  limits(`a mistake is told from the other thread too, on ${target}`, async () => {
    const argv = ["--target", target, "--entry", "forever"];
    const free = await run(...argv);
    const bound = await run(...argv, "--timeout", "60");
    assert.is(free.exit, 1);
    assert.match(free.stderr, /calls of `forever` are nested more than \d+ deep/);
    assert.is(bound.exit, 1, bound.stderr);
    // How deep the interpreter gets depends on the thread's stack.
    const line = (text: string): string => text.split("\n", 1)[0]!.replace(/\d+ deep/, "");
    assert.is(line(bound.stderr), line(free.stderr));
  });

  limits(`an allocation that cannot be is refused, on ${target}`, async () => {
    const { exit, stderr } = await run("--target", target, "--entry", "huge");
    assert.is(exit, 4, stderr);
    assert.match(stderr, /RUN112|RUN020/);
    assert.match(stderr, "4000000000000");
  });
}

limits("an allocation inside a kernel that cannot be is refused", async () => {
  const argv = ["--entry", "local", "--shape", "n=100000"];
  const kernel = await run(...argv);
  assert.is(kernel.exit, 1);
  assert.match(kernel.stderr, /the kernel `local` stopped: no memory for `B`/);
  const interpreted = await run(...argv, "--target", "interp");
  assert.is(interpreted.exit, 4);
  assert.match(interpreted.stderr, /RUN020.*`B` needs 40000000000 bytes/);
});

limits("a loop without end is ended after a number of steps", async () => {
  const argv = ["--target", "interp", "--entry", "spin", "--step-limit", "1000"];
  const { exit, stderr } = await run(...argv);
  assert.is(exit, 4);
  assert.match(stderr, "did not end within 1000 steps");
});

limits("tensors in use are counted", async () => {
  // Input and output are 400 kB each.
  const argv = ["--shape", "n=100000", "--memory"];
  assert.is((await run(...argv, "1MiB")).exit, 0);
  const { exit, stderr } = await run(...argv, "500KiB");
  assert.is(exit, 4);
  assert.match(stderr, "RUN112");
  const input = await run(...argv, "300KiB");
  assert.is(input.exit, 4);
  assert.match(input.stderr, "CFG075");
});

limits("limits that say nothing are refused", async () => {
  for (const flag of ["--timeout=0", "--timeout=soon", "--memory=1XB", "--memory=0", "--memory="]) {
    const { exit, stderr } = await run("--shape", "n=1", flag);
    assert.is(exit, 2, flag);
    assert.match(stderr, "CFG078");
  }
});

limits.run();
