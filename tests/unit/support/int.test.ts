import * as fc from "fast-check";
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
  truncDivInt,
  truncModInt,
} from "../../../src/support/int.js";

const ints = suite("support: int");
const big = fc.oneof(fc.bigInt(-(2n ** 70n), 2n ** 70n), fc.bigInt(-40n, 40n));
const nonZero = big.filter((b) => b !== 0n);
const floorDiv = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b;

ints("sums and products equal those of bigint, and are normalised", () => {
  fc.assert(
    fc.property(big, big, (a, b) => {
      assert.is(addInt(int(a), int(b)), int(a + b));
      assert.is(mulInt(int(a), int(b)), int(a * b));
    }),
    { seed: 1 },
  );
});

ints("floor and truncated division obey a == q * b + r", () => {
  fc.assert(
    fc.property(big, nonZero, (a, b) => {
      const [x, y] = [int(a), int(b)];
      const r = floorModInt(x, y);
      assert.is(addInt(mulInt(floorDivInt(x, y), y), r), x);
      assert.ok(BigInt(r) === 0n || BigInt(r) < 0n === b < 0n);
      if (b > 0n) assert.is(floorDivInt(x, y), int(floorDiv(a, b)));
      assert.is(truncDivInt(x, y), int(a / b));
      assert.is(truncModInt(x, y), int(a % b));
    }),
    { seed: 2 },
  );
});

ints("no result is minus zero", () => {
  for (const value of [
    truncModInt(-4, 2),
    floorModInt(-4, 2),
    floorDivInt(0, -3),
    mulInt(0, -3),
    truncDivInt(0, -2),
  ]) {
    assert.ok(Object.is(value, 0));
  }
});

ints("gcd divides both and is not negative", () => {
  assert.is(gcdInt(-12, 18), 6);
  assert.is(gcdInt(0, 0), 0);
});

ints("literals of every base are read", () => {
  assert.is(parseIntText("0xff"), 255);
  assert.is(parseIntText("1_000"), 1000);
  assert.is(parseIntText("9007199254740993"), 9007199254740993n);
});

ints.run();
