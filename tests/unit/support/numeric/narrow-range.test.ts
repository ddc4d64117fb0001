import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dtype } from "../../../../src/support/dtype.js";
import { arithmetic } from "../../../../src/support/numeric/arithmetic.js";

const test = suite("numeric: types whose greatest value is not whole");
const f6 = dtype("float6_e2m3fn");

test("a floored quotient below the least value is the least value", () => {
  assert.is(arithmetic("floordiv", f6)!(-7.5, 1), -7.5);
  assert.is(arithmetic("ceildiv", f6)!(7.5, 1), 7.5);
});

test("the remainder is taken from the quotient as it is stored", () => {
  assert.is(arithmetic("floormod", f6)!(-7.5, 1), 0);
});

test.run();
