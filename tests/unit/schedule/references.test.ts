import { suite } from "uvu";
import * as assert from "uvu/assert";
import { callPrimitive, openSchedule, scheduledModule } from "../../../src/schedule/index.js";
import { eachSite } from "../../../src/schedule/site.js";
import { funcOf } from "../../../src/schedule/state.js";
import { read, refusalOf, Stepper, textOf } from "./apply.js";

const TWICE = `@T.prim_func
def main(A: T.Buffer((8,), "float32"), B: T.Buffer((8,), "float32"), C: T.Buffer((8,), "float32")):
    for i in range(8):
        with T.sblock("copy"):
            vi = T.axis.spatial(8, i)
            B[vi] = A[vi]
    for i in range(8):
        with T.sblock("copy"):
            vi = T.axis.spatial(8, i)
            C[vi] = A[vi]
`;

const start = (text: string): Stepper => {
  const opened = openSchedule(read(text), "main");
  if (!opened.ok) throw new Error(opened.diagnostic.message);
  return new Stepper(opened.schedule);
};

const references = suite("schedule: references");

references("blocks of one name get names of their own", () => {
  const s = start(TWICE);
  const names: string[] = [];
  eachSite(funcOf(s.schedule.state).body, ({ node }) => {
    if (node.kind === "tir.Block" && !node.implicitRoot) names.push(node.name);
  });
  assert.equal(names, ["copy", "copy_1"]);
});

references("a loop stays valid while others around it change", () => {
  const s = start(TWICE);
  const [i] = s.loops("copy");
  const [k] = s.loops("copy_1");
  s.list("split", i!, [null, 2]);
  s.call("unroll", k!);
  assert.match(textOf(scheduledModule(s.schedule)), /T\.unroll\(8\)/);
});

references("a loop that is gone names what took it away", () => {
  const s = start(TWICE);
  const [i] = s.loops("copy");
  s.list("split", i!, [null, 2]);
  const done = callPrimitive(s.schedule, "unroll", { positional: [i!] });
  assert.not(done.ok);
  if (done.ok) return;
  assert.is(done.diagnostic.code, "SCH004");
  assert.match(done.diagnostic.message, /`split` took it away/);
});

references("a block that is gone names what took it away", () => {
  const s = start(`@T.prim_func
def main(A: T.Buffer((8,), "float32"), C: T.Buffer((8,), "float32")):
    B = T.alloc_buffer((8,), "float32")
    for i in range(8):
        with T.sblock("B"):
            vi = T.axis.spatial(8, i)
            B[vi] = A[vi]
    for i in range(8):
        with T.sblock("C"):
            vi = T.axis.spatial(8, i)
            C[vi] = B[vi]
`);
  const b = s.block("B");
  s.call("compute_inline", b);
  const done = callPrimitive(s.schedule, "get_loops", { positional: [b] });
  assert.is(done.ok ? "" : done.diagnostic.message, "the block `B` is no longer there: `compute_inline` took it away"); // prettier-ignore
});

for (const [what, code, steps] of [
  ["a primitive that does not exist", "SCH001", (s: Stepper) => s.call("splt", "copy")],
  ["a block that does not exist", "SCH003", (s: Stepper) => s.block("copied")],
  ["a missing argument", "SCH006", (s: Stepper) => s.call("split", s.loops("copy")[0]!)],
  ["an unknown argument", "SCH007", (s: Stepper) => s.named("unroll", { loops: 1 }, s.loops("copy")[0]!)], // prettier-ignore
  ["an argument of another type", "SCH008", (s: Stepper) => s.call("unroll", 3)],
  ["an argument given twice", "SCH008", (s: Stepper) => s.named("unroll", { loop: 1 }, s.loops("copy")[0]!)], // prettier-ignore
  ["too many arguments", "SCH009", (s: Stepper) => s.call("unroll", s.loops("copy")[0]!, 1)],
  ["a function that does not exist", "SCH002", (s: Stepper) => s.call("work_on", "other")],
] as const) {
  references(`${what} is refused`, () => {
    assert.is(
      refusalOf(TWICE, (s) => void steps(s)),
      code,
    );
  });
}

references("a loop of another function is refused", () => {
  const other = start(TWICE).loops("copy")[0]!;
  assert.is(
    refusalOf(TWICE, (s) => void s.call("unroll", other)),
    "SCH005",
  );
});

references.run();
