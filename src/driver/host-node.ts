/** The host on Node. */
import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { HostError, type Host, type TextOutput } from "../support/host.js";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "is a folder, not a file",
  ENOTDIR: "a part of the path is not a folder",
  EEXIST: "is a file, not a folder",
  ENOSPC: "no space left on the device",
  EROFS: "the file system is read-only",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "too many symbolic links",
};

/** Runs a file operation; its failure becomes a {@link HostError} in plain words. */
async function attempt<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new HostError(path, REASONS[code ?? ""] ?? `failed (${code ?? String(error)})`);
  }
}

async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const known = await stat(path).catch(() => undefined);
  // A device or a pipe (`/dev/stdout`) cannot be replaced by renaming.
  if (known !== undefined && !known.isFile()) {
    const file = await open(path, "w");
    await file.writeFile(bytes).finally(() => file.close());
    return;
  }
  const temporary = join(dirname(path), `.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const file = await open(temporary, "wx", known?.mode);
    await file.writeFile(bytes).finally(() => file.close());
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function listFiles(cwd: string, folder: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (path: string): Promise<void> => {
    const entries = await readdir(resolve(cwd, path), { withFileTypes: true });
    for (const entry of entries) {
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      const child = join(path, entry.name);
      if (entry.isDirectory()) await walk(child);
      else if (entry.isFile()) found.push(child);
    }
  };
  await walk(folder);
  return found.sort();
}

async function readAll(stream: NodeJS.ReadStream): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const output = (stream: NodeJS.WriteStream): TextOutput => ({
  write: (text) => void stream.write(text),
  isTerminal: stream.isTTY === true,
  get columns() {
    return stream.columns as number | undefined;
  },
});

/** Lets a reader that goes away (`| head`) end the process quietly. */
export function endWithReaders(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(0);
      throw error;
    });
}

/** The host of this process. */
export function nodeHost(): Host {
  const cwd = process.cwd();
  const controller = new AbortController();
  const onInterrupt = (): void => {
    controller.abort();
    // The second interrupt, or work that does not look at the signal, ends the process.
    process.once("SIGINT", () => process.exit(130));
    setTimeout(() => process.exit(130), 3000).unref();
  };
  process.once("SIGINT", onInterrupt);
  return {
    cwd,
    env: process.env,
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    readStdin: () => attempt("standard input", () => readAll(process.stdin)),
    readBytes: (path) => attempt(path, () => readFile(resolve(cwd, path))),
    writeBytes: (path, bytes) => attempt(path, () => writeAtomically(resolve(cwd, path), bytes)),
    async kindOf(path) {
      const found = await stat(resolve(cwd, path)).catch(() => undefined);
      return found === undefined ? "none" : found.isDirectory() ? "folder" : "file";
    },
    listFiles: (folder) => attempt(folder, () => listFiles(cwd, folder)),
    makeFolder: (path) => attempt(path, () => makeFolder(resolve(cwd, path))),
    now: () => performance.now(),
    interrupted: controller.signal,
    busy(work) {
      // While nothing listens, the system ends the process; a listener would wait for the work to yield.
      process.off("SIGINT", onInterrupt);
      try {
        return work();
      } finally {
        process.once("SIGINT", onInterrupt);
      }
    },
  };
}

/** Makes a folder and those around it; `recursive` of Node never ends where the system refuses new ones. */
async function makeFolder(path: string): Promise<void> {
  const isThere = async (): Promise<boolean> => (await stat(path).catch(() => undefined))?.isDirectory() ?? false; // prettier-ignore
  if (await isThere()) return;
  if (dirname(path) !== path) await makeFolder(dirname(path));
  await mkdir(path).catch(async (error: unknown) => {
    if (!(await isThere())) throw error;
  });
}
