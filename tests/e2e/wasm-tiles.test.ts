import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeArtefact } from "../../src/artefact/index.js";
import { buildForWasm } from "../../src/driver/build.js";
import { readModule } from "../../src/driver/frontend.js";
import { optimise } from "../../src/driver/optimise.js";
import { interpret } from "../../src/interp/index.js";
import { loadArtefact } from "../../src/runtime/index.js";
import { Diagnostics } from "../../src/support/diagnostic.js";
import { dtype } from "../../src/support/dtype.js";
import { tensorValue, type Value } from "../../src/support/value.js";

const test = suite("tiled operators in WebAssembly");

const floats = (shape: readonly number[], salt: number): Value => {
  const count = shape.reduce((n, d) => n * d, 1);
  const data = Float32Array.from(
    { length: count },
    (_, k) => ((k * 37 + salt * 11) % 101) / 50 - 1,
  );
  return tensorValue({ dtype: dtype("float32"), shape, bytes: new Uint8Array(data.buffer) });
};
const valuesOf = (value: Value): Float32Array => {
  if (value.kind !== "tensor") throw new Error("not a tensor");
  return new Float32Array(value.data.bytes.slice().buffer);
};

/** Runs `main` as built for WebAssembly and as the library defines its operators; names of templates that were used. */
async function compare(text: string, shapes: readonly (readonly number[])[]): Promise<string> {
  const sink = new Diagnostics();
  const { module, failed } = readModule({ name: "t.relax", text }, {});
  assert.not(failed);
  const args = shapes.map((shape, k) => floats(shape, k));
  const built = await optimise(module, "@default-wasm", sink, { target: "wasm" });
  const artefact = built && buildForWasm(built, sink, { producer: "test" });
  const plain = await optimise(module, "legalize-ops", sink);
  assert.ok(artefact && plain, sink.all.map((d) => d.message).join("\n"));
  const got = valuesOf(loadArtefact(encodeArtefact(artefact), "t.rxe").invoke("main", args));
  const expected = interpret(plain, "main", args);
  assert.ok(expected.ok);
  const want = valuesOf(expected.value);
  assert.is(got.length, want.length);
  const scale = Math.max(...want.map(Math.abs));
  got.forEach((x, k) =>
    assert.ok(Math.abs(x - want[k]!) <= 2e-5 * scale, `${k}: ${x}, ${want[k]}`),
  );
  return [...built.functions.keys()].join(" ");
}

interface Conv {
  readonly size: number;
  readonly channels: readonly [number, number];
  readonly taps: number;
  readonly step: number;
  readonly groups?: number;
  readonly dilation?: number;
}

function convolution(c: Conv): string {
  const { size, channels, taps, step, groups = 1, dilation = 1 } = c;
  const [given, made] = channels;
  const p = ((taps - 1) * dilation) / 2;
  return `@R.function
def main(x: R.Tensor((2, ${given}, ${size}, ${size}), "float32"), w: R.Tensor((${made}, ${given / groups}, ${taps}, ${taps}), "float32"), b: R.Tensor((1, ${made}, 1, 1), "float32")):
    with R.dataflow():
        y = R.nn.conv2d(x, w, strides=[${step}, ${step}], padding=[${p}, ${p}, ${p}, ${p}], dilation=[${dilation}, ${dilation}], groups=${groups})
        z = R.nn.relu(R.add(y, b))
        R.output(z)
    return z
`;
}

const convolutions: readonly (readonly [string, Conv])[] = [
  ["conv2d_last", { size: 10, channels: [5, 8], taps: 3, step: 1 }],
  ["conv2d_last", { size: 9, channels: [8, 16], taps: 3, step: 2 }],
  ["conv2d_last", { size: 7, channels: [4, 8], taps: 3, step: 1, dilation: 2 }],
  ["conv2d_last_pointwise", { size: 7, channels: [6, 8], taps: 1, step: 1 }],
  ["conv2d_planes", { size: 9, channels: [5, 5], taps: 3, step: 2, groups: 5 }],
  ["conv2d_planes", { size: 11, channels: [3, 3], taps: 5, step: 1, groups: 3 }],
];
for (const [name, c] of convolutions) {
  const { size, channels, taps, groups = 1 } = c;
  test(`${name}: ${size} × ${size}, ${channels.join(" to ")} channels, ${taps} × ${taps}`, async () => {
    const [given, made] = channels;
    const shapes = [[2, given, size, size], [made, given / groups, taps, taps], [1, made, 1, 1]]; // prettier-ignore
    const used = await compare(convolution(c), shapes);
    assert.match(used, new RegExp(`${name}(_add|\\b)`));
  });
}

test("3 × 3 taps of known weights are computed by minimal filtering, depthwise ones between in the same layout", async () => {
  const weights = (made: number, given: number): string =>
    `R.const([${Array.from({ length: made }, (_, o) => `[${Array.from({ length: given }, (_, i) => `[[0.5, ${o / 8}, -0.25], [${i / 16}, 1.0, 0.125], [-1.0, 0.75, ${(o * i) / 99}]]`).join(", ")}]`).join(", ")}], "float32")`;
  const text = `@R.function
def main(x: R.Tensor((1, 16, 7, 7), "float32")):
    with R.dataflow():
        y = R.nn.conv2d(x, ${weights(8, 16)}, padding=[1, 1, 1, 1])
        z = R.nn.conv2d(y, ${weights(8, 1)}, padding=[1, 1, 1, 1], groups=8)
        R.output(z)
    return z
`;
  const used = await compare(text, [[1, 16, 7, 7]]);
  assert.match(used, "winograd_last");
  assert.match(used, "conv2d_last_depthwise");
});

for (const [m, k, n] of [
  [1, 9, 44],
  [2, 5, 12],
  [7, 9, 13],
  [8, 3, 16],
] as const) {
  test(`matrices ${m} × ${k} × ${n}, one size a symbol`, async () => {
    const text = (rows: string): string => `@R.function
def main(x: R.Tensor((3, ${rows}, ${k}), "float32"), y: R.Tensor((${k}, ${n}), "float32")):
    with R.dataflow():
        z = R.nn.relu(R.matmul(x, y))
        R.output(z)
    return z
`;
    for (const rows of [String(m), '"m"'])
      assert.match(await compare(text(rows), [[3, m, k], [k, n]]), "matmul_tiled"); // prettier-ignore
  });
}

test.run();
