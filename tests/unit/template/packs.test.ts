import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { evaluate } from "../../../src/template/evaluate.js";
import { newScope } from "../../../src/template/scope.js";
import { newState } from "../../../src/template/state.js";
import { valueText, type Value } from "../../../src/template/values.js";
import { parseText } from "../../../grammar/index.js";
import { Diagnostics, DiagnosticError } from "../../../src/support/diagnostic.js";
import { allFunctions } from "../../../src/template/index.js";

/** The text of the value of an expression. */
function valueOf(text: string): string {
  const source = { name: "expression", text: `${text}\n` };
  const sink = new Diagnostics();
  const [stmt] = parseText(source, sink).body;
  assert.equal(sink.all, [], text);
  if (stmt?.kind !== "ExprStmt") throw new Error(text);
  const made: Value = evaluate(
    newState("test", source, undefined),
    newScope("file", undefined),
    stmt.value,
  );
  return valueText(made);
}

/** The code of what is wrong with an expression. */
function faultOf(text: string): string {
  try {
    return `no fault: ${valueOf(text)}`;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostic.code;
    throw error;
  }
}

const tuple = (items: readonly number[]): string =>
  `(${items.join(", ")}${items.length === 1 ? "," : ""})`;

const laws = suite("template: laws of packs");
const runs = { numRuns: 60, seed: 7 };

laws("dropping and inserting at the same positions gives the pack back", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 6 }),
      fc.nat(1000),
      (p, bits) => {
        const axes = p.map((_, i) => i).filter((i) => (bits >> i) & 1);
        const [all, at] = [tuple(p), tuple(axes)];
        assert.is(valueOf(`S.insert(S.drop(${all}, ${at}), ${at}, S.pick(${all}, ${at}))`), all);
        assert.is(valueOf(`len(S.drop(${all}, ${at}))`), String(p.length - axes.length));
        assert.is(valueOf(`S.replace(${all}, ${at}, S.pick(${all}, ${at}))`), all);
      },
    ),
    runs,
  );
});

laws("a permutation and its inverse cancel", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), (axes) => {
      const p = "(10, 11, 12, 13, 14)";
      assert.is(valueOf(`S.pick(S.pick(${p}, ${tuple(axes)}), S.inverse(${tuple(axes)}))`), p);
    }),
    runs,
  );
});

laws("a row-major position leads back to its index", () => {
  const dim = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(fc.array(fc.tuple(dim, fc.nat(100)), { minLength: 1, maxLength: 4 }), (dims) => {
      const shape = tuple(dims.map(([d]) => d));
      const index = tuple(dims.map(([d, i]) => i % d));
      assert.is(valueOf(`S.unravel(S.ravel(${index}, ${shape}), ${shape})`), index);
    }),
    runs,
  );
});

laws("layouts are arranged there and back", () => {
  assert.is(valueOf('S.arrange("NHWC", "NC*", (1, 2, 3, 4))'), "(1, 3, 4, 2)");
  fc.assert(
    fc.property(fc.constantFrom("NCHW", "NHWC", "HWNC", "CNHW"), (layout) => {
      assert.is(
        valueOf(`S.arrange("NC*", "${layout}", S.arrange("${layout}", "NC*", (1, 2, 3, 4)))`),
        "(1, 2, 3, 4)",
      );
    }),
    runs,
  );
});

laws("slices are those of Python", () => {
  const bound = fc.option(fc.integer({ min: -7, max: 7 }), { nil: undefined });
  fc.assert(
    fc.property(bound, bound, fc.constantFrom(undefined, 1, 2, -1, -2), (lower, upper, step) => {
      const p = [0, 1, 2, 3, 4];
      const by = step ?? 1;
      const clip = (i: number, low: number, high: number): number =>
        Math.min(Math.max(i < 0 ? i + 5 : i, low), high);
      const [low, high] = by > 0 ? [0, 5] : [-1, 4];
      const from = lower === undefined ? (by > 0 ? 0 : 4) : clip(lower, low, high);
      const to = upper === undefined ? (by > 0 ? 5 : -1) : clip(upper, low, high);
      const expected: number[] = [];
      for (let i = from; by > 0 ? i < to : i > to; i += by) expected.push(p[i]!);
      const text = `${lower ?? ""}:${upper ?? ""}${step === undefined ? "" : `:${step}`}`;
      assert.is(valueOf(`${tuple(p)}[${text}]`), tuple(expected));
    }),
    runs,
  );
});

laws("arithmetic goes element by element", () => {
  assert.is(valueOf("(1, 2) * (3, 4) + 1"), "(4, 9)");
  assert.is(valueOf("0 <= (1, 5, -1) < 4"), "(True, False, False)");
  assert.is(valueOf("S.all(0 <= (1, 3) < 4)"), "True");
  assert.is(valueOf("S.all(())"), "True");
  assert.is(valueOf("(S.product(()), S.sum(()), S.any(()))"), "(1, 0, False)");
  assert.is(valueOf("(*(1, 2), 3)[::-1]"), "(3, 2, 1)");
  assert.is(valueOf("tuple(a - b for a, b in S.zip((5, 6), (1, 2)))"), "(4, 4)");
  assert.is(valueOf("S.ceildiv((7, -7), 2)"), "(4, -3)");
  assert.is(valueOf("S.wrap((-1, 1), 5)"), "(4, 1)");
  assert.is(valueOf("-7 // 2"), "-4");
  assert.is(valueOf("-7 % 3"), "2");
  assert.is(valueOf("7 / 2"), "3.5");
});

laws("equations are spelled out", () => {
  assert.is(valueOf('S.einsum("ij,jk->ik", ((2, 3), (3, 4)))'), '(("ij", "jk"), "ik", "j")');
  assert.is(valueOf('S.einsum("...ij,...jk", ((5, 2, 3), (3, 4)))'), '(("Aij", "jk"), "Aik", "j")');
  assert.is(valueOf('S.dims_of("ijk", ("ij", "jk"), ((2, 1), (3, 4)))'), "(2, 3, 4)");
});

laws("a fixed-point multiplier has its ratio", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (x) => {
      const [, m, e] = /\((-?\d+), (-?\d+)\)/.exec(valueOf(`S.fixed_point(${x})`))!;
      assert.ok(Math.abs((Number(m) * 2 ** (Number(e) - 31)) / x - 1) < 2 ** -30);
      assert.ok(Number(m) >= 2 ** 30 && Number(m) < 2 ** 31);
    }),
    runs,
  );
});

laws("mistakes have their codes", () => {
  assert.is(faultOf("(1, 2) + (1, 2, 3)"), "LOW006");
  assert.is(faultOf("(1, 2)[2]"), "LOW006");
  assert.is(faultOf("S.pick((1, 2), 2)"), "LOW006");
  assert.is(faultOf("S.insert((1, 2), (0, 0), 3)"), "LOW006");
  assert.is(faultOf("S.pik((1, 2), 2)"), "LOW012");
  assert.is(faultOf("T.expp(1.0)"), "LOW012");
  assert.is(faultOf("nothing"), "LOW012");
  assert.is(faultOf("S.pick((1, 2))"), "LOW025");
  assert.is(faultOf("1 // 0"), "LOW025");
  assert.is(faultOf('S.acc("float31")'), "LOW025");
  assert.is(faultOf("[x for x in S.each((1,)) if x]"), "LOW026");
});

laws("every function is described", () => {
  for (const { name, params, summary, result } of allFunctions())
    assert.ok(params !== "" && summary.endsWith(".") && result !== "", name);
});
laws.run();
