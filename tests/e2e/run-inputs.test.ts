import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dtype } from "../../src/support/dtype.js";
import { zeros, type NDArray } from "../../src/support/ndarray.js";
import { readNpy, writeNpy } from "../../src/support/npy.js";
import { writeNpz } from "../../src/support/npz.js";
import { runCli } from "../../src/testing/run-cli.js";

const inputs = suite("run: inputs and outputs");

const PROGRAM = `# Sums of two inputs, with everything an entry can take.
@I.ir_module
class Module:
    @T.prim_func(private=True)
    def add(
        A: T.Buffer(("m", "n"), "float32"),
        B: T.Buffer(("m", "n"), "float32"),
        C: T.Buffer(("m", "n"), "float32"),
    ):
        m = T.int64()
        n = T.int64()
        for i, j in T.grid(m, n):
            with T.sblock("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                C[vi, vj] = A[vi, vj] + B[vi, vj]

    @R.function
    def main(
        x: R.Tensor(("m", "n"), "float32"), y: R.Tensor(("m", "n"), "float32")
    ) -> R.Tensor(("m", "n"), "float32"):
        m = T.int64()
        n = T.int64()
        z = R.call_tir(Module.add, (x, y), out_ty=R.Tensor((m, n), "float32"))
        return z

    @R.function
    def pair(
        t: R.Tuple(R.Tensor(("n",), "float32"), R.Tuple(R.Tensor(("n",), "int8"), R.Prim("int64"))),
        s: R.Shape(["n"]),
        b: R.Prim("bool"),
    ) -> R.Object:
        n = T.int64()
        return (t, s, b)

    @R.function
    def compound(x: R.Tensor(("n - 4",), "float32"), s: R.Shape(["n"])) -> R.Object:
        n = T.int64()
        return x

    @T.prim_func
    def scale(a: T.handle, n: T.int64, f: T.float32):
        A = T.match_buffer(a, (n,), "float32")
        for i in range(n):
            A[i] = A[i] * f

    @R.function
    def sized(x: R.Tensor(("n",), "float32"), k: R.Prim(value="n")) -> R.Object:
        n = T.int64()
        return k

    @R.function
    def untyped(x: R.Tensor, n: R.Prim("int64")) -> R.Object:
        return x

    @R.function(private=True)
    def inner(x: R.Tensor(("n",), "float32")) -> R.Tensor(("n",), "float32"):
        n = T.int64()
        return x
`;

const tensor = (type: string, shape: readonly number[]): NDArray => zeros(dtype(type), shape);
const run = (argv: readonly string[], files: Readonly<Record<string, Uint8Array>> = {}) =>
  runCli(["run", "p.relax", ...argv], { files: { "p.relax": PROGRAM, ...files } });

/** Exit code, and what standard error must hold, with its line breaks closed. */
async function refused(
  argv: readonly string[],
  exit: number,
  words: readonly string[],
  files: Readonly<Record<string, Uint8Array>> = {},
): Promise<void> {
  const found = await run(argv, files);
  const text = found.stderr.replace(/\s+/g, " ");
  assert.is(found.exit, exit, text);
  for (const word of words) assert.ok(text.includes(word), `${word}\n${found.stderr}`);
  assert.not.match(found.stderr, /INT001|\n\s+at /);
}

inputs("what is missing is named", async () => {
  await refused([], 2, ["CFG071", "`x` of `main` has no value"]);
  await refused(["--random", "1"], 2, ["CFG062", "the size `m`", "--shape m=8"]);
  await refused(["--random", "1", "--shape", "m=2"], 2, ["CFG062", "the size `n`"]);
  const files = { "x.npy": writeNpy(tensor("float32", [2, 3])) };
  await refused(["--input", "x=x.npy"], 2, ["CFG071", "`y` of `main` has no value"], files);
  await refused(["--entry", "pair", "--shape", "n=2"], 2, ["CFG071", "`t.0` of `pair`"]);
});

inputs("sizes that cannot be are refused", async () => {
  const random = ["--random", "1", "--shape"];
  await refused([...random, "m=-1,n=2"], 2, ["CFG065", "`x` comes out as -1"]);
  await refused([...random, "m=1.5"], 2, ["CFG060", "`m=1.5` is not a size"]);
  await refused([...random, "x=-2x3"], 2, ["CFG060"]);
  await refused([...random, "m=2,n=3", "--shape", "m=4"], 2, ["CFG081", "`m` is given a second"]);
  await refused([...random, "q=3"], 2, ["CFG061", "no size named `q`", "m, n"]);
  await refused([...random, "z=3x3"], 2, ["CFG063", "no parameter `z`; it has x, y"]);
  await refused(["--entry", "compound", ...random, "n=3"], 2, ["CFG065", "comes out as -1"]);
  await refused([...random, "m=1000000000,n=1000000000"], 4, ["CFG075", "`x`", "1073741824"]);
  await refused([...random, "m=99999999999999999999,n=1"], 4, ["CFG075"]);
  await refused(["--entry", "untyped", "--random", "1"], 2, ["CFG064", "`x`", "element type"]);
  await refused(["--random", "a"], 2, ["CFG006", "--random"]);
});

inputs("files that are not what they should be are refused", async () => {
  const files = {
    "half.npy": writeNpy(tensor("float16", [2, 3])),
    "flat.npy": writeNpy(tensor("float32", [6])),
    "cut.npy": writeNpy(tensor("float32", [2, 3])).subarray(0, 100),
    "text.npy": new TextEncoder().encode("not numbers"),
    "x.safetensors": new TextEncoder().encode("{}"),
    "ok.npy": writeNpy(tensor("float32", [2, 3])),
  };
  const given = (x: string): string[] => ["--random", "1", "--input", x];
  await refused(given("x=half.npy"), 1, ["`x` of `main`", "float32", "float16"], files);
  await refused(given("x=flat.npy"), 2, ["CFG062", "`m`"], files);
  await refused([...given("x=flat.npy"), "--shape", "m=2,n=3"], 1, ["2 axes", "has 1"], files);
  await refused(given("x=cut.npy"), 3, ["CFG074", "`cut.npy` "], files);
  await refused(given("x=text.npy"), 3, ["CFG074", "is not a .npy file"], files);
  await refused(given("x=x.safetensors"), 3, ["CFG074", "`x.safetensors`"], files);
  await refused(given("x=none.npy"), 3, ["none.npy: there is no such file"], files);
  await refused(given("q=ok.npy"), 2, ["CFG063", "no parameter `q`; it has x, y"], files);
  await refused(given("ok.npy"), 2, ["CFG070"], files);
});

for (const target of ["wasm", "interp"]) {
  inputs(
    `sizes that disagree name parameter, symbol and where it was bound, on ${target}`,
    async () => {
      const argv = ["--target", target, "--random", "1", "--shape", "x=2x3,y=2x4"];
      await refused(argv, 1, [
        "axis 1 of `y` of `main` is 4, but `n` is 3",
        "bound by `x`",
        "axis 1 of `y` must be 3",
        "p.relax:19:45",
      ]);
    },
  );

  inputs(`outputs written can be given back, on ${target}`, async () => {
    const base = ["--target", target];
    const first = await run([...base, "--random", "7", "--shape", "m=2,n=3", "--output", "out"]);
    assert.is(first.exit, 0, first.stderr);
    const files = Object.fromEntries(first.host.files);
    assert.equal(readNpy(files["/w/out/out_0.npy"]!).shape, [2, 3]);
    const again = ["--input", "x=out/in_x.npy", "--input", "y=out/in_y.npy"];
    const second = await run([...base, ...again, "--output", "out2"], files);
    assert.is(second.exit, 0, second.stderr);
    assert.is(second.stdout, first.stdout);
    assert.equal(second.host.files.get("/w/out2/out_0.npy"), files["/w/out/out_0.npy"]);
  });

  inputs(`tuples, shapes and scalars go in and come out, on ${target}`, async () => {
    const argv = ["--entry", "pair", "--target", target];
    const first = await run([...argv, "--random", "3", "--shape", "n=2", "--output", "o"]);
    assert.is(first.exit, 0, first.stderr);
    assert.match(first.stdout, /^out_0_0 {2}\(2,\) float32/);
    assert.match(first.stdout, /out_1 {2}the shape \(2\)/);
    const files = Object.fromEntries(first.host.files);
    const names = ["t.0", "t.1.0", "t.1.1", "s", "b"];
    const again = names.flatMap((name) => ["--input", `${name}=o/in_${name}.npy`]);
    const second = await run([...argv, ...again], files);
    assert.is(second.exit, 0, second.stderr);
    assert.is(second.stdout, first.stdout);
  });
}

inputs("sizes reach all that depends on them", async () => {
  for (const target of ["wasm", "interp"]) {
    const sized = (entry: string, shape: string) =>
      run(["--entry", entry, "--target", target, "--random", "1", "--shape", shape]);
    const given = await sized("scale", "A=4");
    assert.is(given.exit, 0, given.stderr);
    assert.match(given.stdout, /^out_0 {2}\(4,\) float32/);
    assert.is((await sized("scale", "n=4")).stdout, given.stdout);
    for (const shape of ["n=3", "x=3", "k=3"]) {
      const { exit, stdout, stderr } = await sized("sized", shape);
      assert.is(exit, 0, stderr);
      assert.is(stdout, "out_0  the int64 3\n");
    }
    const wrong = await sized("sized", "n=3,k=4");
    assert.is(wrong.exit, 1, wrong.stdout);
    assert.match(wrong.stderr, "the value of `k` does not match: 4 instead of");
    assert.is((await sized("scale", "A=-4")).exit, 2);
  }
});

inputs("outputs are compared with a file", async () => {
  const files = { "x.npy": writeNpy(tensor("float32", [1, 2])) };
  const argv = ["--input", "x=x.npy", "--input", "y=x.npy", "--compare", "e.npz"];
  const expected = (name: string, change: number): Record<string, Uint8Array> => {
    const data = tensor("float32", [1, 2]);
    new DataView(data.bytes.buffer).setFloat32(4, change, true);
    return { ...files, "e.npz": writeNpz(new Map([[name, data]])) };
  };
  const same = await run(argv, expected("out_0", 1e-6));
  assert.is(same.exit, 0, same.stderr);
  assert.match(same.stderr, "equal to e.npz within 1e-5");
  await refused([...argv, "--tol", "1e-7"], 1, ["CFG073", "(0, 1) is 0"], expected("out_0", 1e-6));
  await refused(argv, 1, ["CFG073", "element (0, 1) is 0 against"], expected("out_0", Infinity));
  await refused(argv, 1, ["CFG073", "it has no `out_0`"], expected("out_1", 0));
  await refused(argv, 3, ["CFG074", "`e.npz` is not a .npz file"], {
    ...files,
    "e.npz": new Uint8Array(30),
  });
  await refused([...argv, "--tol", "small"], 2, ["CFG078", "`--tol` takes"], files);
});

inputs("entries are found, or what there is is said", async () => {
  await refused(["--entry", "mian"], 2, ["CFG066", "no function `mian`", "did you mean `main`"]);
  await refused(["--entry", "inner", "--random", "1"], 2, ["CFG080", "`inner` is private"]);
  const loops = await run(["--entry", "add", "--random", "1", "--shape", "m=1,n=2"]);
  assert.is(loops.exit, 0, loops.stderr);
  assert.match(loops.stdout, /^out_0 .*\nout_1 .*\nout_2 /);
});

inputs("operators without a lowering are named all at once", async () => {
  const text = `@R.function
def main(x: R.Tensor((2, 2), "float32"), y: R.Tensor("float32")):
    a = R.nn.relu(y)
    b = R.matmul(x, x)
    c = R.tanh(y)
    return b, a, c
`;
  for (const argv of [
    ["run", "m.relax", "--random", "1"],
    ["build", "m.relax"],
  ]) {
    const { exit, stderr } = await runCli(argv, { files: { "m.relax": text } });
    assert.is(exit, 1);
    for (const name of ["nn.relu", "tanh"])
      assert.ok(stderr.includes(`of \`relax.${name}\``), stderr);
    assert.is(stderr.match(/error\[LOW031\]/g)?.length, 2);
  }
});

inputs("executors and times that a target does not have are refused", async () => {
  const random = ["--random", "1", "--shape", "m=2,n=3"];
  for (const target of ["c", "interp", "cgra"])
    await refused([...random, "--target", target, "--executor", "graph"], 2, ["CFG097", target]);
  for (const target of ["c", "interp"]) {
    await refused([...random, "--target", target, "--profile"], 2, ["CFG100", "`--profile`"]);
    await refused([...random, "--target", target, "--trace", "t.json"], 2, ["CFG100", "`--trace`"]);
  }
  await refused([...random, "--target", "cgra", "--trace", "t.json"], 2, ["CFG100", "`cgra`"]);
});

inputs("every executor times its kernels", async () => {
  const argv = ["--random", "1", "--shape", "m=2,n=3", "--profile", "--report", "json"];
  for (const executor of ["vm", "graph", "aot"]) {
    const { exit, stdout, stderr } = await run([...argv, "--executor", executor]);
    assert.is(exit, 0, stderr);
    const line = stdout.split("\n").find((text) => text.includes("profile/1"))!;
    const { kernels } = JSON.parse(line) as { kernels: { calls: number }[] };
    assert.is(kernels.length, 1, executor);
    assert.is(kernels[0]!.calls, 1);
  }
});

inputs.run();
