import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runCli } from "../../../src/testing/run-cli.js";

const libraries = suite("cli: libraries");

const PROGRAM = `@R.function
def main(x: R.Tensor(("n",), "float32")):
    y = R.nn.relu(x)
    return y
`;
const MATMUL = `@R.function
def main(x: R.Tensor(("m", 48), "int8"), w: R.Tensor((48, 24), "int8")):
    return R.matmul(x, w, out_dtype="int32")
`;
const library = (name: string, value: string): string =>
  `@S.elementwise("relax.nn.relu")\ndef ${name}(x):\n    return ${value}\n`;
const files = {
  "p.relax": PROGRAM,
  "one.relax": library("one", "x * 0 + 1"),
  "two.relax": library("two", "x * 0 + 2"),
  "bad.relax": library("bad", "x").replace("S.elementwise", "S.elementwyse"),
};
const RUN = ["run", "p.relax", "--random", "1", "--shape", "n=3"];

libraries("--lib overrides the standard library on every way to a result", async () => {
  for (const more of [[], ["--target", "interp"], ["--oracle"]]) {
    const { stdout, stderr, exit } = await runCli([...RUN, "--lib", "one.relax", ...more], {
      files,
    });
    assert.is(exit, 0, stderr);
    assert.match(stdout, /\[1, 1, 1\]/);
  }
});

libraries("a later library wins", async () => {
  const { stdout } = await runCli([...RUN, "--lib", "one.relax", "--lib", "two.relax"], { files });
  assert.match(stdout, /\[2, 2, 2\]/);
});

libraries("passes and builds take libraries too", async () => {
  const lib = ["--lib", "two.relax"];
  const opt = await runCli(["opt", "p.relax", "-p", "legalize-ops", ...lib], { files });
  assert.match(opt.stdout, /def two\(/);
  const lower = await runCli(["lower", "p.relax", ...lib, "--explain"], { files });
  assert.match(lower.stdout, /`two` \(two\.relax:2\): taken/);
  const build = await runCli(["build", "p.relax", "-o", "p.rxe", ...lib], { files });
  assert.is(build.exit, 0, build.stderr);
});

libraries("a mistake in a library is told with its place", async () => {
  const { stderr, exit } = await runCli([...RUN, "--lib", "bad.relax"], { files });
  assert.is(exit, 1);
  assert.match(stderr, /LOW012.*S\.elementwyse/);
  assert.match(stderr, /bad\.relax:1:/);
});

libraries("a library that is not there is a mistake of the call", async () => {
  const { exit, stderr } = await runCli([...RUN, "--lib", "nowhere.relax"], { files });
  assert.is.not(exit, 0);
  assert.match(stderr, /nowhere\.relax/);
});

libraries("list says which operators are lowered", async () => {
  const { stdout } = await runCli(["list", "ops", "--json"]);
  const ops = JSON.parse(stdout) as { name: string; lowered: boolean }[];
  const lowered = (name: string): boolean | undefined => ops.find((o) => o.name === name)?.lowered;
  assert.is(lowered("relax.add"), true);
  assert.is(lowered("relax.call_tir"), true);
  assert.ok(ops.every((o) => typeof o.lowered === "boolean"));
});

libraries("a fabric chooses texts as a build for it does", async () => {
  const file = { "p.relax": MATMUL };
  const explain = ["lower", "p.relax", "--explain"];
  const none = await runCli(explain, { files: file });
  assert.not.match(none.stdout, /stdlib\/cgra/);
  const taken = await runCli([...explain, "--fabric", "npu-6x6"], { files: file });
  assert.match(taken.stdout, /matmul_bytes_tiles.*: taken/);
  const unknown = await runCli([...explain, "--fabric", "none"], { files: file });
  assert.match(unknown.stderr, /MAP006/);
  const both = await runCli([...explain, "--fabric", "npu-6x6", "--target", "cgra"], { files: file }); // prettier-ignore
  assert.match(both.stderr, /CFG017.*--target and --fabric/);
});

libraries.run();
