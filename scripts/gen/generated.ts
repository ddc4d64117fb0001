/** What a generator makes, and how declarations are found and loaded for it. */
import { mkdirSync, readdirSync, existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { format } from "prettier";

/** Texts by path, and what went wrong (such a file is left out). */
export interface Generated {
  readonly files: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
}

/** An export of a source file. */
export interface Export {
  readonly file: string;
  readonly name: string;
  readonly value: unknown;
}

/** Source files below a folder that the test accepts; tests and generated files are never among them. */
export function sourcesUnder(folder: string, accept: (path: string) => boolean): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name).replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts") && !/\.(gen|test|d)\.ts$/.test(path) && accept(path))
    .sort();
}

/** Loads source files and lists what they export. A file that does not load is a problem, not the end. */
export async function exportsOf(
  files: readonly string[],
): Promise<{ readonly exports: readonly Export[]; readonly problems: readonly string[] }> {
  const exports: Export[] = [];
  const problems: string[] = [];
  const outdir = join(".cache", "gen", `${process.pid}-${counter++}`);
  mkdirSync(outdir, { recursive: true });
  const options = {
    outdir,
    outbase: ".",
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    packages: "external",
    loader: { ".relax": "text" },
    outExtension: { ".js": ".mjs" },
    logLevel: "silent",
  } as const;
  try {
    if (files.length > 0) {
      await build({ ...options, entryPoints: [...files] }).catch(async () => {
        for (const file of files) {
          await build({ ...options, entryPoints: [file] }).catch((error: unknown) =>
            problems.push(`${file} does not compile: ${String(error).split("\n")[1] ?? ""}`),
          );
        }
      });
    }
    for (const file of files) {
      const module = join(outdir, file.replace(/\.ts$/, ".mjs"));
      if (!existsSync(module)) continue;
      try {
        const loaded = (await import(pathToFileURL(resolve(module)).href)) as object;
        for (const [name, value] of Object.entries(loaded)) exports.push({ file, name, value });
      } catch (error) {
        problems.push(`${file} does not load: ${String(error)}`);
      }
    }
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
  return { exports, problems };
}
let counter = 0;

/** Formats TypeScript as the repository's own sources are. */
export const formatted = (text: string): Promise<string> =>
  format(text, { parser: "typescript", printWidth: 100, trailingComma: "all" });

/** A path as imported from a file in `folder`. */
export function importPath(folder: string, file: string): string {
  const from = folder.split("/");
  const to = file.replace(/\.ts$/, ".js").split("/");
  let shared = 0;
  while (shared < from.length && from[shared] === to[shared]) shared++;
  const up = "../".repeat(from.length - shared);
  return `${up === "" ? "./" : up}${to.slice(shared).join("/")}`;
}

/** Text for a cell of a Markdown table. */
export const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
