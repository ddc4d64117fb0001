import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fabricsOf } from "../../../../src/driver/fabric/load.js";
import { printFabric } from "../../../../src/driver/fabric/print-text.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import {
  describeFabric,
  preset,
  presetNames,
  readFabric,
  type Fabric,
} from "../../../../src/target/cgra/index.js";

const test = suite("fabrics as text");

const fromText = (text: string): Fabric => {
  const sink = new Diagnostics();
  const fabrics = fabricsOf({ name: "f.relax", text }, sink);
  assert.equal(
    sink.all.filter((d) => d.severity === "error").map((d) => d.message),
    [],
  );
  assert.is(fabrics.size, 1);
  return [...fabrics.values()][0]!;
};
const fromJson = (description: object): Fabric => {
  const sink = new Diagnostics();
  const fabric = readFabric({ name: "f.json", text: JSON.stringify(description) }, sink);
  assert.ok(fabric, sink.all.map((d) => d.message).join("\n"));
  return fabric;
};

for (const name of presetNames()) {
  test(`${name} is the same as text and as JSON`, () => {
    const fabric = preset(name)!;
    assert.equal(fromText(printFabric(fabric)), fabric);
    assert.equal(fromJson(describeFabric(fabric)), fabric);
  });
}

test("the words of the specification are read", () => {
  const fabric = fromText(`@C.fabric
def npu6x6():
    C.grid(6, 6, topology="torus", width=32)
    C.pe(ops=["mov", "alu", "cmp", "mul", "dot", "sat"], rf=C.rf(8, visible="neighbours"), pred="partial")
    C.override(pes=C.rect(0, 5, 6, 6), ops_add=["sfu"])
    C.override(pes=C.col(0), ops_add=["mem", "strm"])
    C.bank("b0", bytes=16384, ports=1, pes=C.col(0))
    C.stream("a", bank="b0", dims=4, dir="in", pes=[0, 6, 12])
    C.loops(4)
`);
  assert.is(fabric.name, "npu6x6");
  assert.equal(
    fabric.elements.flatMap((e, i) => (e.ops.has("sfu") ? [i] : [])),
    [5, 11, 17, 23, 29, 35],
  );
  assert.is(fabric.elements[7]!.registers.visible, "neighbours");
  assert.equal(fabric.streams[0]!.elements, [0, 6, 12]);
  assert.is(fabric.control.loops, 4);
});

/** Descriptions with every kind of field. */
const descriptions = fc
  .record({
    rows: fc.integer({ min: 1, max: 4 }),
    cols: fc.integer({ min: 2, max: 4 }),
    topology: fc.constantFrom("mesh", "torus", "king", "onehop", "row-col-bus"),
    route: fc.constantFrom("none", "issue", "bypass"),
    regs: fc.integer({ min: 1, max: 9 }),
    latency: fc.integer({ min: 1, max: 4 }),
    elements: fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 4 }),
    depth: fc.integer({ min: 1, max: 64 }),
    link: fc.boolean(),
    drop: fc.boolean(),
    loops: fc.nat(4),
    clockMHz: fc.integer({ min: 1, max: 900 }),
  })
  .map(({ rows, cols, topology, regs, latency, elements, depth, link, drop, loops, ...more }) => {
    const pes = [...new Set(elements.map((e) => e % (rows * cols)))];
    return {
      name: "random fabric",
      rows,
      cols,
      topology,
      ...more,
      // No second link where the topology has one.
      links: link && rows > 1 && cols > 1 && topology !== "king" ? [[0, rows * cols - 1]] : [],
      pe: { ops: ["mov", "alu", "mul", "mem"], lat: { MUL: latency }, busy: { DIV: 8 } },
      overrides: [
        { pes, "ops+": ["div"], ...(drop && { "ops-": ["mul"] }), rf: { regs, read: 3, write: 2 } },
        { pes: [0], lat: { LD: latency, MUL: 1 } },
      ],
      cfg: { depth },
      mem: {
        banks: [{ name: "b", bytes: 64, ports: 2, pes }],
        streams: [{ name: "s", bank: "b", dir: "in", pes }],
      },
      ctrl: { loops },
    };
  });

test("random fabrics survive text and JSON", () => {
  fc.assert(
    fc.property(descriptions, (description) => {
      const fabric = fromJson(description);
      assert.equal(fromText(printFabric(fabric)), fabric);
      assert.equal(fromJson(describeFabric(fabric)), fabric);
    }),
    { seed: 7, numRuns: 150 },
  );
});

test("any of several fabrics is found by its name", () => {
  const text = ["one", "two"]
    .map((n, i) => `@C.fabric\ndef ${n}():\n    C.grid(1, ${i + 1})\n    C.pe(ops=["alu"])\n`)
    .join("\n");
  const sink = new Diagnostics();
  assert.equal([...fabricsOf({ name: "f.relax", text }, sink).keys()], ["one", "two"]);
  const [found] = fabricsOf({ name: "f.relax", text }, sink, "two").values();
  assert.is(found?.cols, 2);
  assert.is(fabricsOf({ name: "f.relax", text }, sink, "three").size, 0);
  assert.match(sink.all.at(-1)!.message, /no fabric `three`/);
});

test.run();
