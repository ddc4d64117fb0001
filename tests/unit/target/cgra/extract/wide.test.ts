/** Integers of 64 bits in registers of 32: proved, asked for at the launch, or refused. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { exprText } from "../../../../../src/arith/index.js";
import { readModule } from "../../../../../src/driver/frontend.js";
import { Diagnostics, type Diagnostic } from "../../../../../src/support/diagnostic.js";
import {
  defaultPlaces,
  extractKernel,
  kernelFunctions,
  preset,
} from "../../../../../src/target/cgra/index.js";
import { compareLaunch, makeLaunch } from "../../../../../src/testing/cgra.js";
import { makeRandom } from "../../../../../src/testing/generate/random.js";

const test = suite("wide integers on a fabric");

const fabric = preset("npu-6x6")!;

const nest = (head: string, body: string, extent = "n"): string => `@T.prim_func
def main(
    A: T.Buffer((64,), "int8", scope="cgra.spad.b0"),
    B: T.Buffer((64,), "int8", scope="cgra.spad.b1"),
    Y: T.Buffer((64,), "int32", scope="cgra.spad.b2"),
    n: T.int64,
    k: T.int64,
):
${head}
    for i in T.serial(${extent}, annotations={"cgra.kernel": "wide"}):
${body}
`;

const kernelsOf = (text: string) => {
  const { module, failed, diagnostics } = readModule({ name: "wide.relax", text });
  assert.not(failed, diagnostics[0]?.message);
  return kernelFunctions(module, new Diagnostics());
};

/** What the kernel asks of its sizes, or its refusal. */
function asked(text: string): readonly string[] | string {
  const [func] = kernelsOf(text);
  const sink = new Diagnostics();
  const kernel = extractKernel(func!, fabric, defaultPlaces(func!, fabric), sink);
  const [d] = sink.all;
  return kernel === undefined ? `${d!.code} ${d!.message}` : kernel.conditions.map(exprText);
}

const SUM = `        acc[0] = T.int64(0)
        for j in range(k):
            acc[0] = acc[0] + T.Cast("int64", A[j]) * T.Cast("int64", B[j])
        Y[i] = T.Cast("int32", acc[0])`;
const ACC = `    acc = T.alloc_buffer((1,), "int64", scope="local")`;

test("what sizes known now keep small needs no condition", () => {
  assert.equal(asked(nest("", "        if i * 1000 * i < n:\n            Y[i] = 1", "64")), [
    "n >= -2147483648",
    "n <= 2147483647",
  ]);
  assert.equal(asked(nest(ACC, SUM.replace("range(k)", "range(64)"), "64")), []);
});

test("a sum of products of bytes is bounded by how many there are", () => {
  // 131072 products of -128 by -128 are one too many.
  assert.equal(asked(nest(ACC, SUM.replace("range(k)", "range(131071)"), "64")), []);
  assert.match(
    asked(nest(ACC, SUM.replace("range(k)", "range(131072)"), "64")) as string,
    /MAP119 `acc\[0\] \+ .*` of type int64 may not fit a register of 32 bits/,
  );
});

test("unknown sizes become conditions of the launch", () => {
  assert.equal(asked(nest(ACC, SUM, "64")), ["k >= 1", "k * 16384 <= 2147483647"]);
  const product = "        if i * n < k:\n            Y[i] = 1";
  assert.equal(asked(nest("", product, "64")), [
    "n * 63 >= -2147483648",
    "n * 63 <= 2147483647",
    "k >= -2147483648",
    "k <= 2147483647",
  ]);
});

test("products of sizes are computed with 64 bits, so that each factor is small", () => {
  const found = asked(nest("", "        if i * n * k < 100:\n            Y[i] = 1", "64"));
  assert.equal(typeof found, "string", "the sign of neither size is known");
  const text = nest("", "        if i * n * 2 < 100:\n            Y[i] = 1").replace(
    "annotations={",
    `annotations={"cgra.assume": [n >= 0], `,
  );
  assert.equal(asked(text), [
    "n >= 0",
    "n <= 1073741824",
    "n * n - n <= 2147483647",
    "n * n * 2 - n * 2 <= 2147483647",
  ]);
});

test("values of which nothing is known are refused, with their place", () => {
  const text = nest(
    "",
    `        if T.Cast("int64", Y[i]) * T.int64(3) > n:\n            Y[i] = 1`,
    "64",
  );
  const [func] = kernelsOf(text);
  const sink = new Diagnostics();
  assert.is(extractKernel(func!, fabric, defaultPlaces(func!, fabric), sink), undefined);
  const [{ code, span, hints }] = sink.all as [Diagnostic];
  assert.is(code, "MAP119");
  assert.is(text.slice(span!.start, span!.end), `T.Cast("int64", Y[i]) * T.int64(3)`);
  assert.ok(hints[0]!.includes("cgra.assume"));
});

test("sums of 32 bits wrap as those of the interpreter, wide ones that are small are the same", () => {
  const wrapping = nest(
    `    acc = T.alloc_buffer((1,), "int32", scope="local")`,
    `        acc[0] = 0
        for j in range(k):
            acc[0] = acc[0] + Y[j] * Y[j]
        if acc[0] > 0:
            Y[i] = acc[0]`,
  );
  for (const text of [wrapping, nest(ACC, SUM)]) {
    const [func] = kernelsOf(text);
    const launch = makeLaunch(func!, fabric, { n: 7, k: 40 }, makeRandom(3), 2 ** 30);
    if (typeof launch === "string") throw new Error(launch);
    assert.is(compareLaunch(launch), undefined);
  }
});

test.run();
