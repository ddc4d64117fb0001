/**
 * Bundles the command and the public entry points into `dist/`: one file per entry, with shared and lazily
 * imported parts as chunks. `--types` adds declaration files, `--quiet` prints nothing on success.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { loadTogether } from "./load-together.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

/** Entry points by the name they get in `dist/`; those not in the tree are left out. */
const ENTRIES = {
  cli: "src/cli/main.ts",
  index: "src/index.ts",
  format: "src/format/index.ts",
};
/** One file that runs in browsers too: nothing of Node's may be in it. */
const RUNTIME = "src/runtime/index.ts";

const started = performance.now();
const entryPoints = Object.fromEntries(
  Object.entries(ENTRIES).filter(([, file]) => existsSync(file)),
);
const staging = join(".cache", `dist-${process.pid}`);

const bundle = {
  entryPoints,
  outdir: staging,
  bundle: true,
  splitting: true,
  platform: "node",
  // Packages that have both forms: the one that can be bundled.
  mainFields: ["module", "main"],
  target: "node20",
  format: "esm",
  chunkNames: "chunks/[name]-[hash]",
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  loader: { ".relax": "text" },
  external: ["binaryen"],
  // Bundled CommonJS packages ask for Node's own modules through `require`.
  banner: {
    js: 'import{createRequire as __relaxcRequire}from"node:module";const require=__relaxcRequire(import.meta.url);',
  },
  logLevel: "warning",
};
/** The compiler and the commands that take all of it; others are loaded without. */
const COMPILER =
  /^src\/((driver|transform|schedule)\/|cli\/commands\/(build|lower|opt|plan|roundtrip|schedule)\.ts$)/;
/** What only some targets need. */
const SOME_TARGETS = /^src\/(driver\/((c-project|cgra|native-library)\.ts$|fabric\/)|target\/)/;
const compiler = await loadTogether(bundle, (path) =>
  SOME_TARGETS.test(path) ? "targets" : COMPILER.test(path) ? "compiler" : undefined,
);
await build({ ...bundle, plugins: [compiler] }).catch(() => process.exit(1));

await build({
  entryPoints: { runtime: RUNTIME },
  outdir: staging,
  bundle: true,
  platform: "neutral",
  mainFields: ["module", "main"],
  target: "es2022",
  format: "esm",
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  logLevel: "warning",
}).catch(() => process.exit(1));

chmodSync(join(staging, "cli.js"), 0o755);
publish(staging, "dist");
if (process.argv.includes("--types")) {
  const tsc = join("node_modules", "typescript", "bin", "tsc");
  const args = ["-p", ".", "--noEmit", "false", "--emitDeclarationOnly", "--declaration"];
  execFileSync(process.execPath, [tsc, ...args, "--outDir", "dist/types"], { stdio: "inherit" });
}
if (!process.argv.includes("--quiet")) {
  console.log(`built dist/ in ${Math.round(performance.now() - started)} ms`);
}

/** Moves the new files in: chunks first, entries last, so that a reader never sees an entry without its chunks. */
function publish(from, to) {
  mkdirSync(join(to, "chunks"), { recursive: true });
  const chunks = existsSync(join(from, "chunks")) ? readdirSync(join(from, "chunks")) : [];
  for (const name of chunks) renameSync(join(from, "chunks", name), join(to, "chunks", name));
  const entries = readdirSync(from).filter((name) => name !== "chunks");
  for (const name of entries) renameSync(join(from, name), join(to, name));
  for (const name of readdirSync(join(to, "chunks"))) {
    if (!chunks.includes(name)) rmSync(join(to, "chunks", name));
  }
  rmSync(from, { recursive: true });
}
