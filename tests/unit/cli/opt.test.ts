import { suite } from "uvu";
import * as assert from "uvu/assert";
import { splitWords } from "../../../src/testing/golden/run-case.js";
import { runCli } from "../../../src/testing/run-cli.js";

const opt = suite("cli: opt");

const program = `@T.prim_func
def f(A: T.Buffer(("n", 8), "float32")):
    n = T.int64()
    for i in range(n):
        for j in T.unroll(2, 4):
            A[i, j + i - i] = T.float32(0.0)
`;
const files = { "f.relax": program };
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

opt(
  "a folder of dumps holds the input and what each changing pass made, ready to run again",
  async () => {
    const pipeline = "canonicalize-loop,remove-no-op,unroll-loop{max-extent=4},simplify";
    const argv = ["opt", "f.relax", "-p", pipeline, "--dump-dir", "dumps", "--verify-each"];
    const { stdout, exit, host } = await runCli(argv, { files });
    assert.is(exit, 0);
    const dumped = [...host.files.keys()].filter((path) => path.startsWith("/w/dumps/")).sort();
    assert.equal(
      dumped.map((path) => path.slice("/w/dumps/".length)),
      [
        "000-input.relax",
        "001-canonicalize-loop.relax",
        "003-unroll-loop.relax",
        "004-simplify.relax",
        "pipeline.txt",
      ],
    );
    const dump = (name: string): string => text(host.files.get(`/w/dumps/${name}`));
    assert.match(dump("003-unroll-loop.relax"), /^# unroll-loop\{max-extent=4\} /);
    assert.is(dump("004-simplify.relax").replace(/^#.*\n/, ""), stdout);

    const [name, ...again] = splitWords(dump("pipeline.txt").trim());
    assert.is(name, "relaxc");
    const input = { "dumps/000-input.relax": dump("000-input.relax") };
    const second = await runCli(again, { files: input });
    assert.is(second.exit, 0);
    assert.is(second.stdout, stdout);

    // A dump goes on where its pass ended.
    const middle = { "middle.relax": dump("001-canonicalize-loop.relax") };
    const rest = await runCli(["opt", "middle.relax", "-p", "unroll-loop,simplify"], {
      files: middle,
    });
    assert.is(rest.stdout, stdout);
  },
);

opt("a dump of a pipeline that is refused shows how far it came", async () => {
  const blocks = `@T.prim_func
def f(A: T.Buffer((8, 8), "float32")):
    for i, j in T.grid(8, 1):
        with T.sblock("zero"):
            vi, vj = T.axis.remap("SS", [i, j])
            A[vi, vj] = T.float32(0.0)
`;
  const argv = ["opt", "f.relax", "-p", "simplify,flatten-buffer", "--dump-dir", "dumps"];
  const { exit, stderr, host } = await runCli(argv, { files: { "f.relax": blocks } });
  assert.is(exit, 1);
  assert.match(stderr, "PAS011");
  assert.ok(host.files.has("/w/dumps/001-simplify.relax"));
  assert.ok(!host.files.has("/w/dumps/002-flatten-buffer.relax"));
  assert.match(text(host.files.get("/w/dumps/pipeline.txt")), "'simplify,flatten-buffer'");
});

opt("timing names each pass and those that changed nothing", async () => {
  const argv = ["opt", "f.relax", "-p", "canonicalize-loop,remove-no-op", "--timing"];
  const { stdout, stderr } = await runCli(argv, { files });
  assert.match(stderr, /^canonicalize-loop \d+\.\d ms$/m);
  assert.match(stderr, /^remove-no-op \d+\.\d ms, nothing changed$/m);
  assert.not.match(stdout, " ms");
});

opt("stopping after a pass leaves the rest out of the dumped pipeline", async () => {
  const argv = ["opt", "f.relax", "-p", "canonicalize-loop,simplify", "--dump-dir", "d"];
  const { host } = await runCli([...argv, "--stop-after", "canonicalize-loop"], { files });
  assert.match(text(host.files.get("/w/d/pipeline.txt")), "-p 'canonicalize-loop'");
});

opt.run();
