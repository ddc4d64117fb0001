import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pack, unpack } from "../../../src/driver/packed.js";
import { dtype, float32, int64, type DType } from "../../../src/support/dtype.js";
import { floatValue, shapeValue, tensorValue, tupleValue } from "../../../src/support/value.js";

const packed = suite("driver: data for another thread");

const sent = (data: unknown): unknown => unpack(structuredClone(pack(data)));

packed("values arrive as they were, with the same element types", () => {
  const data = { dtype: dtype("bfloat16"), shape: [2], bytes: new Uint8Array([1, 2, 3, 4]) };
  const value = tupleValue([
    tensorValue(data),
    shapeValue([3, 2n ** 60n]),
    floatValue(-0, float32),
  ]);
  const back = sent(value) as typeof value;
  assert.equal(back, value);
  const [tensor, , float] = back.fields as unknown as [
    { readonly data: { readonly dtype: DType } },
    unknown,
    { readonly dtype: DType; readonly value: number },
  ];
  // Element types are compared by identity everywhere.
  assert.ok(tensor.data.dtype === dtype("bfloat16") && float.dtype === float32);
  assert.ok(Object.is(float.value, -0));
});

packed("maps, absent fields and shared parts are kept, functions are not", () => {
  const source = { name: "a.relax", text: "x" };
  const options = new Map<string, unknown>([["N", { kind: "tir.IntImm", dtype: int64 }]]);
  const back = sent({ a: { source }, b: { source }, options, none: undefined, f: () => 1 }) as {
    a: { source: object };
    b: { source: object };
    options: Map<string, { dtype: DType }>;
    f: unknown;
  };
  assert.ok(back.a.source === back.b.source);
  assert.ok(back.options.get("N")!.dtype === int64);
  assert.is(back.f, undefined);
});

packed("names like those of element types are only names", () => {
  const data = { name: "float32", code: "float" };
  assert.equal(sent(data), data);
});

packed.run();
