import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { readdirSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeArtefact, encodeArtefact } from "../../src/artefact/index.js";
import { runCli } from "../../src/testing/run-cli.js";

const builds = suite("build: artefacts");

const read = (name: string): string => readFileSync(`samples/${name}`, "utf8");
const samples = readdirSync("samples").filter(
  (n) => /^\d.*\.relax$/.test(n) && !/mistakes/.test(n),
);

async function artefactOf(name: string, ...flags: readonly string[]): Promise<Uint8Array> {
  const argv = ["build", name, "-o", "a.rxe", ...flags];
  const { exit, stderr, host } = await runCli(argv, { files: { [name]: read(name) } });
  assert.is(exit, 0, stderr);
  return host.files.get("/w/a.rxe")!;
}

for (const name of samples) {
  // Whatever the header gives to a run of the text works for its artefact.
  const header = /^# Run: relaxc run (.*)$/m.exec(read(name))![1]!;
  const argv = header.split(" ").map((word) => word.replace("samples/", ""));
  const isOther = argv.some((word, i) => word === "interp" && argv[i - 1] === "--target");
  if (isOther) continue;
  builds(`${name}: its artefact runs as its text does`, async () => {
    const text = await runCli(["run", ...argv], { files: { [name]: read(name) } });
    assert.is(text.exit, 0, text.stderr);
    const files = { "a.rxe": await artefactOf(name) };
    // Constants given with -D are in the artefact of the text, so only headers without them compare.
    const own = argv
      .map((word) => (word === name ? "a.rxe" : word))
      .filter((w) => w !== "--oracle");
    const built = await runCli(["run", ...own], { files });
    assert.is(built.exit, 0, built.stderr);
    assert.is(built.stdout, text.stdout);
  });
}

const NAME = "01-matmul-relu.relax";
const RANDOM = ["--random", "1", "--shape", "m=2,n=3,k=3"];

builds("the same text gives the same bytes", async () => {
  assert.equal(await artefactOf(NAME), await artefactOf(NAME));
});

builds("a stripped artefact holds no text, and runs the same", async () => {
  const [full, bare] = [await artefactOf(NAME), await artefactOf(NAME, "--strip")];
  const holds = (bytes: Uint8Array): boolean =>
    new TextDecoder("latin1").decode(bytes).includes("@R.function");
  assert.ok(holds(full));
  assert.not.ok(holds(bare));
  const files = { "full.rxe": full, "bare.rxe": bare };
  const a = await runCli(["run", "full.rxe", ...RANDOM], { files });
  const b = await runCli(["run", "bare.rxe", ...RANDOM], { files });
  assert.is(b.exit, 0, b.stderr);
  assert.is(b.stdout, a.stdout);
  const wrong = ["--random", "1", "--shape", "m=2,n=3,k=4"];
  for (const name of ["full.rxe", "bare.rxe"]) {
    const { exit, stderr } = await runCli(["run", name, ...wrong], { files });
    assert.is(exit, 1, stderr);
    assert.match(stderr.replace(/\s+/g, " "), /RUN1(08|10)/);
    assert.is(stderr.includes("┌─"), name === "full.rxe");
  }
});

builds("an artefact is known by its bytes, not only by its name", async () => {
  const files = { model: await artefactOf(NAME) };
  assert.is((await runCli(["run", "model", ...RANDOM], { files })).exit, 0);
  const piped = await runCli(["run", "-", ...RANDOM], { stdin: files.model });
  assert.is(piped.exit, 0, piped.stderr);
});

builds("what needs the text is refused", async () => {
  const files = { "a.rxe": await artefactOf(NAME) };
  for (const flags of [["--target", "interp"], ["--oracle"], ["--executor", "aot"]]) {
    const { exit, stderr } = await runCli(["run", "a.rxe", ...flags, ...RANDOM], { files });
    assert.is(exit, 2);
    assert.match(stderr, "CFG079");
  }
});

/** Runs damaged bytes: an error with a code, or (where the damage is harmless) the right end; never a crash. */
async function survives(bytes: Uint8Array, what: string): Promise<string> {
  const argv = ["run", "a.rxe", ...RANDOM, "--step-limit", "10000"];
  const { exit, stderr } = await runCli(argv, { files: { "a.rxe": bytes } });
  assert.ok([0, 1, 2, 4].includes(exit), `${what}: exit ${exit}\n${stderr}`);
  assert.is(/error\[[A-Z]{3}\d{3}\]/.test(stderr), exit !== 0, `${what}\n${stderr}`);
  assert.not.match(stderr, /INT001|\n\s+at /);
  return /error\[(\w+)\]/.exec(stderr)?.[1] ?? "ok";
}

builds("300 damaged artefacts are refused", async () => {
  const whole = await artefactOf(NAME);
  const rng = xoroshiro128plus(42);
  const seen = new Map<string, number>();
  for (let i = 0; i < 300; i++) {
    const bytes = whole.slice();
    const at = uniformInt(rng, 0, bytes.length - 1);
    const bit = uniformInt(rng, 0, 7);
    bytes[at]! ^= 1 << bit;
    const code = await survives(bytes, `bit ${bit} of byte ${at}`);
    seen.set(code, (seen.get(code) ?? 0) + 1);
  }
  // Bits between sections are all that may change without being noticed.
  assert.ok((seen.get("ok") ?? 0) < 30, JSON.stringify([...seen]));
  assert.ok((seen.get("RUN152") ?? 0) > 200, JSON.stringify([...seen]));
});

builds("cut and foreign files are refused", async () => {
  const whole = await artefactOf(NAME);
  for (let n = 0; n < whole.length; n += 101) {
    assert.is.not(await survives(whole.slice(0, n), `the first ${n} bytes`), "ok");
  }
  assert.is(await survives(new TextEncoder().encode("PK\x03\x04 something else"), "zip"), "RUN150");
  assert.is(await survives(new Uint8Array(), "nothing"), "RUN150");
  const longer = new Uint8Array(whole.length + 64);
  longer.set(whole);
  assert.is(await survives(longer, "bytes behind the end"), "RUN152");
});

builds("artefacts with right checksums and wrong contents are refused", async () => {
  const whole = decodeArtefact(await artefactOf(NAME), "a.rxe");
  const rng = xoroshiro128plus(7);
  // Of the manifest: any one value replaced by another kind of value.
  const text = JSON.stringify(whole.manifest);
  const others = [null, -1, 1e9, "x", [], {}, true, { $ref: 99 }, { kind: "relax.Var" }];
  let count = 0;
  JSON.parse(text, () => void count++);
  for (let i = 0; i < 150; i++) {
    const target = uniformInt(rng, 0, count - 1);
    const other = others[uniformInt(rng, 0, others.length - 1)];
    let at = 0;
    const manifest = JSON.parse(text, (_, v: unknown) => (at++ === target ? other : v)) as unknown;
    if (typeof manifest !== "object" || manifest === null || Array.isArray(manifest)) continue;
    const changed = { ...whole, manifest: manifest as typeof whole.manifest };
    await survives(encodeArtefact(changed), `value ${target} as ${JSON.stringify(other)}`);
  }
  // Of the texts among the constants, which messages are made from.
  const wrongTexts = [
    "",
    "null",
    "[]",
    '{"dims":7,"origins":null}',
    '{"dims":[{}],"origins":{"n":1}}',
  ];
  for (const value of wrongTexts) {
    const constants = whole.executable.constants.map((c) =>
      c.kind === "string" ? { ...c, value } : c,
    );
    const changed = { ...whole, executable: { ...whole.executable, constants } };
    const argv = ["run", "a.rxe", "--random", "1", "--shape", "x=2x3,w=4x4"];
    const files = { "a.rxe": encodeArtefact(changed) };
    const { exit, stderr } = await runCli(argv, { files });
    assert.is(exit, 1, stderr);
    assert.match(stderr, /error\[RUN\d+\]/);
  }
  // Of the code: any one word or parameter replaced.
  const { executable } = whole;
  for (let i = 0; i < 150; i++) {
    const words = executable.words.slice();
    const value = uniformInt(rng, 0, 2 ** 31 - 1) >>> uniformInt(rng, 0, 31);
    words[uniformInt(rng, 0, words.length - 1)] = BigInt(value);
    const changed = { ...whole, executable: { ...executable, words } };
    await survives(encodeArtefact(changed), `code ${i}`);
  }
});

builds("names that linkers take are refused where no object code is written", async () => {
  const files = { [NAME]: read(NAME) };
  for (const [target, name] of [
    ["wasm", "a.so"],
    ["c", "a.o"],
    ["wasm", "lib/a.dll"],
  ] as const) {
    const run = await runCli(["build", NAME, "--target", target, "-o", name], { files });
    assert.is(run.exit, 2);
    assert.match(run.stderr, /CFG099/);
    assert.ok(run.stderr.includes(`\`${name}\` is no name for what target`), run.stderr);
    assert.equal([...run.host.files.keys()], [`/w/${NAME}`]);
  }
});

builds("a program that is refused leaves no file", async () => {
  const files = {
    "p.relax": "@R.function\ndef main(x: R.Tensor((2,), 'float32')):\n    return y\n",
  };
  const { exit, host } = await runCli(["build", "p.relax"], { files });
  assert.is(exit, 1);
  assert.not.ok(host.files.has("/w/p.rxe"));
});

builds.run();
