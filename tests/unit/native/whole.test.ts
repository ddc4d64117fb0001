import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeArtefact, decodeArtefact } from "../../../src/artefact/index.js";
import { buildForLlvm } from "../../../src/driver/build.js";
import { readModule } from "../../../src/driver/frontend.js";
import { lowerModule } from "../../../src/driver/lower.js";
import { loadNative } from "../../../src/driver/native.js";
import { prepareFor } from "../../../src/driver/optimise.js";
import { interpret } from "../../../src/interp/index.js";
import { loadArtefact, type NativeLoader } from "../../../src/runtime/load-artefact.js";
import { Diagnostics, DiagnosticError } from "../../../src/support/diagnostic.js";
import { dtype } from "../../../src/support/dtype.js";
import { parseTarget } from "../../../src/support/target-description.js";
import { tensorValue, type Value } from "../../../src/support/value.js";
import { hasNative } from "../../../src/testing/native.js";

const test = suite("native: functions as one call");

/** A constant, memory for the sorted rows between two kernels, two results. */
const TWO = `
@R.function
def main(x: R.Tensor(("n", "m"), "float32"), y: R.Tensor(("m",), "float32")):
    with R.dataflow():
        a = R.sort(x, axis=-1)
        b = R.sort(R.add(a, y), axis=0)
        c = R.multiply(a, R.const([2.0], "float32"))
        R.output(b, c)
    return (b, c)
`;

const values = (...shape: number[]): Value => {
  const count = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: count }, (_, i) => ((i * 7) % 11) - 5);
  return tensorValue({ dtype: dtype("float32"), shape, bytes: new Uint8Array(data.buffer) });
};

/** A machine, and how often the function ran as one call. */
async function built(text: string) {
  const { module } = readModule({ name: "test.relax", text });
  const sink = new Diagnostics();
  const parsed = parseTarget("llvm -mcpu=x86-64-v3 -num-cores=1");
  if (!("target" in parsed)) throw new Error(parsed.problem);
  const ready = await prepareFor("llvm", module, sink, {});
  const options = { producer: "test", description: parsed.target };
  const bytes = encodeArtefact(buildForLlvm(ready!, sink, options)!);
  const plain = (await lowerModule(module, sink, { target: "interp" }))!;
  const ran: boolean[] = [];
  const native: NativeLoader = (...args) => {
    const device = loadNative(...args);
    const { compiled } = device;
    if (compiled === undefined) return device;
    const run: typeof compiled.run = (...call) => {
      ran.push(compiled.run(...call));
      return ran.at(-1)!;
    };
    return { ...device, compiled: { ...compiled, run } };
  };
  const load = (memoryLimit?: number) =>
    loadArtefact(bytes, "test.rxe", { native, ...(memoryLimit !== undefined && { memoryLimit }) });
  return { bytes, plain, load, ran };
}

const expectSame = (actual: Value, expected: Value): void => {
  if (actual.kind !== "tuple" || expected.kind !== "tuple") throw new Error("no tuple");
  expected.fields.forEach((field, k) => {
    const found = actual.fields[k]!;
    if (field.kind !== "tensor" || found.kind !== "tensor") throw new Error("no tensor");
    assert.equal(found.data.shape, field.data.shape);
    assert.equal(found.data.bytes, field.data.bytes);
  });
};

if (hasNative()) {
  test("one artefact runs at all sizes, with constants and a workspace", async () => {
    const { plain, load, ran, bytes } = await built(TWO);
    const { functions } = decodeArtefact(bytes, "test.rxe").manifest.kernels as {
      functions: { name: string; native: { constants: number[]; workspace?: object } }[];
    };
    assert.equal(
      functions.map((f) => f.name),
      ["main"],
    );
    assert.ok(functions[0]!.native.workspace !== undefined);
    const machine = load();
    const sizes = [[3, 5], [1, 1], [17, 40], [0, 4]] as const; // prettier-ignore
    for (const [n, m] of sizes) {
      const args = [values(n, m), values(m)];
      const expected = interpret(plain, "main", args, {});
      if (!expected.ok) throw new Error("the interpreter stopped");
      expectSame(machine.invoke("main", args), expected.value);
    }
    assert.equal(ran, [true, true, true, true]);
  });

  test("sizes that do not fit are told by the virtual machine", async () => {
    const { load, ran } = await built(TWO);
    try {
      load().invoke("main", [values(3, 5), values(4)]);
      assert.unreachable("sizes differ");
    } catch (error) {
      assert.instance(error, DiagnosticError);
    }
    assert.equal(ran, []);
  });

  test("a workspace beyond the limit is refused", async () => {
    const { load } = await built(TWO);
    try {
      load(4000).invoke("main", [values(100, 40), values(40)]);
      assert.unreachable("16 kB do not fit");
    } catch (error) {
      assert.instance(error, DiagnosticError);
    }
  });
}

test.run();
