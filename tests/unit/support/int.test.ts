import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  addInt,
  floorDivInt,
  floorModInt,
  gcdInt,
  int,
  mulInt,
  parseIntText,
  subInt,
  truncDivInt,
  truncModInt,
  type Int,
} from "../../../src/support/int.js";

const test = suite("support: integers");
const big = fc.oneof(
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  fc.bigInt({ min: -40n, max: 40n }),
);
const same = (got: Int, want: bigint): void => assert.is(got, int(want));

test("arithmetic agrees with bigint and stays normalised", () => {
  fc.assert(
    fc.property(big, big, (a, b) => {
      same(addInt(int(a), int(b)), a + b);
      same(subInt(int(a), int(b)), a - b);
      same(mulInt(int(a), int(b)), a * b);
      if (b === 0n) return;
      same(truncDivInt(int(a), int(b)), a / b);
      same(truncModInt(int(a), int(b)), a % b);
      const floor = a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n);
      same(floorDivInt(int(a), int(b)), floor);
      same(floorModInt(int(a), int(b)), a - floor * b);
    }),
    { seed: 7, numRuns: 2000 },
  );
});

test("no result is minus zero", () => {
  for (const r of [
    mulInt(-1, 0),
    floorDivInt(0, -3),
    floorModInt(4, -2),
    truncDivInt(-1, 3),
    truncModInt(-4, 2),
  ])
    assert.ok(Object.is(r, 0));
});

test("the greatest common divisor divides both and is never negative", () => {
  assert.is(gcdInt(-12, 18), 6);
  assert.is(gcdInt(0, 5), 5);
  assert.is(gcdInt(0, 0), 0);
});

test("literals of every base are read exactly", () => {
  assert.is(parseIntText("1_000"), 1000);
  assert.is(parseIntText("0xff"), 255);
  assert.is(parseIntText("0b101"), 5);
  assert.is(parseIntText("9223372036854775808"), 9223372036854775808n);
});

test.run();
