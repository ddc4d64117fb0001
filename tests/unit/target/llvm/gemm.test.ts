import { suite } from "uvu";
import * as assert from "uvu/assert";
import { buildForLlvm } from "../../../../src/driver/build.js";
import { readModule } from "../../../../src/driver/frontend.js";
import { lowerModule } from "../../../../src/driver/lower.js";
import { loadNative } from "../../../../src/driver/native.js";
import { prepareFor } from "../../../../src/driver/optimise.js";
import { artefactBytes } from "../../../../src/driver/run.js";
import { interpret } from "../../../../src/interp/index.js";
import { loadArtefact } from "../../../../src/runtime/load-artefact.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { dtype } from "../../../../src/support/dtype.js";
import { parseTarget } from "../../../../src/support/target-description.js";
import { tensorValue, type Value } from "../../../../src/support/value.js";
import { hasNative } from "../../../../src/testing/native.js";

const test = suite("llvm: products of matrices");

const FLOATS = `
@R.function
def main(x: R.Tensor(("m", 20), "float32"), w: R.Tensor((20, 70), "float32")):
    with R.dataflow():
        y = R.matmul(x, w)
        R.output(y)
    return y
`;

const bytesText = (k: number): string => `
@R.function
def main(x: R.Tensor(("m", ${k}), "uint8"), w: R.Tensor((${k}, 70), "int8")):
    with R.dataflow():
        y = R.matmul(x, w, out_dtype="int32")
        R.output(y)
    return y
`;

/** Small integers, whose products and sums are exact. */
const floats = (rows: number, columns: number): Value =>
  tensorValue({
    dtype: dtype("float32"),
    shape: [rows, columns],
    bytes: new Uint8Array(
      Float32Array.from({ length: rows * columns }, (_, i) => ((i * 7) % 11) - 5).buffer,
    ),
  });

/** All values of a byte. */
const bytes = (type: "uint8" | "int8", rows: number, columns: number): Value =>
  tensorValue({
    dtype: dtype(type),
    shape: [rows, columns],
    bytes: Uint8Array.from({ length: rows * columns }, (_, i) => (i * 73) & 255),
  });

/** Compares what native code and the interpreter give for numbers of rows that take different ways. */
async function expectSame(
  text: string,
  target: string,
  operands: (rows: number) => Value[],
): Promise<void> {
  const { module } = readModule({ name: "test.relax", text });
  const sink = new Diagnostics();
  const parsed = parseTarget(target);
  if (!("target" in parsed)) throw new Error(parsed.problem);
  const ready = await prepareFor("llvm", module, sink, { target });
  const options = { producer: "test", description: parsed.target };
  const artefact = ready && buildForLlvm(ready, sink, options);
  assert.equal(
    sink.all.map((d) => d.message),
    [],
  );
  const machine = loadArtefact(artefactBytes(artefact!), "test.rxe", { native: loadNative });
  const plain = await lowerModule(module, sink, { target: "interp" });
  for (const m of [1, 2, 3, 4, 5, 11, 12, 13, 33]) {
    const args = operands(m);
    const expected = interpret(plain!, "main", args, {});
    const actual = machine.invoke("main", args);
    if (!expected.ok || expected.value.kind !== "tensor" || actual.kind !== "tensor")
      throw new Error("no tensor");
    assert.equal(actual.data.bytes, expected.value.data.bytes, `${m} rows`);
  }
}

if (hasNative()) {
  test("any number of rows gives what the interpreter gives", () =>
    expectSame(FLOATS, "llvm -mcpu=x86-64-v3 -num-cores=2", (m) => [
      floats(m, 20),
      floats(20, 70),
    ]));

  const WAYS = [
    [20, "llvm -mcpu=x86-64-v3 -num-cores=2"],
    [23, "llvm -num-cores=2"],
  ] as const;
  for (const [k, target] of WAYS)
    test(`bytes give what the interpreter gives, ${k} to a sum: ${target}`, () =>
      expectSame(bytesText(k), target, (m) => [bytes("uint8", m, k), bytes("int8", k, 70)]));
}

test.run();
