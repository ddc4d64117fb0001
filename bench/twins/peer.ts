/** Peers: processes that answer requests, one JSON line each. They run only while they are asked. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

export type Answer = Readonly<Record<string, unknown>>;

export interface Peer {
  readonly name: string;
  /** Throws what the peer says is wrong. */
  ask(request: Readonly<Record<string, unknown>>): Promise<Answer>;
  end(): void;
}

/** Packages of the peers that run in Node; `npm run bench:setup` puts them there. */
export const WEB_PEERS = join(".cache", "peers-web");

export const peerPython = (): string =>
  process.env["RELAXC_PEER_PYTHON"] ?? join(".cache", "peers", "bin", "python");

/** One thread for all. */
const ENVIRONMENT = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", TVM_NUM_THREADS: "1" };

function start(name: string, command: string, args: readonly string[]): Peer {
  const child = spawn(command, args, {
    env: { ...process.env, ...ENVIRONMENT },
    stdio: ["pipe", "pipe", "inherit"],
  });
  // A peer that has ended is seen when it gives no answer.
  child.stdin.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { name, ask: (request) => ask(name, child, lines, request), end: () => child.stdin.end() };
}

async function ask(
  name: string,
  child: ChildProcess,
  lines: AsyncIterator<string>,
  request: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  child.stdin!.write(`${JSON.stringify(request)}\n`);
  const { value, done } = await lines.next();
  if (done === true) throw new Error(`${name} ended`);
  const answer = JSON.parse(value) as Answer;
  if (answer["error"] !== undefined) throw new Error(`${name}: ${String(answer["error"])}`);
  return answer;
}

/** ONNX Runtime; undefined when the peers' Python is not set up. */
export function onnxRuntime(): Peer | undefined {
  const python = peerPython();
  if (!existsSync(python)) return undefined;
  return start("onnxruntime", python, [join("bench", "peers", "onnx_native.py")]);
}

/** ONNX Runtime Web and TensorFlow.js on WebAssembly, those that are set up. */
export function webPeers(): Peer[] {
  if (!existsSync(join(WEB_PEERS, "node_modules"))) return [];
  const script = (file: string): string[] => [join("bench", "peers", file), WEB_PEERS];
  return [
    start("onnxruntime-web", process.execPath, script("onnx-web.mjs")),
    start("tfjs-wasm", process.execPath, script("tfjs.mjs")),
  ];
}
