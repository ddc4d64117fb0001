import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { callKernel, compileProgram, findCompiler } from "../../src/cli/c-program.js";
import { buildForCgra, projectForCgra } from "../../src/driver/cgra.js";
import { checkText } from "../../src/driver/frontend.js";
import { makeInputs, parseShapes } from "../../src/driver/inputs.js";
import { artefactBytes, chooseEntry, signaturesOf } from "../../src/driver/run.js";
import { runJob } from "../../src/driver/run-job.js";
import { runCli } from "../../src/testing/run-cli.js";
import { Diagnostics } from "../../src/support/diagnostic.js";
import { tensorValue, type Value } from "../../src/support/value.js";
import { makeDevice } from "../../src/target/cgra/host/device.js";
import { preset } from "../../src/target/cgra/index.js";

const c = suite("fabrics driven by C");
const file = "samples/cgra/gemm.relax";
const STRICT = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-ffp-contract=off", "-I."];
const SANITIZED = ["-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

const copies = (values: readonly Value[]): Value[] =>
  values.map((v) => (v.kind === "tensor" ? tensorValue({ ...v.data, bytes: v.data.bytes.slice() }) : v)); // prettier-ignore
const bytesOf = (v: Value | undefined): Uint8Array => (v?.kind === "tensor" ? v.data.bytes : new Uint8Array()); // prettier-ignore

c("C with the simulated driver gives what JavaScript gives, as does the host alone", () => {
  const { module } = checkText({ name: file, text: readFileSync(file, "utf8") }, {} as never);
  const fabric = preset("npu-6x6")!;
  const sink = new Diagnostics();
  const signature = chooseEntry(signaturesOf(module), undefined);
  const args = makeInputs(signature, { ...parseShapes(["m=20,n=9,k=30"]), given: new Map(), seed: 1, limit: undefined }); // prettier-ignore
  const built = buildForCgra(module, sink, { producer: "test", fabric })!;
  const program = { kind: "artefact", bytes: artefactBytes(built.artefact), file } as const;
  const device = makeDevice(fabric, built.host.kernels);
  const ran = runJob({ program, entry: "main", args }, () => undefined, device.hosts);
  const project = projectForCgra(module, sink, { prefix: "model", fabric })!;
  assert.equal(sink.all, []);
  const sources = new Map([...project.files].filter(([name]) => !name.includes("/")));
  for (const names of [["gcc"], ["clang", "clang-14"]]) {
    const compiler = findCompiler(names, process.env);
    if (compiler === undefined) continue;
    for (const flags of [SANITIZED, ["-O1", "-DRCG_FORCE_HOST"]]) {
      const made = compileProgram(sources, compiler, [...STRICT, ...flags]);
      try {
        const given = copies(args);
        callKernel(made, project.compiled, "main", given);
        assert.equal(bytesOf(given[2]), bytesOf(ran.args[2]), `${compiler} ${flags.join(" ")}`);
      } finally {
        made.close();
      }
    }
  }
});

const scaled = (value: string): string => `@T.prim_func
def main(A: T.Buffer(("n",), "int32"), B: T.Buffer(("n",), "int32")):
    n = T.int64()
    a = T.alloc_buffer((16,), "int32", scope="cgra.spad")
    b = T.alloc_buffer((16,), "int32", scope="cgra.spad")
    for io in range(T.ceildiv(n, 16)):
        count = T.min(n - io * 16, 16)
        for i in range(count):
            a[i] = A[io * 16 + i]
        for i in T.serial(count, annotations={"cgra.kernel": "scale"}):
            b[i] = ${value}
        for i in range(count):
            B[io * 16 + i] = b[i]
`;

c("without host versions the device computes, and where there is none the status says so", () => {
  const compiler = findCompiler(["gcc", "clang"], process.env);
  if (compiler === undefined) return;
  const { module } = checkText({ name: "p.relax", text: scaled("a[i] * 3") }, {} as never);
  const fabric = preset("npu-6x6")!;
  const sink = new Diagnostics();
  const signature = chooseEntry(signaturesOf(module), undefined);
  const args = makeInputs(signature, { ...parseShapes(["n=37"]), given: new Map(), seed: 1, limit: undefined }); // prettier-ignore
  const outputs = (["all", "none"] as const).map((fallbacks) => {
    const project = projectForCgra(module, sink, { prefix: "model", fabric, fallbacks })!;
    const sources = new Map([...project.files].filter(([name]) => !name.includes("/")));
    const given = copies(args);
    const made = compileProgram(sources, compiler, STRICT);
    callKernel(made, project.compiled, "main", given);
    made.close();
    const elsewhere = compileProgram(sources, compiler, [...STRICT, '-DRCG_URI="mmio:none"']);
    const call = (): void => void callKernel(elsewhere, project.compiled, "main", copies(args));
    if (fallbacks === "all") call();
    else assert.throws(call, /there is no fabric/);
    elsewhere.close();
    return { result: bytesOf(given[1]), size: String(project.files.get("model.c")).length };
  });
  assert.equal(outputs[0]!.result, outputs[1]!.result);
  assert.ok(outputs[1]!.size < 0.6 * outputs[0]!.size, "host versions are left out");
  assert.equal(sink.all, []);
});

c("what the fabric cannot run is an error where host versions are left out", async () => {
  const argv = ["build", "p.relax", "--target", "cgra", "-o", "p", "--no-fallback"];
  const { exit, stderr } = await runCli(argv, { files: { "p.relax": scaled("a[i] // 3") } });
  assert.is(exit, 1);
  assert.match(stderr, /MAP407.*does not run on `npu-6x6`.*because: .*`REM`/s);
});

c("drivers for hardware compile without a warning", () => {
  const compiler = findCompiler(["gcc", "clang"], process.env);
  if (compiler === undefined) return;
  const { module } = checkText({ name: file, text: readFileSync(file, "utf8") }, {} as never);
  const project = projectForCgra(module, new Diagnostics(), { prefix: "model", fabric: preset("npu-6x6")! })!; // prettier-ignore
  for (const driver of ["mmio", "vendor"]) {
    const text = project.files.get(`drivers/relax_cgra_${driver}.c`)!;
    const used = ["relax_cgra.h", "model.h", "model.c", "model_cgra.h", "model_cgra.c", "driver.c"];
    const files = new Map([...project.files].filter(([name]) => used.includes(name)));
    compileProgram(files.set("device.c", text), compiler, STRICT).close();
  }
});

c("a run prints what each layer took", async () => {
  const files = { "gemm.relax": readFileSync(file, "utf8") };
  const argv = ["run", "gemm.relax", "--target", "cgra", "--random", "1", "--shape", "m=20,n=9,k=30", "--oracle"]; // prettier-ignore
  const { exit, stdout, stderr } = await runCli([...argv, "--profile", "--report", "json"], { files }); // prettier-ignore
  assert.is(exit, 0, stderr);
  const report = JSON.parse(stdout.split("\n")[0]!) as { total: Record<string, number> };
  assert.is(report.total["launches"], 2);
  assert.ok(report.total["cycles"]! > report.total["arrayCycles"]!);
  assert.match(stderr, /equal to the reference interpreter, bit by bit/);
  const other = await runCli([...argv, "--fabric", "hycube-4x4"], { files });
  assert.match(other.stderr, /MAP/);
});

c.run();
