import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bitsOf, floatOf } from "../../../../../src/target/cgra/machine/elementary.js";
import { execute, operations } from "../../../../../src/target/cgra/machine/operation.js";
import { opcodes } from "../../../../../src/target/cgra/opcodes.js";

const test = suite("operations of processing elements");
const int32 = fc.oneof(fc.integer(), fc.constantFrom(-0x80000000, 0x7fffffff, 0, -1, 1));
function check<T>(property: fc.IProperty<T>): void {
  fc.assert(property, { seed: 6, numRuns: 3000 });
}

/** Distance of a result from the exact one in units of its last place. */
function ulps(result: number, exact: number): number {
  const unit = 2 ** Math.max(-149, Math.floor(Math.log2(Math.abs(exact))) - 23);
  return Math.abs(result - exact) / unit;
}

test("every opcode has its meaning", () => {
  assert.equal([...operations.keys()], [...opcodes.keys()]);
});

test("RMULSH rounds as fixed-point multiplication does, for all shifts", () => {
  check(
    fc.property(int32, int32, fc.integer({ min: -40, max: 70 }), (a, b, c) => {
      const total = 31n + BigInt(Math.max(0, -c));
      const product = (BigInt(a) << BigInt(Math.max(0, c))) * BigInt(b);
      const exact = BigInt.asIntN(32, (product + (1n << (total - 1n))) >> total);
      assert.is(execute("RMULSH", a, b, c, 0), Number(exact));
    }),
  );
});

test("MULH and MUL are the halves of the product", () => {
  check(
    fc.property(int32, int32, (a, b) => {
      const product = BigInt(a) * BigInt(b);
      assert.is(execute("MULH", a, b, 0, 0), Number(BigInt.asIntN(32, product >> 32n)));
      assert.is(execute("MUL", a, b, 0, 0), Number(BigInt.asIntN(32, product)));
    }),
  );
});

test("bytes are multiplied, packed and unpacked by place", () => {
  assert.is(execute("DOT4", 0x807f01ff | 0, 0x02030405, 10, 0), -256 + 381 + 4 - 5 + 10);
  assert.is(execute("DOT4U", 0x807f01ff | 0, 0x02030405, 10, 0), 256 + 381 + 4 + 1275 + 10);
  assert.is(execute("DOT2", 0xffff0003 | 0, 0x00020005, 1, 0), -2 + 15 + 1);
  const packed = execute("PACK4", -1, 2, execute("PACK4", 3, -4, 0, 0)!, 0)!;
  assert.equal(
    [0, 1, 2, 3, 4, 8, 9, 11].map((k) => execute("UNPK", packed, 0, 0, k)),
    [-1, 2, 3, -4, 255, 0x02ff, -1021, 0xfc03],
  );
});

test("division by zero and of the least number have results", () => {
  assert.equal([execute("DIV", 7, 0, 0, 0), execute("REM", 7, 0, 0, 0)], [-1, 7]);
  assert.equal(
    [execute("DIV", -0x80000000, -1, 0, 0), execute("REM", -0x80000000, -1, 0, 0)],
    [-0x80000000, 0],
  );
  assert.equal([execute("DIV", -7, 2, 0, 0), execute("REM", -7, 2, 0, 0)], [-3, -1]);
});

test("FEXP2 is within 0.6 units of the last place, FLOG2 within 2", () => {
  check(
    fc.property(fc.float({ min: -126, max: Math.fround(127.99), noNaN: true }), (x) => {
      assert.ok(ulps(floatOf(execute("FEXP2", bitsOf(x), 0, 0, 0)!), 2 ** x) <= 0.6, `2^${x}`);
    }),
  );
  check(
    fc.property(fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }), (x) => {
      if (x === 0 || x === 1) return;
      const result = floatOf(execute("FLOG2", bitsOf(x), 0, 0, 0)!);
      assert.ok(ulps(result, Math.log2(x)) <= 2, `log2 of ${x}`);
    }),
  );
});

test("elementary functions end where float32 does", () => {
  const of = (op: string, x: number): number => floatOf(execute(op, bitsOf(x), 0, 0, 0)!);
  assert.equal(
    [128, -151, 127, 0, -149, NaN].map((x) => of("FEXP2", x)),
    [Infinity, 0, 2 ** 127, 1, 2 ** -149, NaN],
  );
  assert.equal(
    [0, 1, Infinity, -1, 2 ** -149].map((x) => of("FLOG2", x)),
    [-Infinity, 0, Infinity, NaN, -149],
  );
  assert.equal(
    [0, 4, -0].map((x) => of("FRCP", x)),
    [Infinity, 0.25, -Infinity],
  );
  assert.equal(
    [0, 4, -1].map((x) => of("FRSQRT", x)),
    [Infinity, 0.5, NaN],
  );
});

test("a multiply-add rounds twice, a minimum with NaN takes the second", () => {
  const [a, b] = [Math.fround(1.1), Math.fround(3.3)];
  const c = -Math.fround(a * b);
  assert.is(execute("FMA", bitsOf(a), bitsOf(b), bitsOf(c), 0), 0);
  assert.is(execute("FMIN", bitsOf(NaN), bitsOf(2), 0, 0), bitsOf(2));
  assert.equal(
    [NaN, 1e10, -1e10, -1.9].map((x) => execute("F2I", bitsOf(x), 0, 0, 0)),
    [0, 0x7fffffff, -0x80000000, -1],
  );
});

test.run();
