/** Runs a TypeScript script of this repository: `node scripts/run.mjs scripts/gen.ts [arguments]`. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
const [script, ...args] = process.argv.slice(2);
if (script === undefined || !existsSync(script)) {
  console.error(`there is no script ${script ?? ""}`);
  process.exit(2);
}

const outdir = join(".cache", "scripts", `${basename(script, ".ts")}-${process.pid}`);
mkdirSync(outdir, { recursive: true });
const outfile = join(outdir, "script.mjs");
try {
  await build({
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    entryPoints: [script],
    outfile,
    packages: "external",
    loader: { ".relax": "text" },
    sourcemap: "inline",
    logLevel: "error",
  });
} catch {
  rmSync(outdir, { recursive: true });
  process.exit(1);
}

// Trees of large programs outlive the young generation's default size, and copying them costs more than the room.
const flags = ["--enable-source-maps", "--max-semi-space-size=64"];
const child = spawn(process.execPath, [...flags, outfile, ...args], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  rmSync(outdir, { recursive: true, force: true });
  process.exitCode = signal ? 130 : (code ?? 1);
});
