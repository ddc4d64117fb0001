import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkModule } from "../../../src/analysis/index.js";
import { readModule } from "../../../src/driver/frontend.js";
import { structuralEqual } from "../../../src/ir/core/equal.js";
import type { Node } from "../../../src/ir/nodes.js";
import { Diagnostics } from "../../../src/support/diagnostic.js";
import { printModule } from "../../../src/syntax/index.js";
import { coverageOf, gapsOf } from "../../../src/testing/op-cases/coverage.js";
import { farFrom } from "../../../src/testing/op-cases/compare.js";
import { familyNames, familyOf } from "../../../src/testing/op-cases/files.js";
import { readFamily, type OpCase } from "../../../src/testing/op-cases/op-case.js";
import { moduleOf } from "../../../src/testing/op-cases/run-both.js";
import { failingCases } from "../../../src/testing/op-cases/run-cases.js";

const coverage = suite("operators: coverage by golden cases");

coverage("each lowered operator has cases of each kind, or a reason", () => {
  const all = coverageOf(familyNames().map(familyOf));
  assert.equal(gapsOf(all), []);
  assert.equal(
    all.filter((c) => c.must !== "" && !c.lowered).map((c) => c.op),
    [],
  );
  const lowered = all.filter((c) => c.lowered).length;
  assert.ok(lowered >= 0.95 * all.length, `${lowered} of ${all.length} are lowered`);
});

coverage("what operators are lowered to is well-formed, and reads back from its text", () => {
  const chosen = new Map<string, OpCase>();
  for (const c of familyNames().flatMap((name) => [...familyOf(name).cases])) {
    // The last kinds of call of an operator are the least plain ones.
    if (c.tags.includes("symbolic")) chosen.set(c.op, c);
  }
  const module = moduleOf([...chosen.values()]);
  const sink = new Diagnostics();
  checkModule(module, sink);
  assert.equal(
    sink.all.filter((d) => d.severity === "error").map((d) => d.message),
    [],
  );
  const back = readModule({ name: "back.relax", text: printModule(module) });
  assert.equal(
    [...module.functions].filter(
      ([name, func]) => !structuralEqual(func as Node, back.module.functions.get(name) as Node),
    ),
    [],
  );
});

coverage("an operator without cases is a gap, as is a reason against cases", () => {
  const [first] = coverageOf([]);
  assert.is(gapsOf([{ ...first!, lowered: true }]).length, 5);
  const one = { static: 1, symbolic: 1, rank0: 1, empty: 1, broadcast: 1 };
  const told = { ...first!, lowered: true, cases: one, reasons: { empty: "no" } };
  assert.is(gapsOf([told]).length, 1);
});

const family = (expected: unknown): string =>
  JSON.stringify({
    reasons: {},
    cases: ["add", "subtract"].map((op) => ({
      op,
      name: "",
      tags: ["static"],
      tolerance: "round",
      program: `@R.function\ndef main(x: R.Tensor((2,), "float32")):\n    return R.${op}(x, x)`,
      inputs: [{ dtype: "float32", shape: [2], data: [1.5, "inf"] }],
      expected: [expected],
    })),
  });

coverage("a wrong value, type or program is found", () => {
  const reasons = (expected: unknown): string[] =>
    failingCases(readFamily(family(expected)).cases).map((f) => f.reason);
  assert.match(reasons({ dtype: "float32", shape: [2], data: [3, "inf"] }).join(), /^result 0: element 0: 3 expected, 0 found$/); // prettier-ignore
  assert.match(
    reasons({ dtype: "float32", shape: [1], data: [3] }).join(),
    /float32 \[1\] expected/,
  );
  const [broken] = readFamily(family({ dtype: "float32", shape: [2], data: [3, "inf"] })).cases;
  const text = { ...broken!, program: broken!.program.replace("R.add", "R.ad") };
  assert.match(failingCases([text, broken!]).map((f) => f.reason).join(), /^[A-Z]+\d+: /); // prettier-ignore
});

coverage("results are compared with the tolerance of the case", () => {
  const tensor = (data: (number | string)[]) =>
    readFamily(family({ dtype: "float32", shape: [data.length], data })).cases[0]!.expected[0]!;
  assert.is(farFrom(tensor([1]), tensor([1 + 1e-6]), "round"), undefined);
  assert.match(farFrom(tensor([1]), tensor([1 + 1e-5]), "round")!, /^element 0: 1 expected/);
  assert.match(farFrom(tensor([1]), tensor([1 + 1e-6]), "exact")!, /^element 0/);
  assert.match(farFrom(tensor([1]), tensor(["nan"]), "half")!, /NaN found/);
  assert.is(farFrom(tensor(["nan"]), tensor(["nan"]), "exact"), undefined);
});

coverage.run();
