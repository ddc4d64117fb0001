import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkText } from "../../../../src/driver/frontend.js";
import { interpret } from "../../../../src/interp/index.js";
import { visit } from "../../../../src/ir/core/visit.js";
import type { IRModule } from "../../../../src/ir/module.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { int32, isFloat, uint8 } from "../../../../src/support/dtype.js";
import { zeros } from "../../../../src/support/ndarray.js";
import { tensorValue } from "../../../../src/support/value.js";
import { printModule } from "../../../../src/syntax/index.js";
import { runPipeline, step } from "../../../../src/transform/pipeline.js";
import { scaleByShifts } from "../../../../src/transform/tir/scale-by-shifts.js";

const scale = suite("rescales by shifts");
const COUNT = 64;

/** Bytes from sums and bytes, scaled by powers of two. */
const text = (sum: number, byte: number, to: number, low: number, zero: number): string => `
@T.prim_func
def main(X: T.Buffer((${COUNT},), "int32"), B: T.Buffer((${COUNT},), "uint8"), Y: T.Buffer((${COUNT},), "uint8")):
    for i in range(${COUNT}):
        Y[i] = T.Cast("uint8", T.min(T.max(T.nearbyint(T.max(
            T.Cast("float32", X[i]) * T.float32(${2 ** sum}) + T.Cast("float32", B[i]) * T.float32(${2 ** byte}),
            T.float32(${low})) / T.float32(${2 ** to})) + T.Cast("float32", T.int8(${zero})), T.float32(0)), T.float32(255)))
`;

/** Bytes from two sums of any size. */
const ofSums = (op: string, x: number, z: number, to: number, low: number): string => `
@T.prim_func
def main(X: T.Buffer((${COUNT},), "int32"), Z: T.Buffer((${COUNT},), "int32"), Y: T.Buffer((${COUNT},), "uint8")):
    for i in range(${COUNT}):
        Y[i] = T.Cast("uint8", T.min(T.max(T.nearbyint(T.max(
            T.Cast("float32", X[i]) * T.float32(${2 ** x}) ${op} T.float32(${2 ** z}) * T.Cast("float32", Z[i]),
            T.float32(${low})) / T.float32(${2 ** to})), T.float32(0)), T.float32(255)))
`;

const hasFloats = (module: IRModule): boolean => {
  let found = false;
  for (const func of module.functions.values())
    visit(func, {
      enter: (n) => void (found ||= "dtype" in n && n.dtype !== undefined && isFloat(n.dtype)),
    });
  return found;
};

scale(
  "give what float32 gives, also where it rounds and where integers are at their limits",
  () => {
    const exponent = fc.integer({ min: -10, max: 2 });
    // Ties, neighbours of powers of two, and anything.
    const near = fc.tuple(fc.integer({ min: 0, max: 31 }), fc.integer({ min: -3, max: 3 })).map(([p, d]) => (2 ** p + d) | 0); // prettier-ignore
    const number = fc.oneof(near, near.map((x) => -x | 0), fc.integer({ min: -40000, max: 40000 }), fc.integer()); // prettier-ignore
    const inputs = fc.record({
      scales: fc.tuple(exponent, exponent, fc.integer({ min: -4, max: 0 })),
      low: fc.constantFrom(0, -64, 1),
      zero: fc.integer({ min: -5, max: 5 }),
      x: fc.array(number, { minLength: COUNT, maxLength: COUNT }),
      b: fc.uint8Array({ minLength: COUNT, maxLength: COUNT }),
    });
    let rewritten = 0;
    fc.assert(
      fc.property(inputs, ({ scales: [sum, byte, to], low, zero, x, b }) => {
        const { module } = checkText({ name: "t.relax", text: text(sum, byte, to, low, zero) }, {} as never); // prettier-ignore
        const after = runPipeline(module, [step(scaleByShifts)], new Diagnostics())!;
        if (hasFloats(after)) return;
        rewritten++;
        const result = (m: IRModule): Uint8Array => {
          const [sums, bytes, out] = [zeros(int32, [COUNT]), zeros(uint8, [COUNT]), zeros(uint8, [COUNT])]; // prettier-ignore
          sums.bytes.set(new Uint8Array(Int32Array.from(x).buffer));
          bytes.bytes.set(b);
          assert.ok(
            interpret(
              m,
              "main",
              [sums, bytes, out].map((d) => tensorValue(d)),
            ).ok,
          );
          return out.bytes;
        };
        assert.equal(result(after), result(module));
      }),
      { numRuns: 60, seed: 7 },
    );
    assert.ok(rewritten > 40, `${rewritten} of 60 were rewritten`);
  },
);

scale("sums of two integers of any size are those of float32, also where their ends cancel", () => {
  const exponent = fc.integer({ min: -10, max: -2 });
  const scales = fc.tuple(exponent, exponent, fc.integer({ min: -4, max: 0 }));
  const near = fc.tuple(fc.integer({ min: 0, max: 31 }), fc.integer({ min: -70, max: 70 })).map(([p, d]) => (2 ** p + d) | 0); // prettier-ignore
  const number = fc.oneof(
    near,
    near.map((x) => -x | 0),
    fc.integer(),
  );
  const inputs = fc.record({
    scales,
    op: fc.constantFrom("+", "-"),
    low: fc.constantFrom(0, -64),
    x: fc.array(number, { minLength: COUNT, maxLength: COUNT }),
    z: fc.array(number, { minLength: COUNT, maxLength: COUNT }),
    rest: fc.array(fc.integer({ min: -300, max: 300 }), { minLength: COUNT, maxLength: COUNT }),
  });
  let between = 0;
  fc.assert(
    fc.property(inputs, ({ scales: [a, b, to], op, low, x, z, rest }) => {
      const { module } = checkText({ name: "t.relax", text: ofSums(op, a, b, to, low) }, {} as never); // prettier-ignore
      const after = runPipeline(module, [step(scaleByShifts)], new Diagnostics())!;
      assert.not.match(printModule(after), /nearbyint/);
      // Most second terms leave little of the first ones.
      const sign = op === "+" ? -1 : 1;
      const opposite = x.map((v, k) => (k % 4 === 0 ? z[k]! : Math.round(sign * (v * 2 ** (a - b) + rest[k]!)) | 0)); // prettier-ignore
      const result = (m: IRModule): Uint8Array => {
        const [sums, others, out] = [zeros(int32, [COUNT]), zeros(int32, [COUNT]), zeros(uint8, [COUNT])]; // prettier-ignore
        sums.bytes.set(new Uint8Array(Int32Array.from(x).buffer));
        others.bytes.set(new Uint8Array(Int32Array.from(opposite).buffer));
        const { ok } = interpret(m, "main", [sums, others, out].map((d) => tensorValue(d))); // prettier-ignore
        assert.ok(ok);
        return out.bytes;
      };
      const expected = result(module);
      between += expected.filter((y) => y > 0 && y < 255).length;
      assert.equal(result(after), expected);
    }),
    { numRuns: 80, seed: 9 },
  );
  assert.ok(between > 300, `${between} results are between the limits`);
});

scale.run();
