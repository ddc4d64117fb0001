import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const layering = suite("scripts: layering check");

/** Runs the layering check over a small tree of planted files. */
function check(files: Readonly<Record<string, string>>) {
  const root = join(".cache", `layers-${process.pid}-${Math.round(performance.now() * 1000)}`);
  const all = {
    "package.json":
      '{"type":"module","dependencies":{"picocolors":"1"},"devDependencies":{"uvu":"1"}}',
    "tsconfig.json": JSON.stringify({ extends: resolve("tsconfig.json") }),
    "grammar/empty.ts": "export {};\n",
    "src/support/base.ts": "export const base = 1;\n",
    ...files,
  };
  try {
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    symlinkSync(resolve("node_modules"), join(root, "node_modules"));
    const tool = resolve("node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
    const config = resolve(".dependency-cruiser.cjs");
    const { status, stdout } = spawnSync(
      process.execPath,
      [tool, "--config", config, "src", "grammar"],
      { cwd: root, encoding: "utf8" },
    );
    const broken = [...stdout.matchAll(/^\s*error (\S+):/gm)].map((m) => m[1]!);
    return { status, broken: broken.sort() };
  } finally {
    rmSync(root, { recursive: true });
  }
}

layering("a tree that keeps to the table passes", () => {
  const { status, broken } = check({
    "src/ir/node.ts": 'export { base } from "../support/base.js";\n',
    "src/driver/use.ts": 'export { base } from "../ir/node.js";\n',
    // Functions over a recursive structure may be spread over the files of one folder.
    "src/arith/sum.ts":
      'import { of } from "./term.js";\nexport const sum = (n: number): number => of(n);\n',
    "src/arith/term.ts":
      'import { sum } from "./sum.js";\nexport const of = (n: number): number => sum(n);\n',
    // A lazy import is no dependency of start-up.
    "src/cli/list.ts": 'export const load = () => import("./commands/one.js");\n',
    "src/cli/commands/one.ts": 'export { load } from "../list.js";\n',
  });
  assert.equal(broken, []);
  assert.is(status, 0);
});

layering("each planted violation is caught by its rule", () => {
  const { status, broken } = check({
    "src/support/up.ts": 'export { node } from "../ir/node.js";\n',
    "src/ir/node.ts":
      'import { readFileSync } from "node:fs";\nexport const node = readFileSync;\n',
    "src/arith/a.ts": 'import { b } from "./deep/b.js";\nexport const a = (): number => b();\n',
    "src/arith/deep/b.ts": 'import { a } from "../a.js";\nexport const b = (): number => a();\n',
    "src/op/lost.ts": 'export { x } from "./no-such-file.js";\n',
    "src/analysis/dev.ts": 'export { suite } from "uvu";\n',
    "src/attic/new.ts": 'export { base } from "../support/base.js";\n',
    "src/target/wasm/w.ts": 'export { l } from "../llvm/l.js";\n',
    "src/target/llvm/l.ts": "export const l = 1;\n",
    "src/testing/t.ts": "export const t = 1;\n",
    "src/driver/t.ts": 'export type { DType } from "../cli/d.js";\n',
    "src/cli/d.ts": 'export type DType = string;\nexport { t } from "../testing/t.js";\n',
  });
  assert.is.not(status, 0);
  assert.equal(
    [...new Set(broken)],
    [
      "known-folder",
      "layer-cli",
      "layer-driver",
      "layer-support",
      "no-cycle",
      "no-dev-dependency",
      "no-node-builtin",
      "resolvable",
      "targets-apart",
      "testing-stays-out",
    ],
  );
});

layering.run();
