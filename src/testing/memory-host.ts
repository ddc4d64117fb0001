/** A host over memory, for tests that run the command in process. */
import { posix } from "node:path";
import { HostError, type Host, type TextOutput } from "../support/host.js";

export interface MemoryHost extends Host {
  /** Bytes by absolute path. */
  readonly files: Map<string, Uint8Array>;
  readonly written: { stdout: string; stderr: string };
}

export interface MemoryHostOptions {
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Asked for what is not in memory, e.g. the repository's own folders. */
  readonly below?: Host;
}

const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === "string" ? new TextEncoder().encode(content) : content;

/** Makes a host with these files, standing in the folder `/w`. */
export function memoryHost(options: MemoryHostOptions = {}): MemoryHost {
  const cwd = "/w";
  const written = { stdout: "", stderr: "" };
  const files = new Map<string, Uint8Array>();
  const at = (path: string): string => posix.resolve(cwd, path);
  for (const [path, content] of Object.entries(options.files ?? {})) {
    files.set(at(path), bytesOf(content));
  }
  const output = (name: "stdout" | "stderr"): TextOutput => ({
    write: (text) => void (written[name] += text),
    isTerminal: false,
  });
  const isFolder = (path: string): boolean =>
    path === cwd || [...files.keys()].some((file) => file.startsWith(`${path}/`));
  return {
    cwd,
    env: options.env ?? {},
    stdout: output("stdout"),
    stderr: output("stderr"),
    files,
    written,
    async readStdin() {
      return bytesOf(options.stdin ?? "");
    },
    async readBytes(path) {
      const bytes = files.get(at(path));
      if (bytes !== undefined) return bytes;
      if (options.below !== undefined) return options.below.readBytes(path);
      throw new HostError(path, "there is no such file or folder");
    },
    async writeBytes(path, bytes) {
      if (isFolder(at(path))) throw new HostError(path, "is a folder, not a file");
      files.set(at(path), bytes);
    },
    async kindOf(path) {
      if (files.has(at(path))) return "file";
      if (isFolder(at(path))) return "folder";
      return options.below === undefined ? "none" : options.below.kindOf(path);
    },
    async listFiles(folder) {
      const prefix = `${at(folder)}/`;
      const found = [...files.keys()].filter((file) => file.startsWith(prefix));
      if (found.length === 0 && options.below !== undefined) return options.below.listFiles(folder);
      return found.map((file) => posix.join(folder, file.slice(prefix.length))).sort();
    },
    async makeFolder() {},
    now: () => performance.now(),
    interrupted: new AbortController().signal,
  };
}
