import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cast, load, makeVar } from "../../../../src/ir/tir/expr.js";
import { store } from "../../../../src/ir/tir/stmt.js";
import { runPrimFunc } from "../../../../src/runtime/wasm/run-prim-func.js";
import { dtype, int64 } from "../../../../src/support/dtype.js";
import {
  decodeFloat,
  encodeFloat,
  floatFormat,
  roundToFormat,
} from "../../../../src/support/numeric/float-format.js";
import { tensorValue } from "../../../../src/support/value.js";
import { makeRandom } from "../../../../src/testing/generate/random.js";
import { smallFloatTypes } from "../../../../src/testing/generate/types.js";
import { buffer, func, instanceOf, loop, moduleOf, tensor, valuesOf } from "./build.js";

const test = suite("wasm: floats below 32 bits");
const n = makeVar("n", int64);

/** Converts every element from one type to the other on WebAssembly. */
function convert(from: string, to: string, values: readonly number[]): (number | bigint)[] {
  const [a, b] = [buffer("A", from, n), buffer("B", to, n)];
  const body = loop(n, (i) => store(b, [i], cast(load(a, [i]), dtype(to))));
  const instance = instanceOf(moduleOf(func("f", [a, b], body)));
  const [x, y] = [tensor(from, values), tensor(to, [], [values.length])];
  assert.ok(runPrimFunc(instance, "f", [tensorValue(x), tensorValue(y)]).ok);
  return valuesOf(y);
}

const rng = makeRandom(5);
const scratch = new DataView(new ArrayBuffer(8));
/** Any float64 of moderate exponent, and the middles between neighbours. */
const anyDouble = (low: number, high: number): number => {
  scratch.setUint32(0, rng.below(2 ** 30) | 0);
  scratch.setUint32(4, rng.below(2 ** 30));
  const fraction = 1 + ((rng.below(2 ** 26) / 2 ** rng.pick([3, 4, 10, 26])) % 1);
  return (rng.chance(0.5) ? -1 : 1) * fraction * 2 ** rng.between(low, high);
};

for (const type of [...smallFloatTypes, dtype("float16"), dtype("bfloat16")]) {
  const format = floatFormat(type)!;

  test(`every bit pattern of ${type.name} has its value`, () => {
    const patterns = Array.from({ length: Math.min(2 ** format.bits, 65_536) }, (_, i) => i);
    const expected = patterns.map((p) => Math.fround(decodeFloat(format, p)));
    const [a, b] = [buffer("A", type.name, n), buffer("B", "float32", n)];
    const body = loop(n, (i) => store(b, [i], cast(load(a, [i]), dtype("float32"))));
    const instance = instanceOf(moduleOf(func("f", [a, b], body)));
    const raw = tensor(format.bits > 8 ? "uint16" : "uint8", patterns);
    const y = tensor("float32", [], [patterns.length]);
    runPrimFunc(instance, "f", [tensorValue({ ...raw, dtype: type }), tensorValue(y)]);
    valuesOf(y).forEach((v, k) =>
      assert.ok(Object.is(v, expected[k]), `${k}: ${v} for ${expected[k]}`),
    );
  });

  test(`conversion of float64 to ${type.name} rounds once, to nearest`, () => {
    const edge = [
      0,
      -0,
      Infinity,
      -Infinity,
      Number.NaN,
      format.maxFinite,
      -format.maxFinite,
      1e300,
      5e-324,
    ];
    const middles = Array.from({ length: Math.min(2 ** format.bits - 1, 300) }, (_, p) => {
      return (decodeFloat(format, p) + decodeFloat(format, p + 1)) / 2;
    });
    const random = Array.from({ length: 2000 }, () =>
      anyDouble(format.minExponent - format.mantissaBits - 3, Math.log2(format.maxFinite) + 2),
    );
    const inputs = [...edge, ...middles, ...random];
    const bits = (v: number): number => encodeFloat(format, roundToFormat(format, v));
    const [a, b] = [buffer("A", "float64", n), buffer("B", type.name, n)];
    const body = loop(n, (i) => store(b, [i], cast(load(a, [i]), type)));
    const instance = instanceOf(moduleOf(func("f", [a, b], body)));
    const y = tensor(type.name, [], [inputs.length]);
    runPrimFunc(instance, "f", [tensorValue(tensor("float64", inputs)), tensorValue(y)]);
    const got = valuesOf({ ...y, dtype: dtype(format.bits > 8 ? "uint16" : "uint8") });
    inputs.forEach((v, k) => assert.is(Number(got[k]), bits(v), `${v}`));
  });
}

test("integers and floats convert with the ends saturated", () => {
  const values = [
    0.5,
    -0.5,
    1.99,
    -1.99,
    127.5,
    128,
    -128.9,
    300,
    -300,
    1e20,
    -1e20,
    Number.NaN,
    Infinity,
    -Infinity,
  ];
  assert.equal(
    convert("float64", "int8", values),
    [0, 0, 1, -1, 127, 127, -128, 127, -128, 127, -128, 0, 127, -128],
  );
  assert.equal(
    convert("float32", "uint4", values),
    [0, 0, 1, 0, 15, 15, 0, 15, 0, 15, 0, 0, 15, 0],
  );
  assert.equal(convert("float64", "uint64", [-1, 2 ** 63, 1e30]), [0, 2n ** 63n, 2n ** 64n - 1n]);
  assert.equal(convert("int32", "int4", [7, 8, -9, 31]), [7, -8, 7, -1]);
});

test.run();
