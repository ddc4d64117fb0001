import { rmSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Diagnostics } from "../../../../../src/support/diagnostic.js";
import {
  preset,
  presetNames,
  readFabric,
  type Fabric,
} from "../../../../../src/target/cgra/index.js";
import { load } from "../../../../../src/target/cgra/machine/load.js";
import { scratchpadBytes } from "../../../../../src/target/cgra/machine/simulate.js";
import { rtlOf } from "../../../../../src/target/cgra/rtl/emit.js";
import { structureOf } from "../../../../../src/target/cgra/rtl/kinds.js";
import { programOf } from "../../../../../src/testing/fuzz/cgra.js";
import { generateKernel } from "../../../../../src/testing/generate/cgra-kernel.js";
import { generateFabric } from "../../../../../src/testing/generate/cgra-fabric.js";
import {
  generateProgram,
  operationFabric,
  operationProgram,
  SPECIAL_VALUES,
} from "../../../../../src/testing/generate/cgra-program.js";
import { makeRandom } from "../../../../../src/testing/generate/random.js";
import { buildRtl, installedSimulators } from "../../../../../src/testing/rtl/build.js";
import { compareRtl } from "../../../../../src/testing/rtl/simulators.js";

const test = suite("fabrics as Verilog");

const fabricOf = (description: object): Fabric =>
  readFabric({ name: "f.json", text: JSON.stringify(description) }, new Diagnostics())!;
const folder = (name: string): string =>
  join("node_modules", ".cache", "cgra-rtl", `test-${process.pid}`, name);
const installed = installedSimulators();
/** Verilator takes seconds to compile a fabric, and does so once here; the campaigns run both. */
const simulators = installed.filter((s) => s === "icarus");

test.after(() => rmSync(folder(""), { recursive: true, force: true }));

test("a simulator is installed", () => {
  assert.equal(simulators, ["icarus"]);
});

for (const name of presetNames()) {
  test(`the elements of ${name} that are alike share a module`, () => {
    const { kinds, fabric } = structureOf(preset(name)!);
    const elements = kinds.flatMap((k) => k.elements).sort((a, b) => a - b);
    assert.equal(elements, [...fabric.elements.keys()]);
    const pe = rtlOf(fabric).get("pe.v")!;
    assert.is(pe.match(/^module pe_\d+ \(/gm)?.length, kinds.length);
  });
}

test("the sixteen elements of a torus are one module", () => {
  assert.is(structureOf(preset("open-edge-4x4")!).kinds.length, 1);
});

test("operations compute the same bits in hardware", () => {
  const values = SPECIAL_VALUES.slice(0, 15);
  const count = values.length ** 2;
  const built = buildRtl(fabricOf(operationFabric(count)), folder("ops"), simulators);
  const random = makeRandom(3);
  const memory = new Uint8Array(16 * count);
  const view = new DataView(memory.buffer);
  for (let i = 0; i < count; i++) {
    const pair = [i % values.length, Math.floor(i / values.length)];
    for (const s of [0, 1]) view.setInt32(4 * (s * count + i), values[pair[s]!]!, true);
    view.setInt32(4 * (2 * count + i), random.below(2 ** 32) | 0, true);
  }
  const ops = ["RMULSH", "REM", "FSUB", "FMA", "FMIN", "F2I", "FEXP2", "FRCP", "FRSQRT", "FLOG2"]; // prettier-ignore
  for (const op of ops)
    assert.is(compareRtl(built, { program: operationProgram(op, count, 0), liveins: [], memory }).difference, undefined, op); // prettier-ignore
});

for (let seed = 0; seed < 3; seed++) {
  test(`generated words do the same in hardware, fabric ${seed}`, () => {
    const random = makeRandom(200 + seed);
    const fabric = fabricOf(generateFabric(random));
    const built = buildRtl(fabric, folder(`random-${seed}`), simulators);
    for (let n = 0; n < 2; n++) {
      let program = generateProgram(random, fabric);
      while (typeof load(fabric, program) === "string") program = generateProgram(random, fabric);
      const memory = Uint8Array.from({ length: scratchpadBytes(fabric) }, () => random.below(256));
      assert.is(compareRtl(built, { program, liveins: [n * 3, 2], memory }).difference, undefined);
    }
  });
}

test("mapped kernels do the same in hardware, in all simulators", () => {
  const random = makeRandom(41);
  const fabric = fabricOf({
    name: "small",
    rows: 2,
    cols: 3,
    route: "multihop",
    hops: 2,
    pe: { ops: ["mov", "alu", "cmp", "mul", "ctl", "mem", "strm"], lat: { MUL: 2 }, rf: { regs: 4, read: 4, write: 2 } },
    mem: {
      banks: [{ name: "b", bytes: 4096, ports: 2, pes: [0, 3] }],
      streams: [{ name: "s", bank: "b", dims: 3, dir: "in", pes: [0] }, { name: "t", bank: "b", dims: 3, dir: "out", pes: [3] }],
    },
    ctrl: { loops: 2, liveins: 8 },
  }); // prettier-ignore
  const built = buildRtl(fabric, folder("mapped"), installed);
  let mapped = 0;
  for (let n = 0; n < 12 && mapped < 4; n++) {
    const kernel = generateKernel(random, fabric);
    const program = programOf({ description: {}, fabric, kernel }, 15e6);
    if (program === undefined || typeof program === "string") continue;
    mapped++;
    const memory = Uint8Array.from({ length: scratchpadBytes(fabric) }, () => random.below(256));
    const liveins = [2 * program.stages, ...kernel.numbers.slice(1)];
    assert.is(compareRtl(built, { program, liveins, memory }).difference, undefined);
  }
  assert.is(mapped, 4);
});

test.run();
