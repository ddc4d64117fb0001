import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32 } from "../../../../../src/support/crc32.js";
import { Diagnostics, DiagnosticError } from "../../../../../src/support/diagnostic.js";
import { preset, readFabric, type Fabric } from "../../../../../src/target/cgra/index.js";
import { decodeImage, encodeImage } from "../../../../../src/target/cgra/machine/image.js";
import { layoutOf } from "../../../../../src/target/cgra/machine/layout.js";
import { load } from "../../../../../src/target/cgra/machine/load.js";
import { withoutOrigins } from "../../../../../src/target/cgra/machine/origin.js";
import { programText } from "../../../../../src/target/cgra/machine/program-text.js";
import type { KernelProgram } from "../../../../../src/target/cgra/machine/program.js";
import { readProgramText } from "../../../../../src/target/cgra/machine/read-program-text.js";
import { scratchpadBytes, simulate } from "../../../../../src/target/cgra/machine/simulate.js";
import { makeRandom } from "../../../../../src/testing/generate/random.js";

const test = suite("cgra images");

const fabricOf = (more: object = {}): Fabric => {
  const sink = new Diagnostics();
  const description = {
    name: "test",
    rows: 2,
    cols: 2,
    route: "bypass",
    pe: { ops: ["mov", "alu", "mul", "ctl", "mem", "strm"], rf: { regs: 4, read: 4, write: 2 } },
    cfg: { depth: 4 },
    mem: {
      banks: [{ name: "b", bytes: 256, ports: 4, pes: [0, 1, 2, 3] }],
      streams: [
        { name: "in", bank: "b", dir: "in", pes: [0] },
        { name: "out", bank: "b", dir: "out", pes: [3] },
      ],
    },
    ctrl: { loops: 2 },
    ...more,
  };
  const fabric = readFabric({ name: "t.json", text: JSON.stringify(description) }, sink);
  assert.ok(fabric, sink.all.map((d) => d.message).join());
  return fabric;
};

const TEXT = `kernel "a # \\"name\\"" interval=2 stages=3 tail=1 file="a b.relax"
launch "n"
launch "base"
loop 3
loop $0
stream 0 int8 base=$1 3:64 $0:1
stream 1 uint32 base=128 $0:-4
element 0
  0 POP - - last1 negate take=l1:r3 drive=0:o node=7 line=12
  1 ADD r1 k0 i=-5 stage=2 initial=b:1:i save=r2 take=l0:r0 drive=1:r3
  constants -70000 $1
element 3
  1 PUSH l0 i=1 stage=1 node=3
`;

const read = (text: string, fabric: Fabric): [KernelProgram | undefined, string[]] => {
  const sink = new Diagnostics();
  const program = readProgramText({ name: "t.txt", text }, fabric, sink);
  return [program, sink.all.map((d) => d.message)];
};
const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostic.code;
    throw error;
  }
};

test("programs survive the ways to bytes and to text", () => {
  const fabric = fabricOf();
  const [program, problems] = read(TEXT, fabric);
  assert.equal(problems, []);
  assert.ok(program);
  const image = encodeImage(fabric, program);
  assert.equal(decodeImage(fabric, image, "f"), program);
  assert.equal(encodeImage(fabric, decodeImage(fabric, image, "f")), image);
  assert.equal(read(programText(program), fabric)[0], program);
  assert.equal(program.origins?.words, [
    { element: 0, slot: 0, node: 7, line: 12 },
    { element: 3, slot: 1, node: 3 },
  ]);
});

test("what words are made from is left out where nobody reads it", () => {
  const fabric = fabricOf();
  const program = withoutOrigins(read(TEXT, fabric)[0]!);
  const image = encodeImage(fabric, program);
  assert.not.match(new TextDecoder("latin1").decode(image), /DBUG|relax/);
  assert.equal(decodeImage(fabric, image, "f"), program);
  assert.not.match(programText(program), /file=|node=|line=/);
});

test("no changed bit and no missing byte goes unnoticed", () => {
  const fabric = fabricOf();
  const image = encodeImage(fabric, read(TEXT, fabric)[0]!);
  for (let bit = 0; bit < 8 * image.length; bit++) {
    const changed = image.slice();
    changed[bit >> 3]! ^= 1 << (bit & 7);
    assert.match(codeOf(() => decodeImage(fabric, changed, "f")) ?? "", /^MAP21[0-3]$/, `bit ${bit}`);
  }
  for (let length = 0; length < image.length; length++)
    assert.match(codeOf(() => decodeImage(fabric, image.slice(0, length), "f")) ?? "", /^MAP21[02]$/);
  const longer = new Uint8Array([...image, 0]);
  assert.is(codeOf(() => decodeImage(fabric, longer, "f")), "MAP212");
}); // prettier-ignore

test("sections with any content and the right checksums are programs or refused", () => {
  const fabric = fabricOf();
  const image = encodeImage(fabric, read(TEXT, fabric)[0]!);
  const table = 20;
  let programs = 0;
  for (let seed = 0; seed < 1500; seed++) {
    const random = makeRandom(seed);
    const changed = image.slice();
    const view = new DataView(changed.buffer);
    const first = table + 16 * 6;
    for (let k = random.between(1, 3); k > 0; k--)
      changed[random.between(first, changed.length - 1)] = random.below(256);
    for (let at = table; at < first; at += 16) {
      const start = view.getUint32(at + 4, true);
      const content = changed.subarray(start, start + view.getUint32(at + 8, true));
      view.setUint32(at + 12, crc32(content), true);
    }
    const code = codeOf(() => {
      const loaded = load(fabric, decodeImage(fabric, changed, "f"));
      if (typeof loaded === "string") return;
      programs++;
      const memory = new Uint8Array(scratchpadBytes(fabric));
      simulate(loaded, { memory, liveins: [3, 5], debug: true, cycleLimit: 5000 });
    });
    assert.ok(code === undefined || code === "MAP212", `seed ${seed}: ${code}`);
  }
  assert.ok(programs > 100, `${programs} programs`);
});

test("an image belongs to one fabric", () => {
  const image = encodeImage(fabricOf(), read(TEXT, fabricOf())[0]!);
  assert.is(
    codeOf(() => decodeImage(fabricOf({ clockMHz: 501 }), image, "f")),
    "MAP213",
  );
  assert.is(
    codeOf(() => decodeImage(preset("npu-6x6")!, image, "f")),
    "MAP213",
  );
  // The same description, read again.
  assert.is(
    codeOf(() => decodeImage(fabricOf(), image, "f")),
    undefined,
  );
});

test("a program asks only for what there is", () => {
  const fabric = fabricOf();
  const mistakes: readonly (readonly [string, string, RegExp])[] = [
    ["interval=2", "interval=5", /1 to 4 words/],
    ["stages=3", "stages=2", /stage 2 of 2/],
    ["stages=3", "stages=65", /65 stages/],
    ["loop 3", "loop 3 4", /3 loops/],
    ["loop $0", "loop $7", /extent of a loop/],
    ["stream 0", "stream 2", /no stream 2/],
    ["3:64 $0:1", "3:64 $0:1 1:1 1:1", /4 counters/],
    ["int8", "int7", /int8, int16/],
    ["POP", "POPP", /no operation `POPP`/],
    ["ADD", "FADD", /does not execute FADD/],
    ["r1 k0", "r4 k0", /no operand r4/],
    ["r1 k0", "r1 k2", /not set/],
    ["r1 k0", "l2 k0", /no operand l2/],
    ["i=-5", "i=40000", /has no room/],
    ["take=l0:r0", "take=l0:r0 take=l1:r1", /3 registers written/],
    ["drive=1:r3", "drive=2:r3", /2 links leave/],
    ["drive=1:r3", "drive=1:k0", /no drive k0/],
    ["initial=b:1:i", "initial=d:1:i", /a, b and c/],
    ["last1", "last2", /not set/],
    ["PUSH l0 i=1", "PUSH l0 i=0", /stream 0 is not there/],
    ["element 3", "element 4", /4 elements/],
    ["constants -70000", "constants 99999999999", /is no number/],
    ['"n"', "n", /quotes/],
    ["node=7", "node=-7", /no number from 0/],
    ["line=12", "line=0", /no number from 1/],
    ['"a b.relax"', "a.relax", /quotes/],
  ];
  for (const [from, to, message] of mistakes) {
    assert.ok(TEXT.includes(from), from);
    const [program, [problem = ""]] = read(TEXT.replace(from, to), fabric);
    assert.is(program, undefined, to);
    assert.match(problem, message);
  }
  for (const text of ["", "loop 3", "kernel", TEXT + TEXT, "element 1"])
    assert.is(read(text, fabric)[0], undefined, text);
});

test("layouts leave no gaps, and codes follow from what the fabric has", () => {
  for (const fabric of [fabricOf(), preset("npu-6x6")!, preset("hycube-4x4")!, preset("adres-8x8")!]) {
    const { bits, fields } = layoutOf(fabric);
    let at = 0;
    for (const field of fields) {
      assert.is(field.offset, at, field.name);
      at += field.bits;
    }
    assert.is(at, bits);
  }
  const names = (fabric: Fabric): string => layoutOf(fabric).fields.map((f) => f.name).join();
  assert.ok(names(fabricOf()).includes("drive1"));
  assert.not(names(fabricOf({ route: "issue" })).includes("drive"));
  assert.not(names(fabricOf({ ctrl: { loops: 0 } })).includes("initial"));
}); // prettier-ignore

test.run();
