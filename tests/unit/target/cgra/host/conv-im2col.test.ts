/** A convolution of gathered windows from text: one configuration for all sizes, on the simulated array. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { buildForCgra } from "../../../../../src/driver/cgra.js";
import { checkText } from "../../../../../src/driver/frontend.js";
import { makeInputs, parseShapes } from "../../../../../src/driver/inputs.js";
import { artefactBytes, chooseEntry, signaturesOf } from "../../../../../src/driver/run.js";
import { runJob } from "../../../../../src/driver/run-job.js";
import { interpret } from "../../../../../src/interp/index.js";
import { Diagnostics } from "../../../../../src/support/diagnostic.js";
import { tensorValue, type Value } from "../../../../../src/support/value.js";
import { makeDevice } from "../../../../../src/target/cgra/host/device.js";
import { preset } from "../../../../../src/target/cgra/index.js";

const test = suite("convolution of gathered windows");

const file = join("samples", "cgra", "kernels", "conv-im2col.relax");

const copies = (values: readonly Value[]): Value[] =>
  values.map((v) => (v.kind === "tensor" ? tensorValue({ ...v.data, bytes: v.data.bytes.slice() }) : v)); // prettier-ignore
const dataOf = (v: Value | undefined) => {
  if (v?.kind !== "tensor") throw new Error("no tensor");
  const { shape, bytes } = v.data;
  return { shape, bytes: new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length), words: () => new Int32Array(bytes.slice().buffer) }; // prettier-ignore
};

/** The sums in the order of their definition. */
function expected([image, weights, result]: readonly Value[], stride: number, pad: number) {
  const [x, f, y] = [dataOf(image), dataOf(weights), dataOf(result)];
  const [h, w, c] = x.shape as [number, number, number];
  const [, kh, kw] = f.shape as number[] as [number, number, number];
  const [oh, ow, channels] = y.shape as [number, number, number];
  const sums: number[] = [];
  for (let oy = 0; oy < oh; oy++)
    for (let ox = 0; ox < ow; ox++)
      for (let o = 0; o < channels; o++) {
        let sum = 0;
        for (let u = 0; u < kh; u++)
          for (let v = 0; v < kw; v++) {
            const [row, column] = [oy * stride - pad + u, ox * stride - pad + v];
            if (row < 0 || row >= h || column < 0 || column >= w) continue;
            for (let l = 0; l < c; l++)
              sum +=
                x.bytes[(row * w + column) * c + l]! * f.bytes[((o * kh + u) * kw + v) * c + l]!;
          }
        sums.push(sum);
      }
  return sums;
}

test("one image computes convolutions of two sizes, as the interpreter and the definition do", () => {
  const { module } = checkText({ name: file, text: readFileSync(file, "utf8") });
  const fabric = preset("npu-6x6")!;
  const sink = new Diagnostics();
  const built = buildForCgra(module, sink, { producer: "test", fabric })!;
  assert.equal(sink.all, []);
  assert.equal([...built.host.kernels.keys()], ["conv_im2col"]);
  const program = { kind: "artefact", bytes: artefactBytes(built.artefact), file } as const;
  const signature = chooseEntry(signaturesOf(module), undefined);
  for (const [shape, stride, pad, isInterpreted] of [
    ["h=6,w=5,c=8,channels=7,kh=3,kw=3,oh=6,ow=5,stride=1,pad=1", 1, 1, true],
    // Several panels, a window of 300 numbers that begins outside, a step of two.
    ["h=17,w=11,c=12,channels=3,kh=5,kw=5,oh=9,ow=6,stride=2,pad=2", 2, 2, false],
  ] as const) {
    const args = makeInputs(signature, { ...parseShapes([shape]), given: new Map(), seed: 3, limit: undefined }); // prettier-ignore
    const device = makeDevice(fabric, built.host.kernels);
    const ran = runJob(
      { program, entry: "main", args: copies(args) },
      () => undefined,
      device.hosts,
    );
    const found = [...dataOf(ran.args[2]).words()];
    assert.equal(found, expected(args, stride, pad), shape);
    assert.ok([...device.layers.values()].some(({ launches }) => launches > 0));
    if (!isInterpreted) continue;
    const own = copies(args);
    const outcome = interpret(module, "main", own, { stepLimit: 20_000_000 });
    assert.ok(outcome.ok);
    assert.equal([...dataOf(own[2]).words()], found);
  }
});

test.run();
