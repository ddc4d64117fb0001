import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runCli } from "../../../src/testing/run-cli.js";

const schedules = suite("cli: schedule --prove");

const product = (steps: string): string => `
@T.prim_func
def mm(A: T.Buffer(("m", "k"), "float32"), B: T.Buffer(("k", "n"), "float32"), C: T.Buffer(("m", "n"), "float32")):
    m, n, k = T.int64(), T.int64(), T.int64()
    for i, j, p in T.grid(m, n, k):
        with T.sblock("prod"):
            vi, vj, vp = T.axis.remap("SSR", [i, j, p])
            with T.init():
                C[vi, vj] = T.float32(0)
            C[vi, vj] = C[vi, vj] + A[vi, vp] * B[vp, vj]


@S.schedule(func="mm")
def steps(sch):
${steps}`;

const prove = (text: string) =>
  runCli(["schedule", "a.relax", "--prove", "--step-limit", "20000"], {
    files: { "a.relax": text },
  });

schedules(
  "parameters in other layouts, padded and more than once, are given and compared in those",
  async () => {
    const run = await prove(
      product(`
    sch.transform_layout("prod", ("read", 1), lambda i, j: [j, i])
    sch.transform_layout("prod", ("read", 1), lambda j, i: [j // 4, i, j % 4], pad_value=0)
    sch.transform_layout("prod", ("write", 0), lambda i, j: [j, i])`),
    );
    assert.is(run.exit, 0);
    assert.match(run.stderr, /mm: equal in \d\d? runs/);
  },
);

schedules("loops too long to run are no difference", async () => {
  const run = await prove(`
@T.prim_func
def one(A: T.Buffer((1,), "float32")):
    for i in range(T.int64(1)):
        with T.sblock("a"):
            vi = T.axis.spatial(T.int64(1), i)
            A[vi] = T.float32(1)


@S.schedule(func="one")
def steps(sch):
    (i,) = sch.get_loops("a")
    sch.split(i, [None, 1099511627776])
`);
  assert.match(run.stderr, /^warning\[CFG106\]: `one` was not compared/);
  assert.is(run.exit, 0);
});

schedules.run();
