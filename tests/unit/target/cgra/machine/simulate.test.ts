import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Diagnostics } from "../../../../../src/support/diagnostic.js";
import { readFabric, type Fabric } from "../../../../../src/target/cgra/index.js";
import { load } from "../../../../../src/target/cgra/machine/load.js";
import { readProgramText } from "../../../../../src/target/cgra/machine/read-program-text.js";
import { simulate, type RunResult } from "../../../../../src/target/cgra/machine/simulate.js";
import {
  cgraCampaign,
  cgraCaseAt,
  programOf,
  runProblem,
} from "../../../../../src/testing/fuzz/cgra.js";
import { makeRandom } from "../../../../../src/testing/generate/random.js"; // prettier-ignore

const test = suite("cgra machine");

const fabricOf = (more: object = {}, pe: object = {}): Fabric => {
  const sink = new Diagnostics();
  const description = {
    name: "test",
    rows: 1,
    cols: 3,
    route: "bypass",
    pe: { ops: ["mov", "alu", "ctl", "mem", "strm"], rf: { regs: 4, read: 4, write: 2 }, ...pe },
    mem: {
      banks: [{ name: "b", bytes: 64, ports: 2, pes: [0, 1, 2] }],
      streams: [
        { name: "in", bank: "b", dir: "in", pes: [0] },
        { name: "out", bank: "b", dir: "out", pes: [2] },
      ],
    },
    ctrl: { loops: 2 },
    ...more,
  };
  const fabric = readFabric({ name: "t.json", text: JSON.stringify(description) }, sink);
  assert.ok(fabric, sink.all.map((d) => d.message).join());
  return fabric;
};

interface Ran extends RunResult {
  readonly words: number[];
  readonly outputs: number[][];
}

function run(fabric: Fabric, text: string, initial: readonly number[] = [], liveins: number[] = []): Ran {
  const sink = new Diagnostics();
  const program = readProgramText({ name: "t.txt", text }, fabric, sink);
  assert.ok(program, sink.all.map((d) => d.message).join());
  const loaded = load(fabric, program);
  if (typeof loaded === "string") throw new Error(loaded);
  const memory = new Uint8Array(64);
  new Int32Array(memory.buffer).set(initial);
  const outputs: number[][] = [];
  const watch = (_: number, values: Int32Array): void => void outputs.push([...values]);
  const result = simulate(loaded, { memory, liveins, debug: true, watch });
  return { ...result, words: [...new Int32Array(memory.buffer)], outputs };
} // prettier-ignore

test("stages hold back what belongs to later iterations, and any trip count ends right", () => {
  // Iteration i stores i + 10, two cycles after it began.
  const text = `kernel "k" interval=1 stages=3 tail=0
launch "n"
loop $0
element 0
  0 IDX drive=0:o
element 1
  0 ADD l0 i i=10 stage=1 drive=1:o
element 2
  0 PUSH l0 stage=2 i=1
stream 1 int32 base=0 $0:4
`;
  for (let n = 0; n <= 9; n++) {
    const { words, counters, unwritten } = run(fabricOf(), text, [], [n]);
    assert.equal(
      words,
      Array.from({ length: 16 }, (_, i) => (i < n ? i + 10 : 0)),
    );
    assert.is(counters.cycles, n === 0 ? 0 : n + 2);
    assert.is(counters.issued, 3 * n);
    assert.equal(unwritten, []);
  }
});

test("registers rotate: what is written as r1 is r2 a round later", () => {
  const text = `kernel "k" interval=1 stages=4 tail=0
loop 8
element 0
  0 IDX save=1 drive=0:r3
element 1
  0 ST k0 l0 last0 stage=3
  constants 0
`.replace("save=1", "save=r1");
  // The index is saved a cycle after it came, and read two rounds later.
  assert.is(run(fabricOf(), text).words[0], 7);
});

test("loops nest: first and last of inner ones, carried values that start again", () => {
  // Sums of rows of 3, each pushed in the last iteration of its row.
  const text = `kernel "k" interval=1 stages=3 tail=0
loop 2
loop 3
stream 0 int32 base=0 2:12 3:4
stream 1 int32 base=32 2:4
element 0
  0 POP i=0 drive=0:o
element 1
  0 ADD o l0 stage=1 initial=a:1:- drive=1:o
element 2
  0 PUSH l0 - last1 i=1 stage=2
`;
  assert.equal(run(fabricOf(), text, [1, 2, 3, 10, 20, 30]).words.slice(8, 11), [6, 60, 0]);
});

test("loads see stores of earlier cycles, not of their own", () => {
  const text = `kernel "k" interval=2 stages=1 tail=1
loop 1
element 0
  0 ST k0 i i=0
  constants 8 5
element 1
  0 LD k0
  1 LD k0
  constants 8
`.replace("ST k0 i i=0", "ST k0 k1");
  const { outputs } = run(fabricOf(), text, [0, 0, 3]);
  assert.equal(outputs.map((o) => o[1]), [3, 5, 5]); // prettier-ignore
});

test("results of several cycles arrive when they are due; operations without one leave the output", () => {
  const fabric = fabricOf({}, { lat: { LD: 3 } });
  const text = `kernel "k" interval=4 stages=1 tail=0
loop 1
element 0
  0 ADD i - i=9
  1 LD k0
  2 ST k0 o
  constants 0
`;
  const { outputs, words } = run(fabric, text, [7]);
  assert.equal(outputs.map((o) => o[0]), [9, 9, 9, 7]); // prettier-ignore
  assert.is(words[0], 9);
});

test("values cross several links in a cycle, and links of two cycles bring them later", () => {
  const hops = fabricOf({ route: "multihop", hops: 2 });
  const text = `kernel "k" interval=3 stages=1 tail=0
loop 1
element 0
  0 ADD i - i=5
  1 NOP drive=0:o
element 1
  1 NOP drive=1:l0
element 2
  1 MOV l0
`;
  assert.equal(run(hops, text).outputs.map((o) => o[2]), [0, 5, 5]); // prettier-ignore
  const slow = fabricOf({ topology: "custom", links: [[0, 1, 2], [1, 0]] }); // prettier-ignore
  const late = `kernel "k" interval=4 stages=1 tail=0
loop 1
element 0
  0 ADD i - i=5
  1 NOP drive=0:o
element 1
  2 MOV l0
`;
  assert.equal(run(slow, late).outputs.map((o) => o[1]), [0, 0, 5, 5]); // prettier-ignore
});

test("what hardware could not do stops the run and is named", () => {
  const one = (word: string, more = ""): string =>
    `kernel "k" interval=1 stages=1 tail=0\nloop 4\n${more}element 0\n  0 ${word}\n`;
  const fault = (text: string): string => run(fabricOf(), text).fault?.what ?? "";
  assert.match(fault(one("LD i i=64")), /nothing at address 128/);
  assert.match(fault(one("LD - i=-4")), /nothing at address -4/);
  assert.match(fault(one("LD - i=2")), /no multiple of 4/);
  assert.match(fault(one("LDH - i=3")), /no multiple of 2/);
  const three = [0, 1, 2].map((p) => `element ${p}\n  0 LD -\n`).join("");
  assert.match(fault(`kernel "k" interval=1 stages=1 tail=0\nloop 1\n${three}`), /2 port/);
  assert.match(fault(one("POP i=0", "stream 0 int32 base=56 8:4\n")), /nothing at address 64/);
  assert.match(fault(one("POP i=0")), /stream 0 is not set/);
});

test("values that nobody wrote are followed to memory", () => {
  const text = `kernel "k" interval=2 stages=1 tail=0
loop 2
element 0
  0 ADD r1 i i=1
  1 ST - o
`;
  const { unwritten } = run(fabricOf(), text);
  assert.match(unwritten[0]?.what ?? "", /ST of iteration 0/);
  // Chosen away, they do no harm.
  const chosen = fabricOf({}, { ops: ["mov", "alu", "cmp", "ctl", "mem"] });
  const select = text.replace("ADD r1 i i=1", "SEL i r1 first0 i=1").replace("loop 2", "loop 1");
  assert.equal(run({ ...chosen, streams: [] }, select).unwritten, []);
});

test("fabrics that the machine is no model of are refused", () => {
  const problem = (more: object): string => {
    const sink = new Diagnostics();
    const text = JSON.stringify({
      name: "t",
      rows: 1,
      cols: 2,
      pe: { ops: ["mov", "alu"] },
      ...more,
    });
    assert.is(readFabric({ name: "t.json", text }, sink), undefined);
    return sink.all.map((d) => d.message).join("; ");
  };
  const links = [[0, 1, 2], [1, 0]]; // prettier-ignore
  assert.match(problem({ topology: "custom", links }), /2 cycles are not known with the route/);
  assert.match(problem({ links: [[0, 1]] }), /a link from 0 to 1 already/);
  assert.match(problem({ pe: { ops: ["mov"], lat: { MOV: 2 } } }), /moves of several cycles/);
});

test("links that drive each other are no program", () => {
  const sink = new Diagnostics();
  const fabric = fabricOf({ route: "multihop", hops: 3 });
  const text = `kernel "k" interval=1 stages=1 tail=0
element 0
  0 NOP drive=0:l0
element 1
  0 NOP drive=0:l0
`;
  const program = readProgramText({ name: "t.txt", text }, fabric, sink)!;
  assert.type(load(fabric, program), "string");
});

test("generated kernels do on generated fabrics what their graphs mean", () => {
  const { failures, coverage } = cgraCampaign.run(8, 7, () => undefined);
  assert.equal(failures.map((f) => `${f.index}: ${f.reason}`), []);
  assert.ok(coverage!.mapped! > 50);
}); // prettier-ignore

test("stores that are left out, late or elsewhere show", () => {
  let found = 0;
  let changed = 0;
  for (let index = 0; index < 6; index++) {
    const made = cgraCaseAt(11, index);
    const program = programOf(made);
    if (program === undefined || typeof program === "string") continue;
    program.words.forEach((words, p) =>
      words.forEach((word, slot) => {
        if (!/^(ST|PUSH)/.test(word.op)) return;
        const others = [
          { ...word, op: "NOP" },
          { ...word, stage: word.stage === 0 ? 1 : word.stage - 1 },
          { ...word, negate: !word.negate },
        ];
        for (const other of others.filter((o) => o.stage < program.stages)) {
          const wrong = program.words.map((own, q) => (q === p ? own.with(slot, other) : own));
          changed++;
          if (runProblem(made, { ...program, words: wrong }, makeRandom(3)) !== undefined) found++;
        }
      }),
    );
  }
  // What is stored may be what was there.
  assert.ok(found > 0.8 * changed && changed > 8, `${found} of ${changed}`);
});

test.run();
