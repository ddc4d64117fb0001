import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const bundle = suite("e2e: the bundled command");
const cli = resolve("dist/cli.js");
const run = (args: readonly string[], options: { input?: string; cwd?: string } = {}) =>
  spawnSync(process.execPath, [cli, ...args], { encoding: "utf8", ...options });

bundle.before(() => {
  const built = spawnSync(process.execPath, ["scripts/build.mjs"], { encoding: "utf8" });
  assert.is(built.status, 0, built.stderr);
});

bundle("is executable and names its interpreter", () => {
  assert.ok((statSync(cli).mode & 0o111) !== 0);
  assert.ok(readFileSync(cli, "utf8").startsWith("#!/usr/bin/env node\n"));
});

bundle("--version needs none of the heavy parts", () => {
  const { stdout, status } = run(["--version"]);
  assert.match(stdout, /^relaxc \d+\.\d+\.\d+\n$/);
  assert.is(status, 0);
  // What start-up loads: the entry and its static imports, small beside a parser generator of 138 KB.
  const size = (file: string, seen = new Set<string>()): number => {
    if (seen.has(file) || !existsSync(file)) return 0;
    seen.add(file);
    const text = readFileSync(file, "utf8");
    const imports = [...text.matchAll(/(?:from|^import|;import)\s*"(\.[^"]+)"/gm)];
    return (
      text.length + imports.reduce((sum, [, to]) => sum + size(join(file, "..", to!), seen), 0)
    );
  };
  assert.ok(size(cli) < 60_000, `start-up loads ${size(cli)} bytes`);
});

bundle("the compiler is loaded from few files", () => {
  const chunks = "dist/chunks";
  const groups = readdirSync(chunks).filter((name) => name.startsWith("load-together-compiler-"));
  assert.is(groups.length, 1);
  const seen = new Set<string>();
  const load = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const text = readFileSync(join(chunks, name), "utf8");
    for (const [, next] of text.matchAll(/(?:from|^import|;import)\s*"\.\/([^"]+)"/gm)) load(next!);
  };
  load(groups[0]!);
  // 215 where each part is a chunk of its own.
  assert.ok(seen.size < 90, `${seen.size} files`);
});

bundle("a build for one target loads nothing of others", () => {
  const folder = mkdtempSync(join(tmpdir(), "relaxc-"));
  try {
    const args = [cli, "build", "samples/01-matmul-relu.relax", "--target", "llvm", "-o"];
    const env = { ...process.env, NODE_V8_COVERAGE: folder };
    spawnSync(process.execPath, [...args, join(folder, "out.rxe")], { env });
    const report = readdirSync(folder).find((name) => name.startsWith("coverage-"))!;
    const { result } = JSON.parse(readFileSync(join(folder, report), "utf8")) as {
      readonly result: readonly { readonly url: string }[];
    };
    const dist = pathToFileURL(resolve("dist")).href;
    const loaded = result.filter(({ url }) => url.startsWith(dist));
    const bytes = loaded.reduce((sum, { url }) => sum + statSync(new URL(url)).size, 0);
    // Half a megabyte more with the code for fabrics and for C.
    assert.ok(bytes > 1e6 && bytes < 3.25e6, `${bytes} bytes`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

bundle("every command loads all it needs", () => {
  const examples = [
    ["map", "samples/cgra/dot-product.json", "--fabric", "cgra-flow-2x2"],
    ["schedule", "samples/schedule/matmul.relax"],
    ["plan", "--csv", "samples/buffers.csv"],
    ["opt", "samples/01-matmul-relu.relax", "-p", "@zero"],
    ["lower", "samples/21-graph-operators.relax"],
    ["list", "primitives"],
    ["doctor"],
  ];
  for (const args of examples) {
    const { status, stderr } = run(args);
    assert.is(status, 0, `${args.join(" ")}: ${stderr}`);
  }
});

bundle("a short command hardly waits for code that it optimises", () => {
  const args = ["--trace-opt", cli, "check", "samples/nets/resnet18.relax"];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  assert.is(status, 0);
  // 47 with the default of the engine.
  const optimised = stdout.match(/completed optimizing/g)?.length ?? 0;
  assert.ok(optimised < 20, `${optimised} functions were optimised`);
});

bundle("works from any folder", () => {
  const cwd = mkdtempSync(join(tmpdir(), "relaxc-"));
  try {
    assert.is(run(["list", "codes", "--output-file", "codes.txt"], { cwd }).status, 0);
    assert.match(readFileSync(join(cwd, "codes.txt"), "utf8"), "CFG001");
    const missing = run(["list", "codes", "--output-file", "no/such/folder.txt"], { cwd });
    assert.is(missing.status, 3);
    assert.match(missing.stderr, "no/such/folder.txt: there is no such file or folder");
  } finally {
    rmSync(cwd, { recursive: true });
  }
});

bundle("a reader that stops early is no error", () => {
  const line = `"${process.execPath}" "${cli}" list ops --json | head -n 1`;
  const { status, stderr } = spawnSync("bash", ["-o", "pipefail", "-c", line], {
    encoding: "utf8",
  });
  assert.is(status, 0);
  assert.is(stderr, "");
});

bundle("npx relaxc works in the checkout", () => {
  const { stdout, status } = spawnSync("npx", ["relaxc", "--version"], { encoding: "utf8" });
  assert.is(status, 0);
  assert.match(stdout, /^relaxc /);
});

bundle.run();
