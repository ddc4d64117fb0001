import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readNpy } from "../../src/support/npy.js";
import { peerPython } from "../../src/testing/peers.js";
import { runCli } from "../../src/testing/run-cli.js";

const python = peerPython();
const interop = suite("samples in Apache TVM 0.27");
// Without the peer these tests are skipped, which CI refuses.
const test = python === undefined ? interop.skip : interop;

/** Asks a script of `scripts/peers` about each row; answers by id. */
function ask<Row extends { readonly id: string }, Reply extends { readonly id: string }>(
  script: string,
  rows: readonly Row[],
): ReadonlyMap<string, Reply> {
  const input = `${rows.map((row) => JSON.stringify(row)).join("\n")}\n`;
  const { stdout, stderr } = spawnSync(python!, [`scripts/peers/${script}`], {
    input,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const replies = stdout.split("\n").filter((line) => line !== "");
  assert.is(replies.length, rows.length, stderr);
  return new Map(
    replies.map((line) => {
      const reply = JSON.parse(line) as Reply;
      return [reply.id, reply] as const;
    }),
  );
}

const names = readdirSync("samples").filter(
  (name) => name.endsWith(".relax") && !name.includes("mistakes"),
);

const relaxc = (name: string, ...argv: readonly string[]) =>
  runCli(argv, { files: { [name]: readFileSync(`samples/${name}`, "utf8") } });

async function printed(name: string): Promise<string> {
  const { exit, stdout, stderr } = await relaxc(name, "print", name, "--dialect", "tvm-0.27");
  assert.is(exit, 0, stderr);
  return stdout;
}

interface Parsed {
  readonly id: string;
  /** The text was parsed twice, with equal results. */
  readonly self_equal?: boolean;
  readonly error?: string;
}

test("parses all that is printed for it", async () => {
  const rows = [];
  for (const id of names) {
    const text = await printed(id);
    rows.push({ id, original: text, printed: text });
  }
  const replies = ask<(typeof rows)[number], Parsed>("tvm_compare.py", rows);
  const refused = [...replies.values()].filter((r) => r.self_equal !== true);
  assert.equal(refused, []);
});

/** Samples that TVM compiles, sizes to run them with, and how far results may be apart: 0 is bit by bit. */
const RUNS: Readonly<Record<string, readonly [shape: string, tolerance: number]>> = {
  "01-matmul-relu.relax": ["m=3,n=4,k=4", 0],
  "02-era-2022.relax": ["m=3,n=4", 0],
  "03-era-2023.relax": ["n=5", 0],
  "04-era-2026.relax": ["n=5", 0],
  "05-convolutions.relax": ["h=6,w=7", 0],
  "06-recursion.relax": ["n=4", 0],
  "07-branches.relax": ["n=5", 0],
  "08-quantised-matmul.relax": ["m=5", 0],
  // Its exponential is that of the platform.
  "10-softmax.relax": ["n=3,d=5", 1e-6],
  "12-match-cast.relax": ["a=4,b=4", 0],
  "13-histogram.relax": ["n=100", 0],
  "14-vector-loops.relax": ["n=16", 0],
  "16-constants.relax": ["m=8", 0],
  "17-loops-and-jumps.relax": ["n=9", 0],
  "18-views.relax": ["", 0],
};

interface Ran {
  readonly id: string;
  /** `.npy` files in base64. */
  readonly outputs?: readonly string[];
  readonly error?: string;
}

/** Runs a sample on the interpreter; its inputs in order, and its outputs, as `.npy` files. */
async function ownRun(name: string, shape: string): Promise<[Uint8Array[], Uint8Array[]]> {
  const sizes = shape === "" ? [] : ["--shape", shape];
  const target = ["--target", "interp", "--random", "1", "--output", "out"];
  const { exit, stderr, host } = await relaxc(name, "run", name, ...target, ...sizes);
  assert.is(exit, 0, stderr);
  const files = (prefix: string): Uint8Array[] =>
    [...host.files]
      .filter(([path]) => path.startsWith(`/w/out/${prefix}_`))
      .map(([, bytes]) => bytes);
  return [files("in"), files("out")];
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

function assertClose(name: string, ours: Uint8Array, theirs: Uint8Array, tolerance: number): void {
  const [a, b] = [readNpy(ours), readNpy(theirs)];
  assert.equal([b.shape, b.dtype.name], [a.shape, a.dtype.name], name);
  if (tolerance === 0) {
    assert.is(base64(b.bytes), base64(a.bytes), name);
    return;
  }
  const floats = ({ bytes }: { readonly bytes: Uint8Array }): Float32Array =>
    new Float32Array(Uint8Array.from(bytes).buffer);
  const [x, y] = [floats(a), floats(b)];
  x.forEach((value, i) => assert.ok(Math.abs(value - y[i]!) <= tolerance, `${name} at ${i}`));
}

test("computes what the interpreter computes", async () => {
  const rows = [];
  const own = new Map<string, readonly Uint8Array[]>();
  for (const [id, [shape]] of Object.entries(RUNS)) {
    const [inputs, outputs] = await ownRun(id, shape);
    own.set(id, outputs);
    rows.push({ id, text: await printed(id), entry: "main", inputs: inputs.map(base64) });
  }
  const replies = ask<(typeof rows)[number], Ran>("tvm_run.py", rows);
  for (const [id, [, tolerance]] of Object.entries(RUNS)) {
    const { outputs, error } = replies.get(id)!;
    assert.is(error, undefined, id);
    const expected = own.get(id)!;
    assert.is(outputs!.length, expected.length, id);
    outputs!.forEach((text, i) =>
      assertClose(id, expected[i]!, Buffer.from(text, "base64"), tolerance),
    );
  }
});

interop.run();
