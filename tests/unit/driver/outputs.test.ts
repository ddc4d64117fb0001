import { suite } from "uvu";
import * as assert from "uvu/assert";
import { difference, outputsOf, summary } from "../../../src/driver/outputs.js";
import { float32, int64, int8, type DType } from "../../../src/support/dtype.js";
import type { Int } from "../../../src/support/int.js";
import { zeros } from "../../../src/support/ndarray.js";
import { elementAccess } from "../../../src/support/numeric/element.js";
import {
  tensorValue,
  tupleValue,
  voidValue,
  type TensorValue,
  type Value,
} from "../../../src/support/value.js";

const outputs = suite("driver: outputs");

const differs = (a: Value, b: Value, what: string | RegExp, tolerance = 0): void =>
  assert.match(difference(a, b, tolerance) ?? "equal", what);

function tensor(dtype: DType, shape: readonly number[], elements: readonly Int[]): TensorValue {
  const data = zeros(dtype, shape);
  const access = elementAccess(dtype);
  const view = new DataView(data.bytes.buffer);
  elements.forEach((x, i) => access.write(view, i * access.bytes, x));
  return tensorValue(data);
}
const line = (value: TensorValue): string => summary({ name: "out_0", value });
const vector = (...elements: number[]): TensorValue => tensor(float32, [elements.length], elements);

outputs("summaries say shape, type, range and the first elements", () => {
  assert.is(
    line(tensor(int8, [2, 4], [1, 2, 3, 4, 5, 6, 7, -8])),
    "out_0  (2, 4) int8  min -8  max 7  mean 2.5  [1, 2, 3, 4, 5, 6, …]",
  );
  assert.is(line(tensor(float32, [], [0.1])), "out_0  () float32  0.1");
  assert.is(line(tensor(float32, [0, 3], [])), "out_0  (0, 3) float32  empty");
  assert.match(line(vector(1, NaN)), "min NaN  max NaN  mean NaN");
  const wide = 2n ** 62n + 1n;
  assert.match(line(tensor(int64, [2], [wide, 1])), `max ${wide}`);
});

outputs("fields of a tuple are outputs of their own", () => {
  const x = vector(1);
  const names = outputsOf(tupleValue([x, tupleValue([x, x])])).map((o) => o.name);
  assert.equal(names, ["out_0", "out_1_0", "out_1_1"]);
  assert.equal(outputsOf(voidValue), []);
});

outputs("without a tolerance numbers are the same", () => {
  assert.is(difference(vector(1, NaN, Infinity), vector(1, NaN, Infinity)), undefined);
  assert.is(difference(vector(1, 2), vector(1, 3)), "element (1) is 2 against 3 (1 of 2 differ)");
  differs(vector(0), vector(-0), "element (0)");
  const [a, b] = [2n ** 62n, 2n ** 62n + 1n];
  differs(tensor(int64, [1], [a]), tensor(int64, [1], [b]), "1 of 1");
});

outputs("sums may differ by the typical size of the sums around them", () => {
  const [a, b] = [vector(100, -100, 100, 0.0005), vector(100, -100, 100, 0)];
  const typical = (x: Value, y: Value, tolerance = 1e-5): string | undefined =>
    difference(x, y, tolerance, "typical");
  differs(a, b, "1 of 4", 1e-5);
  assert.is(typical(a, b), undefined);
  assert.match(typical(vector(100, -100, 100, 0.001), b)!, "1 of 4");
  assert.match(typical(a, b, 0)!, "1 of 4");
  // One large element does not excuse the others.
  const spike = (x: number): TensorValue => vector(1000, ...Array<number>(9999).fill(x));
  assert.match(typical(spike(1), spike(1.001))!, "9999 of 10000");
  assert.is(typical(vector(Infinity, 1), vector(Infinity, 1.00001)), undefined);
  assert.match(typical(vector(Infinity, 2), vector(Infinity, 1))!, "1 of 2");
});

outputs("within a tolerance they are near", () => {
  assert.is(difference(vector(0, 100), vector(-0, 100.0005), 1e-5), undefined);
  differs(vector(100), vector(100.01), "1 of 1", 1e-5);
  for (const [x, y] of [
    [5, Infinity],
    [Infinity, 5],
    [Infinity, -Infinity],
    [NaN, 1],
  ] as const) {
    differs(vector(x), vector(y), "1 of 1", 1e-5);
  }
  assert.is(difference(vector(Infinity), vector(Infinity), 1e-5), undefined);
});

outputs("shapes, types and kinds are compared first", () => {
  differs(vector(1), vector(1, 1), "shape (1,)");
  differs(vector(1), tensor(int8, [1], [1]), "type int8");
  differs(vector(1), voidValue, "a tuple of 0");
  assert.is(difference(tupleValue([vector(1)]), voidValue), "1 values against 0");
});

outputs.run();
