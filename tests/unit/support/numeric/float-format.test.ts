import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dtype } from "../../../../src/support/dtype.js";
import {
  decodeFloat,
  encodeFloat,
  floatFormat,
  roundToFormat,
  type FloatFormat,
} from "../../../../src/support/numeric/float-format.js";

const formats = suite("support: narrow floats");

const names = [
  "float16", "bfloat16", "float8_e3m4", "float8_e4m3", "float8_e4m3b11fnuz", "float8_e4m3fn",
  "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu", "float6_e2m3fn",
  "float6_e3m2fn", "float4_e2m1fn",
]; // prettier-ignore
const formatOf = (name: string): FloatFormat => floatFormat(dtype(name))!;

for (const name of names) {
  const f = formatOf(name);
  const values = Array.from({ length: 2 ** f.bits }, (_, i) => decodeFloat(f, i));

  formats(`${name}: every pattern reads and writes back`, () => {
    values.forEach((x, bits) => {
      if (x !== x) assert.ok(Number.isNaN(decodeFloat(f, encodeFloat(f, x))));
      else {
        assert.is(encodeFloat(f, x), bits);
        assert.ok(Object.is(roundToFormat(f, x), x), `${x}`);
      }
    });
  });

  formats(`${name}: rounds to the nearest value, ties to even`, () => {
    const finite = [...new Set(values.filter(Number.isFinite))].sort((a, b) => a - b);
    const within = fc.double({ min: finite[0]!, max: f.maxFinite, noNaN: true });
    fc.assert(
      fc.property(within, (x) => {
        const r = roundToFormat(f, x);
        const above = finite.findIndex((v) => v >= x);
        const [low, high] = [finite[above - 1] ?? finite[0]!, finite[above]!];
        const [down, up] = [x - low, high - x];
        if (down !== up) assert.is(Math.abs(r), Math.abs(down < up ? low : high));
        else if (low !== high && !f.exponentOnly) assert.is(encodeFloat(f, r) % 2, 0);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
}

formats("values above the greatest overflow as the format says", () => {
  const cases = [
    ["float16", 65519, 65504],
    ["float16", 65520, Infinity],
    ["bfloat16", 3.4e38, Infinity],
    ["float8_e4m3fn", 464, 448],
    ["float8_e4m3fn", 465, NaN],
    ["float8_e5m2", -1e9, -Infinity],
    ["float8_e4m3fnuz", 1e9, NaN],
    ["float6_e2m3fn", 100, 7.5],
    ["float4_e2m1fn", -100, -6],
    ["float8_e8m0fnu", 3, 4],
    ["float8_e8m0fnu", -1, NaN],
  ] as const;
  for (const [name, x, want] of cases) {
    assert.ok(Object.is(roundToFormat(formatOf(name), x), want), `${name} ${x}`);
  }
});

formats("formats without negative zero round to zero", () => {
  assert.ok(Object.is(roundToFormat(formatOf("float8_e5m2fnuz"), -1e-30), 0));
  assert.ok(Object.is(roundToFormat(formatOf("float8_e5m2"), -1e-30), -0));
});

formats.run();
