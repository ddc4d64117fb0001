/**
 * The outside world as the compiler sees it. Only the driver's implementations touch the platform, so that the same
 * code runs on Node, in a browser, and in tests over memory.
 */
export interface Host {
  /** Folder that relative paths start from. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  /** All of standard input. */
  readStdin(): Promise<Uint8Array>;
  readBytes(path: string): Promise<Uint8Array>;
  /** Writes under another name first, then renames: readers see the old bytes or the new, never a part. */
  writeBytes(path: string, bytes: Uint8Array): Promise<void>;
  /** What stands at the path. */
  kindOf(path: string): Promise<"file" | "folder" | "none">;
  /** Paths of all files below a folder, sorted, without hidden ones and `node_modules`. */
  listFiles(folder: string): Promise<readonly string[]>;
  makeFolder(path: string): Promise<void>;
  /** Milliseconds from some fixed point; only differences mean something. */
  now(): number;
  /** A signal that is aborted when the user interrupts. */
  readonly interrupted: AbortSignal;
  /** Runs work that may never yield, so that an interrupt ends the process at once. */
  busy?<T>(work: () => T): T;
}

export interface TextOutput {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Width in characters, when it is a terminal. */
  readonly columns?: number | undefined;
}

/** What went wrong with a file, in words for the user. */
export class HostError extends Error {
  constructor(
    readonly path: string,
    readonly reason: string,
  ) {
    super(`${path}: ${reason}`);
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Reads a text file; bytes that are not UTF-8 are an error of the file. */
export async function readText(host: Host, path: string): Promise<string> {
  return decodeText(path, await host.readBytes(path));
}

/** Bytes as text; `path` is for the message. A byte order mark is dropped. */
export function decodeText(path: string, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new HostError(path, "is not UTF-8 text");
  }
}

export const writeText = (host: Host, path: string, text: string): Promise<void> =>
  host.writeBytes(path, new TextEncoder().encode(text));
