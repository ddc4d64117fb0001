import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bytesOf, dtype, laneOf, tryDType, withLanes } from "../../../src/support/dtype.js";

const test = suite("support: dtypes");

test("names and aliases give the same interned object", () => {
  assert.is(dtype("float32x4"), withLanes(dtype("float32"), 4));
  assert.is(dtype("boolean"), dtype("bool"));
  assert.is(dtype("f16"), dtype("float16"));
  assert.is(laneOf(dtype("int8x64")), dtype("int8"));
});

test("scalable vectors keep their multiple", () => {
  const v = dtype("float32xvscalex4");
  assert.ok(v.scalable);
  assert.is(v.lanes, 4);
  assert.is(v.name, "float32xvscalex4");
});

test("unknown names are refused", () => {
  for (const name of [
    "float31",
    "int",
    "int7",
    "float32x0",
    "float32x",
    "",
    "x4",
    "int8x4x4",
    "float32xvscalex",
  ])
    assert.is(tryDType(name), undefined, name);
});

test("sub-byte types take one byte an element", () => {
  assert.is(bytesOf(dtype("int4")), 1);
  assert.is(bytesOf(dtype("float8_e4m3fn")), 1);
  assert.is(bytesOf(dtype("bool")), 1);
  assert.is(bytesOf(dtype("int16x4")), 8);
});

test.run();
