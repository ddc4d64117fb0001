/** The programs a command is given: files, folders with all below them, or standard input. */
import { DiagnosticError } from "../support/diagnostic.js";
import { decodeText, readText, type Host } from "../support/host.js";
import type { Source } from "../support/source.js";
import { codes } from "./codes.js";

/** The texts of the libraries given with `--lib`. */
export const librariesOf = (host: Host, paths: readonly string[]): Promise<readonly Source[]> =>
  Promise.all(paths.map(async (path) => ({ name: path, text: await readText(host, path) })));

/** A program text, read when its turn comes. */
export interface Input {
  /** As the user wrote it, or found below a folder they gave; the name in messages. */
  readonly path: string;
  readonly isStdin: boolean;
  read(): Promise<Source>;
}

/** Resolves paths in the order given; a file reached twice comes once. */
export async function inputsOf(
  host: Host,
  paths: readonly string[],
  { stdinPath = "stdin.relax", suffix = ".relax" } = {},
): Promise<readonly Input[]> {
  const found = new Map<string, Input>();
  const addFile = (path: string): void => {
    const read = async (): Promise<Source> => ({ name: path, text: await readText(host, path) });
    if (!found.has(path)) found.set(path, { path, isStdin: false, read });
  };
  for (const path of paths) {
    if (path === "-") {
      const read = async (): Promise<Source> => ({
        name: stdinPath,
        text: decodeText(stdinPath, await host.readStdin()),
      });
      found.set("-", { path: stdinPath, isStdin: true, read });
    } else if ((await host.kindOf(path)) === "folder") {
      const files = (await host.listFiles(path)).filter((file) => file.endsWith(suffix));
      if (files.length === 0) throw new DiagnosticError(codes.noFiles({ suffix, path }));
      files.forEach(addFile);
    } else addFile(path);
  }
  return [...found.values()];
}

/** The only file that was named; throws a DiagnosticError for a folder with several. */
export async function inputOf(
  host: Host,
  paths: readonly string[],
  options: Parameters<typeof inputsOf>[2] = {},
): Promise<Input> {
  const [first, ...others] = await inputsOf(host, paths, options);
  if (others.length > 0) {
    const path = paths.join(" ");
    throw new DiagnosticError(codes.severalFiles({ path, count: others.length + 1, first: first!.path })); // prettier-ignore
  }
  return first!;
}
