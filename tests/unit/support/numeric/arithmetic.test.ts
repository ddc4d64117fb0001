import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dtype } from "../../../../src/support/dtype.js";
import { int } from "../../../../src/support/int.js";
import { arithmetic } from "../../../../src/support/numeric/arithmetic.js";
import { elementAccess } from "../../../../src/support/numeric/element.js";
import {
  converter,
  intToFloat32,
  integerRange,
  rounder,
  wrapper,
} from "../../../../src/support/numeric/scalar.js";

const numbers = suite("support: scalar arithmetic");
const integers = ["int1", "int2", "int4", "int8", "int16", "int32", "int64", "uint2", "uint4", "uint8", "uint16", "uint32", "uint64"]; // prettier-ignore

const wide = fc.bigInt(-(2n ** 66n), 2n ** 66n);
const asN = (name: string, x: bigint): bigint => {
  const { bits, code } = dtype(name);
  return code === "int" ? BigInt.asIntN(bits, x) : BigInt.asUintN(bits, x);
};

for (const name of integers) {
  const type = dtype(name);
  const wrap = wrapper(type);
  const { min, max } = integerRange(type);
  const inRange = fc.bigInt(BigInt(min), BigInt(max)).map(int);

  numbers(`${name} wraps in two's complement`, () => {
    fc.assert(
      fc.property(wide, (x) => assert.is(wrap(int(x)), int(asN(name, x)))),
      { seed: 3 },
    );
  });

  numbers(`${name} adds, subtracts and multiplies modulo its width`, () => {
    fc.assert(
      fc.property(inRange, inRange, (a, b) => {
        const [x, y] = [BigInt(a), BigInt(b)];
        assert.is(arithmetic("add", type)!(a, b), int(asN(name, x + y)));
        assert.is(arithmetic("sub", type)!(a, b), int(asN(name, x - y)));
        assert.is(arithmetic("mul", type)!(a, b), int(asN(name, x * y)));
        assert.is(arithmetic("bitand", type)!(a, b), int(asN(name, x & y)));
        assert.is(arithmetic("bitxor", type)!(a, b), int(asN(name, x ^ y)));
        if (b !== 0) assert.is(arithmetic("div", type)!(a, b), int(asN(name, x / y)));
        else assert.is(arithmetic("floormod", type)!(a, b), undefined);
      }),
      { seed: 4 },
    );
  });

  numbers(`${name} reads what was written`, () => {
    const view = new DataView(new ArrayBuffer(8));
    const access = elementAccess(type);
    fc.assert(
      fc.property(inRange, (x) => {
        access.write(view, 0, x);
        assert.is(access.read(view, 0), x);
      }),
      { seed: 5 },
    );
  });
}

numbers("shift counts outside the width have no result", () => {
  const shift = arithmetic("shl", dtype("int8"))!;
  assert.is(shift(1, 7), -128);
  assert.is(shift(1, 8), undefined);
  assert.is(shift(1, -1), undefined);
  assert.is(arithmetic("shr", dtype("int64"))!(-(2n ** 60n), 58), -4);
  assert.is(arithmetic("shr", dtype("uint32"))!(2 ** 31, 31), 1);
});

numbers("minimum and maximum give the second operand for a NaN", () => {
  assert.is(arithmetic("max", dtype("float32"))!(NaN, 3), 3);
  assert.ok(Number.isNaN(arithmetic("max", dtype("float32"))!(3, NaN) as number));
});

numbers("float to integer truncates and stops at the ends", () => {
  const to8 = converter(dtype("float32"), dtype("int8"));
  assert.equal([-200, -1.9, 1.9, 300, NaN].map(to8), [-128, -1, 1, 127, 0]);
  assert.is(converter(dtype("float64"), dtype("int64"))(1e300), 2n ** 63n - 1n);
  assert.is(converter(dtype("float64"), dtype("uint32"))(-5), 0);
});

numbers("big integers become float32 with one rounding", () => {
  // 2^60 + 2^36 lies halfway between two floats; one more tips it up.
  const half = 2n ** 60n + 2n ** 36n;
  assert.is(intToFloat32(half), 2 ** 60);
  assert.is(intToFloat32(half + 1n), 2 ** 60 + 2 ** 37);
  assert.is(intToFloat32(-half - 1n), -(2 ** 60 + 2 ** 37));
});

numbers("narrow floats are computed in float32 and rounded", () => {
  const add = arithmetic("add", dtype("bfloat16"))!;
  assert.is(add(256, 1), 256);
  assert.is(add(256, 3), 260);
  assert.is(rounder(dtype("float16"))(2049), 2048);
});

numbers.run();
