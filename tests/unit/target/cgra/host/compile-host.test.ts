import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkText } from "../../../../../src/driver/frontend.js";
import { buildForWasm } from "../../../../../src/driver/build.js";
import { artefactBytes } from "../../../../../src/driver/run.js";
import { runJob } from "../../../../../src/driver/run-job.js";
import { printModule } from "../../../../../src/syntax/index.js";
import { DiagnosticError, Diagnostics } from "../../../../../src/support/diagnostic.js";
import { int32 } from "../../../../../src/support/dtype.js";
import { zeros } from "../../../../../src/support/ndarray.js";
import { tensorValue } from "../../../../../src/support/value.js";
import { compileHost } from "../../../../../src/target/cgra/host/compile-host.js";
import { kernelCompiler } from "../../../../../src/target/cgra/host/compile-kernel.js";
import { makeDevice } from "../../../../../src/target/cgra/host/device.js";
import { preset } from "../../../../../src/target/cgra/index.js";

const host = suite("hosts of fabrics");
const fabric = preset("npu-6x6")!;

const text = (copies: string, scope = "cgra.spad"): string => `
@T.prim_func
def main(A: T.Buffer(("n",), "int32"), B: T.Buffer(("n",), "int32")):
    n = T.int64()
    a = T.alloc_buffer((16,), "int32", scope="${scope}")
    for io in range(T.ceildiv(n, 16)):
        count = T.min(n - io * 16, 16)
${copies}
`;
const SCALE = `        for i in range(count):
            a[i] = A[io * 16 + i]
        for i in T.serial(count, annotations={"cgra.kernel": "scale"}):
            a[i] = a[i] * 3
        for i in range(count):
            B[io * 16 + i] = a[i]`;

function compiled(source: string) {
  const front = checkText({ name: "t.relax", text: source }, {} as never);
  assert.equal(front.diagnostics.map((d) => d.message), []); // prettier-ignore
  const sink = new Diagnostics();
  const made = compileHost(front.module, fabric, kernelCompiler(fabric, { work: 100e6 }), sink); // prettier-ignore
  return { made, messages: sink.all.map((d) => `${d.code} ${d.message}`) };
}

host(
  "copies become transfers, loops become launches, and waits stand where they are needed",
  () => {
    const { made, messages } = compiled(text(SCALE));
    assert.equal(messages, []);
    assert.equal([...made!.kernels.keys()], ["scale"]);
    const main = printModule(made!.module).split("def main(")[1]!;
    const calls = [...main.matchAll(/"(cgra_\w+)"/g)].map((m) => m[1]);
    // A launch waits for its own banks; the wait before it is for the results of the tile before.
    assert.equal(calls, [
      "cgra_on_host",
      "cgra_write",
      "cgra_wait",
      "cgra_launch_scale",
      "cgra_wait",
      "cgra_read",
      "cgra_wait",
    ]);
    assert.not.match(main, /cgra\.spad/);
    const again = checkText({ name: "again.relax", text: printModule(made!.module) }, {} as never);
    assert.not.ok(again.failed);
  },
);

/** What the compiled `main` makes of `n` numbers, and the cycles it takes. */
function ran(made: NonNullable<ReturnType<typeof compiled>["made"]>, n: number) {
  const artefact = buildForWasm(made.module, new Diagnostics(), { producer: "test" })!;
  const device = makeDevice(fabric, made.kernels);
  const [a, b] = [zeros(int32, [n]), zeros(int32, [n])];
  const numbers = new Int32Array(a.bytes.buffer, a.bytes.byteOffset, n).map((_, i) => i * 7 - 50);
  a.bytes.set(new Uint8Array(numbers.buffer));
  const job = { entry: "main", args: [tensorValue(a), tensorValue(b)] };
  const program = { kind: "artefact", bytes: artefactBytes(artefact), file: "t" } as const;
  const { args } = runJob({ ...job, program }, () => undefined, device.hosts);
  const out = args[1]!;
  assert.ok(out.kind === "tensor");
  const { buffer, byteOffset } = out.data.bytes;
  const [layer] = device.layers;
  return { numbers, layer: layer!, cycles: layer!.cycles, out: [...new Int32Array(buffer, byteOffset, n)] }; // prettier-ignore
}

host("computes what the loops say, at any size", () => {
  const { made } = compiled(text(SCALE));
  for (const n of [0, 1, 15, 16, 17, 100]) {
    const { numbers, layer, out } = ran(made!, n);
    assert.equal(out, [...numbers].map((x) => x * 3)); // prettier-ignore
    assert.is(layer.launches, Math.ceil(n / 16));
    assert.is(layer.dmaBytes, 8 * n);
    assert.ok(n === 0 || layer.cycles > layer.arrayCycles);
  }
});
host("refuses other uses of the scratchpad, with their place", () => {
  const { made, messages } = compiled(text(`${SCALE}\n        B[io] = a[0] + 1`));
  assert.is(made, undefined);
  assert.match(messages.join(), /^MAP400 .*`a` is in the scratchpad/);
});

host("leaves to the host what does not fit, and says why", () => {
  const large = compiled(text(SCALE).replace("(16,)", "(5000,)"));
  assert.match(large.messages.join(), /^MAP402 `main` runs on the host: `a` takes 20000 bytes/);
  assert.equal([...large.made!.onHost.keys()], ["main"]);
  assert.is(large.made!.kernels.size, 0);
  const unbounded = compiled(text(SCALE).replace("(16,)", "(n,)"));
  assert.match(unbounded.messages.join(), /^MAP401 `a` has no known greatest size/);
  const elsewhere = compiled(text(SCALE, "cgra.spad.b9"));
  assert.is(elsewhere.made, undefined);
  assert.match(elsewhere.messages.join(), /^MAP403 .*no bank `b9`/);
});

/** A product by three of tiles that are there twice. */
const TWICE = `    b = T.alloc_buffer((16,), "int32", scope="cgra.spad")
    for io in T.serial(T.ceildiv(n, 16), annotations={"cgra.double_buffer": True}):
        count = T.min(n - io * 16, 16)
        for i in range(count):
            a[i] = A[io * 16 + i]
        for i in T.serial(count, annotations={"cgra.kernel": "scale"}):
            b[i] = a[i] * 3
        for i in range(count):
            B[io * 16 + i] = b[i]`;
const twice = (to: string): string => text("", to).replace(/    for io in[\s\S]*$/, TWICE);

host("tiles that are there twice are filled and copied while a kernel runs", () => {
  const { made, messages } = compiled(twice("cgra.spad"));
  assert.equal(messages, []);
  const main = printModule(made!.module).split("def main(")[1]!;
  const calls = [...main.matchAll(/"(cgra_\w+)"/g)].map((m) => m[1]);
  const inLoop = ["cgra_launch_scale", "cgra_read", "cgra_write", "cgra_wait"];
  assert.equal(calls, ["cgra_on_host", "cgra_write", "cgra_wait", ...inLoop, "cgra_read", "cgra_wait"]); // prettier-ignore
  const run = (source: string) => ran(compiled(source).made!, 100);
  const [both, single] = [twice("cgra.spad"), twice("cgra.spad").replace("double_buffer", "none")].map(run); // prettier-ignore
  assert.equal(both!.out, single!.out);
  assert.ok(both!.cycles < single!.cycles, `${both!.cycles} of ${single!.cycles} cycles`);
});

host("what was copied to memory of the host is there before it is copied on", () => {
  const back = `${SCALE}
    for i in range(T.min(n, 16)):
        a[i] = B[i]
    for i in range(T.min(n, 16)):
        A[i] = a[i]`;
  const main = printModule(compiled(text(back)).made!.module).split("def main(")[1]!;
  const calls = [...main.matchAll(/"(cgra_\w+)"/g)].map((m) => m[1]);
  assert.equal(calls.slice(-5), ["cgra_read", "cgra_wait", "cgra_write", "cgra_read", "cgra_wait"]); // prettier-ignore
});

host("what is said to overlap and does not gives wrong results, as on hardware", () => {
  // The tile is there once.
  const source = twice("cgra.spad").replace("cgra.double_buffer", "cgra.overlap");
  const { out, numbers } = ran(compiled(source).made!, 100);
  assert.not.equal(out, [...numbers].map((x) => x * 3)); // prettier-ignore
});

host("stops when a kernel leaves its bank", () => {
  const { made } = compiled(text(SCALE));
  const { program, banks } = made!.kernels.get("scale")!;
  const [stream] = program.streams;
  assert.ok(stream !== undefined);
  const streams = program.streams.map((s) => ({ ...s, base: { kind: "literal", value: 1 << 20 } as const })); // prettier-ignore
  const device = makeDevice(fabric, new Map([["scale", { program: { ...program, streams }, banks }]])); // prettier-ignore
  const launch = device.hosts.get("cgra_launch_scale")!;
  const one = { kind: "int", value: 4, dtype: int32 } as const;
  launch({ print: () => undefined }, program.liveins.map(() => one)); // prettier-ignore
  assert.throws(
    () => device.hosts.get("cgra_wait")!({ print: () => undefined }, []),
    (e: unknown) => e instanceof DiagnosticError && e.diagnostic.code === "MAP405",
  );
});

host.run();
