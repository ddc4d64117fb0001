/** Turns test files into modules that Node runs; what they share is bundled once. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build, formatMessages } from "esbuild";

const OPTIONS = {
  bundle: true,
  splitting: true,
  platform: "node",
  target: "node20",
  format: "esm",
  packages: "external",
  loader: { ".relax": "text" },
  sourcemap: true,
  sourcesContent: false,
  outbase: ".",
  outExtension: { ".js": ".mjs" },
  logLevel: "silent",
};

/**
 * Bundles all at once; when something does not compile, one by one, so that only the files concerned fail.
 * Returns the modules made and the files that could not be made.
 */
export async function bundleTests(files, outdir) {
  try {
    await build({ ...OPTIONS, entryPoints: files, outdir });
    return { bundles: files.map((file) => ({ file, module: moduleOf(file, outdir) })), broken: [] };
  } catch {
    rmSync(outdir, { recursive: true, force: true });
  }
  const bundles = [];
  const broken = [];
  for (const file of files) {
    const own = join(outdir, file.replaceAll("/", "_"));
    try {
      await build({ ...OPTIONS, entryPoints: [file], outdir: own });
      bundles.push({ file, module: moduleOf(file, own) });
    } catch (error) {
      const lines = await formatMessages(error.errors ?? [], { kind: "error" });
      broken.push({ file, message: lines.join("") || String(error) });
    }
  }
  return { bundles, broken };
}

function moduleOf(file, outdir) {
  const module = join(outdir, file.replace(/\.ts$/, ".mjs"));
  if (!existsSync(module)) throw new Error(`the bundler made no ${module}`);
  return module;
}
