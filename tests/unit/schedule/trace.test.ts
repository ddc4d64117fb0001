import { suite } from "uvu";
import * as assert from "uvu/assert";
import { structuralEqual } from "../../../src/ir/core/equal.js";
import {
  callPrimitive, openSchedule, record, replay, scheduledModule, simplified, traceFromJson, traceText, traceToJson, withDecision,
  type RecordedTrace, type Schedule,
} from "../../../src/schedule/index.js"; // prettier-ignore
import { floatImm } from "../../../src/ir/tir/expr.js";
import { float64 } from "../../../src/support/dtype.js";
import type { IRModule } from "../../../src/ir/module.js";
import { read, Stepper } from "./apply.js";

const ADD = `@T.prim_func
def main(A: T.Buffer((64,), "float32"), B: T.Buffer((64,), "float32")):
    for i in range(64):
        with T.sblock("B"):
            vi = T.axis.spatial(64, i)
            B[vi] = A[vi] + T.float32(1)
`;
const SYMBOLIC = ADD.replaceAll("(64,)", '("n",)').replaceAll("64", "n").replace("    for", "    n = T.int64()\n    for"); // prettier-ignore

const open = (module: IRModule): Schedule => {
  const opened = openSchedule(module, "main");
  if (!opened.ok) throw new Error(opened.diagnostic.message);
  return opened.schedule;
};

/** Splits by a sampled factor and marks the parts. */
function tiled(module: IRModule): Schedule {
  const s = new Stepper(open(module));
  const block = s.block("B");
  const [i] = s.loops(block);
  const half = floatImm(0.5, float64);
  const factor = s.named("sample_categorical", { decision: 1 }, [4, 8], [half, half]);
  s.list("get_consumers", block);
  const [outer, inner] = s.list("split", i!, [null, factor]);
  s.call("parallel", outer!);
  s.call("annotate", inner!, "remark", 'the "inner" one');
  return s.schedule;
}

const trace = suite("schedule: traces");

trace("the text is a straight-line schedule", () => {
  const text = traceText(simplified(record(tiled(read(ADD)).trace)));
  assert.match(text, /^b0 = sch\.get_sblock\(name="B"\)\nl1, = sch\.get_loops\(block=b0\)\nv2 = /);
  assert.match(text, /\nl\d+, l\d+ = sch\.split\(loop=l1, factors=\[None, v2\]\)\n/);
  assert.match(text, /decision=1\)/);
});

trace("a query whose result nobody uses is left out", () => {
  const all = record(tiled(read(ADD)).trace);
  assert.ok(all.some((i) => i.primitive === "get_consumers"));
  assert.not(simplified(all).some((i) => i.primitive === "get_consumers"));
});

trace("what stands behind the mark of postprocessing is cut off on request", () => {
  const s = new Stepper(tiled(read(ADD)));
  s.call("enter_postproc");
  s.call("add_unit_loop", "B");
  const all = record(s.schedule.trace);
  assert.is(all.at(-1)!.primitive, "add_unit_loop");
  assert.is(simplified(all, true).at(-1)!.primitive, "annotate");
});

for (const [name, text] of [
  ["static", ADD],
  ["symbolic", SYMBOLIC],
] as const) {
  trace(`JSON is read back, and gives the same function (${name})`, () => {
    const module = read(text);
    const schedule = tiled(module);
    const json: unknown = JSON.parse(JSON.stringify(traceToJson(record(schedule.trace))));
    const back = traceFromJson(json);
    assert.ok(back.ok);
    assert.equal(traceToJson((back as { trace: RecordedTrace }).trace), json);
    const again = replay(open(module), (back as { trace: RecordedTrace }).trace);
    assert.ok(again.ok);
    assert.ok(structuralEqual(scheduledModule(again.schedule), scheduledModule(schedule)));
  });
}

trace("another decision reaches all its uses", () => {
  const module = read(ADD);
  const all = record(tiled(module).trace);
  const at = all.findIndex((i) => i.primitive === "sample_categorical");
  const again = replay(open(module), withDecision(all, at, 0));
  assert.ok(again.ok);
  const split = again.schedule.trace.find((i) => i.primitive === "split")!;
  const [, factor] = split.args.get("factors") as unknown as { value: number }[];
  assert.is(factor!.value, 4);
});

trace("a sampled tile that does not fit another function is drawn again", () => {
  const s = new Stepper(open(read(ADD)));
  const [i] = s.loops(s.block("B"));
  const factors = s.named("sample_perfect_tile", { decision: [8, 8] }, i!, 2);
  s.call("split", i!, factors);
  const again = replay(open(read(ADD.replaceAll("64", "60"))), record(s.schedule.trace));
  assert.ok(again.ok);
  const tile = again.schedule.trace.find((x) => x.primitive === "sample_perfect_tile")!;
  const product = tile.outputs.reduce((p: number, f) => p * (f as { value: number }).value, 1);
  assert.is(product, 60);
});

trace("kinds of other releases are known", () => {
  const read = traceFromJson([[["GetBlock", ['"B"'], ["main"], ["b0"]]], []]);
  assert.not(read.ok);
  const plain = traceFromJson([[["GetBlock", ['"B"'], [], ["b0"]]], []]);
  assert.ok(plain.ok);
});

const BROKEN: readonly (readonly [string, unknown])[] = [
  ["no list", {}],
  ["one part", [[]]],
  ["an instruction without parts", [[["Split"]], []]],
  ["an unknown kind", [[["Spilt", [], [], []]], []]],
  ["results that are no names", [[["GetSBlock", ['"B"'], [], [3]]], []]],
  ["too many parts", [[["GetSBlock", ['"B"', '"C"'], [], ["b0"]]], []]],
  ["a number that is not whole", [[["Unroll", [0.5], [], []]], []]],
  ["a decision for nothing", [[], [[4, 1]]]],
  ["a broken text", [[["GetSBlock", ['"B'], [], ["b0"]]], []]],
];
for (const [what, json] of BROKEN) {
  trace(`${what} is refused with a reason`, () => {
    const result = traceFromJson(json);
    assert.not(result.ok);
    assert.is((result as { diagnostic: { code: string } }).diagnostic.code, "SCH012");
  });
}

const codeOf = (json: unknown): string => {
  const back = traceFromJson(json);
  if (!back.ok) return back.diagnostic.code;
  const again = replay(open(read(ADD)), back.trace);
  return again.ok ? "none" : again.diagnostic.code;
};

trace("a name that nothing gave is refused", () => {
  assert.is(codeOf([[["Unroll", ["l7"], [], []]], []]), "SCH010");
});

trace("another number of results is refused", () => {
  const json = [[["GetLoops", ['"B"'], [], ["l0", "l1"]]], []];
  assert.is(codeOf(json), "SCH011");
});

trace("a refused step leaves the schedule as it was", () => {
  const start = open(read(SYMBOLIC));
  const queried = callPrimitive(start, "get_loops", { positional: ["B"] });
  if (!queried.ok) throw new Error(queried.diagnostic.message);
  const [i] = queried.result as never[];
  const done = callPrimitive(queried.schedule, "vectorize", { positional: [i!] });
  assert.not(done.ok);
  assert.is(scheduledModule(queried.schedule).functions.size, 1);
  assert.ok(structuralEqual(scheduledModule(queried.schedule), scheduledModule(start)));
});

trace.run();
