import { suite } from "uvu";
import * as assert from "uvu/assert";
import { buildFor } from "../../../src/driver/build.js";
import { readModule } from "../../../src/driver/frontend.js";
import { lowerModule } from "../../../src/driver/lower.js";
import { loadNative, nativeText } from "../../../src/driver/native.js";
import { optimise } from "../../../src/driver/optimise.js";
import { artefactBytes } from "../../../src/driver/run.js";
import { interpret } from "../../../src/interp/index.js";
import { loadArtefact } from "../../../src/runtime/load-artefact.js";
import { Diagnostics } from "../../../src/support/diagnostic.js";
import { dtype } from "../../../src/support/dtype.js";
import { parseTarget } from "../../../src/support/target-description.js";
import { tensorValue, type Value } from "../../../src/support/value.js";
import { hasNative } from "../../../src/testing/native.js";

const test = suite("attention in blocks of queries");

const TARGETS = ["wasm", ...(hasNative() ? ["llvm -mcpu=x86-64-v3"] : [])];

/** Heads of queries and of keys, and the sizes of both and of values. */
interface Form {
  readonly heads: readonly [number, number];
  readonly sizes: readonly [number, number];
  /** Dimensions of a bias; none without. */
  readonly bias?: readonly (string | number)[];
  readonly options?: string;
  /** Keys are as many as queries. */
  readonly isSelf?: boolean;
}

const FORMS: readonly Form[] = [
  { heads: [4, 2], sizes: [20, 40], options: "scale=0.3" },
  { heads: [1, 1], sizes: [7, 53], isSelf: true, options: 'causal_mask="TopLeft"' },
  { heads: [1, 1], sizes: [9, 5], options: 'causal_mask="BottomRight", window_size=3' },
  { heads: [2, 2], sizes: [16, 8], bias: ["b", 2, "s", "t"] },
  { heads: [2, 2], sizes: [16, 8], bias: [1, 1, 1, "t"], options: 'causal_mask="TopLeft"' },
];

/** Sizes that leave different rests of blocks and tiles. */
const LENGTHS = [
  { s: 1, t: 1 },
  { s: 17, t: 7 },
  { s: 40, t: 19 },
];

const typeOf = (shape: readonly (string | number)[]): string =>
  `R.Tensor((${shape.map((d) => (typeof d === "string" ? `"${d}"` : d)).join(", ")}), "float32")`;

/** Shapes of the operands, and a program. */
function programOf({ heads, sizes, bias, options, isSelf = false }: Form) {
  const [h, hk] = heads;
  const [d, dv] = sizes;
  const t = isSelf ? "s" : "t";
  const shapes = [["b", "s", h, d], ["b", t, hk, d], ["b", t, hk, dv], ...(bias ? [bias] : [])];
  const names = ["q", "k", "v", "m"].slice(0, shapes.length);
  const params = names.map((n, i) => `${n}: ${typeOf(shapes[i]!)}`).join(", ");
  const op = bias === undefined ? "attention" : "attention_bias";
  const args = [...names, ...(options === undefined ? [] : [options])].join(", ");
  const text = `@R.function\ndef main(${params}):\n    y = R.nn.${op}(${args})\n    return y\n`;
  return { text, shapes };
}

/** Numbers between -2 and 2. */
function numbers(shape: readonly number[], seed: number): Value {
  let state = seed + 1;
  const next = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state / 2 ** 32) * 4 - 2;
  };
  const length = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length }, next);
  return tensorValue({ dtype: dtype("float32"), shape, bytes: new Uint8Array(data.buffer) });
}

const floatsOf = (value: Value): Float32Array => {
  if (value.kind !== "tensor") throw new Error("no tensor");
  return new Float32Array(value.data.bytes.slice().buffer);
};

async function expectClose(target: string, form: Form): Promise<void> {
  const { text, shapes } = programOf(form);
  const { module, diagnostics } = readModule({ name: "test.relax", text });
  const sink = new Diagnostics();
  const parsed = parseTarget(target);
  if (!("target" in parsed)) throw new Error(parsed.problem);
  const { target: description } = parsed;
  const ready = await optimise(module, `@default-${description.kind}`, sink, { target });
  const artefact = ready && buildFor(ready, sink, { producer: "test", description });
  const messages = [...diagnostics, ...sink.all].map((d) => d.message);
  assert.equal(messages, []);
  const machine = loadArtefact(artefactBytes(artefact!), "test.rxe", { native: loadNative });
  const plain = await lowerModule(module, sink, { target: "interp" });
  for (const length of LENGTHS) {
    const symbols: Readonly<Record<string, number>> = { ...length, b: 2 };
    const args = shapes.map((shape, i) =>
      numbers(
        shape.map((d) => (typeof d === "string" ? symbols[d]! : d)),
        i,
      ),
    );
    const expected = interpret(plain!, "main", args, {});
    if (!expected.ok) throw new Error(expected.diagnostic.message);
    const [a, b] = [floatsOf(machine.invoke("main", args)), floatsOf(expected.value)];
    assert.is(a.length, b.length);
    // Values of at most 2 are weighed by shares that are off by the rounding of sums of products up to 4.
    const off = 2 ** -24 * (4 * form.sizes[0] + symbols["t"]! + 8) * 4;
    // A query that sees no key has no result.
    const isClose = (x: number, y: number): boolean => Object.is(x, y) || Math.abs(x - y) <= off;
    a.forEach((x, i) =>
      assert.ok(isClose(x, b[i]!), `${JSON.stringify(length)} at ${i}: ${x}, not ${b[i]}`),
    );
  }
}

for (const target of TARGETS)
  for (const form of FORMS)
    test(`${target}: ${programOf(form).text.split("\n")[2]!.trim()}`, () =>
      expectClose(target, form));

if (hasNative()) {
  test("tiles of keys fetch the queries of the next block", async () => {
    const { text } = programOf({ heads: [1, 1], sizes: [64, 64] });
    const sink = new Diagnostics();
    const target = "llvm -mcpu=x86-64-v3";
    const ready = await optimise(readModule({ name: "test.relax", text }).module, "@default-llvm", sink, { target }); // prettier-ignore
    const parsed = parseTarget(target);
    if (!("target" in parsed) || ready === undefined) throw new Error("not lowered");
    const { text: ir } = nativeText(ready, sink, { description: parsed.target })!;
    // In tiles of every size: 8, 4, 2, 1 keys for one and two vectors of queries.
    assert.is(ir.match(/call void @llvm.prefetch/g)?.length, 4 * 2);
  });
}

test.run();
