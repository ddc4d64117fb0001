import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dtype } from "../../../../src/support/dtype.js";
import { elementsOf, tensorOf } from "../../../../src/syntax/elaborate/relax/tensor-data.js";
import { floatText, pythonFloat } from "../../../../src/syntax/raise/relax/float-text.js";

const floats = suite("syntax: floats as text");

for (const [value, text] of [
  ["1", "1.0"],
  ["0.1", "0.1"],
  ["1e-7", "1e-07"],
  ["1.5e-7", "1.5e-07"],
  ["0.0001", "0.0001"],
  ["0.00001", "1e-05"],
  ["1e+21", "1e+21"],
  ["123456789012345680000", "1.2345678901234568e+20"],
  ["1000000000000000", "1000000000000000.0"],
  ["-2.5", "-2.5"],
  ["0", "0.0"],
] as const) {
  floats(`${value} is ${text}`, () => assert.is(pythonFloat(value), text));
}

floats("text reads back to the same value in its dtype", () => {
  for (const name of ["float16", "bfloat16", "float32", "float64", "float8_e4m3fn"]) {
    const type = dtype(name);
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
        const [value] = elementsOf(tensorOf(type, [1], [x])) as number[];
        if (!Number.isFinite(value)) return;
        const [again] = elementsOf(
          tensorOf(type, [1], [Number(floatText(value!, type))]),
        ) as number[];
        assert.ok(Object.is(again, value), `${x} ${name} ${value}`);
      }),
      { seed: 7, numRuns: 300 },
    );
  }
});

floats("the fewest digits are taken", () => {
  assert.is(floatText(Math.fround(0.1), dtype("float32")), "0.1");
  assert.is(floatText(65504, dtype("float16")), "65504.0");
  assert.is(floatText(3.4028234663852886e38, dtype("float32")), "3.402823466e+38");
});

floats.run();
