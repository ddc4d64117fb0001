import { suite } from "uvu";
import * as assert from "uvu/assert";
import { functionOf, printBody, read, roundTrips } from "./helpers.js";

const expressions = suite("syntax: expressions of T");

/** What is written inside `T.evaluate(…)`, and how it prints. */
const rows: readonly (readonly [string, string])[] = [
  ["n + 1", "n + T.int64(1)"],
  ["n + T.int32(1)", "n + T.int64(1)"],
  ["1 + 2", "1 + 2"],
  ["n + 0", "n + T.int64(0)"],
  ["5 // 2", "5 // 2"],
  ["T.max(1, 2)", "T.max(1, 2)"],
  ["T.Add(1, 2)", "1 + 2"],
  ["-n", "-n"],
  ["-1", "-1"],
  ["-T.int32(5)", "-T.int32(5)"],
  ["T.truncdiv(i, 3)", "T.truncdiv(i, 3)"],
  ["T.Div(i, 3)", "T.truncdiv(i, 3)"],
  ["x / 2", "x / T.float32(2.0)"],
  ["1 < i < 5", "1 < i and i < 5"],
  ["(i > 1) == (i < 2)", "(i > 1) == (i < 2)"],
  ["c and i < 3", "c and i < 3"],
  ["not c", "not c"],
  ["i if c else 3", "T.if_then_else(c, i, 3)"],
  ["2147483648", "T.int64(2147483648)"],
  ["T.uint64(18446744073709551615)", "T.uint64(18446744073709551615)"],
  ["T.float64(1e300)", "T.float64(1e+300)"],
  ["T.float32(1e-5)", "T.float32(1e-05)"],
  ["T.float32(i)", 'T.Cast("float32", i)'],
  ["T.float32x4(1)", "T.Broadcast(T.float32(1.0), 4)"],
  ['T.float32("-inf")', 'T.float32("-inf")'],
  ["A[-1]", "A[-1]"],
  ["T.ceildiv(i, 4)", "T.ceildiv(i, 4)"],
  ["T.shift_right(i, 2)", "i >> 2"],
  ["b & 3", "b & T.int8(3)"],
  ["i * x", 'T.Cast("float32", i) * x'],
  ["h + x", 'T.Cast("float32", h) + x'],
  ["b + 1", "b + 1"],
  ['T.cast(x, "int8")', 'T.Cast("int8", x)'],
  ['x.astype("float16")', 'T.Cast("float16", x)'],
  ["T.Ramp(i, 1, 4)", "T.Ramp(i, 1, 4)"],
  ["A[0:4]", "A[0:4]"],
  ["Z[()]", "Z[()]"],
  ["i - (i + 1)", "i - (i + 1)"],
  ["(i & 3) == 1", "(i & 3) == 1"],
];
for (const [source, printed] of rows) {
  expressions(`${source} prints ${printed}`, () => {
    assert.is(printBody(`T.evaluate(${source})`), `T.evaluate(${printed})`);
    assert.is(roundTrips(read(functionOf(`T.evaluate(${source})`)).module), true);
  });
}

const calls: readonly (readonly [string, string])[] = [
  ['T.exp(x, dtype="float32")', "T.exp(x)"],
  ['T.call_extern("f", i, dtype="int32")', 'T.call_extern("int32", "f", i)'],
  ['T.reinterpret(x, dtype="int32")', 'T.reinterpret("int32", x)'],
  ["T.power(x, 2)", "T.pow(x, T.float32(2.0))"],
  ["T.ptx.anything.at.all(A.data, 3, flag=True)", "T.ptx.anything.at.all(A.data, 3, flag=True)"],
  ['A.access_ptr("r")', 'T.tvm_access_ptr(T.type_annotation("float32"), A.data, 0, 16, 1)'],
];
for (const [source, printed] of calls)
  expressions(`${source} is ${printed}`, () => assert.is(printBody(source), printed));

const refused: readonly (readonly [string, string])[] = [
  ["i / 2", "TYP008"],
  ["c and 1", "TYP009"],
  ["i in [1, 2]", "TYP010"],
  ["i is None", "TYP010"],
  ["i ** 2", "TYP011"],
  ["T.int32(1.5)", "TYP013"],
  ["T.int8(300)", "TYP012"],
  ["A[0, 1]", "TYP014"],
  ["B[0]", "TYP014"],
  ["T.exq(x)", "SCO004"],
  ["T.exp(x, y=1)", "TYP017"],
  ["T.exp()", "TYP015"],
  ["T.exp(x, x)", "TYP016"],
  ["nothing + 1", "SCO001"],
  ["len(A)", "SCO022"],
  ['f"{i}"', "SCO016"],
  ["A.dta", "SCO005"],
  ['T.Cast("float31", x)', "TYP001"],
  ["A", "TYP006"],
];
for (const [source, code] of refused) {
  expressions(`${source} is refused with ${code}`, () =>
    assert.equal(read(functionOf(`T.evaluate(${source})`)).errors, [code]),
  );
}

expressions("an unknown member names the nearest one", () => {
  const [first] = read(functionOf("T.evaluate(T.sqrtt(x))")).diagnostics;
  assert.ok(first!.hints.some((h) => h.includes("sqrt`")));
});

expressions("deep nesting is refused, not overflowed", () => {
  const { errors } = read(functionOf(`T.evaluate(${"(".repeat(3000)}i${" + 1)".repeat(3000)})`));
  assert.ok(errors.length > 0);
});

expressions.run();
