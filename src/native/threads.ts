/** Threads of Node for WebAssembly. */
import { Worker } from "node:worker_threads";
import type { ThreadStarter } from "../runtime/wasm/team.js";

/** Starts a thread that does not keep the process alive. */
export const startThread: ThreadStarter = (script, workerData) => {
  const worker = new Worker(script, { eval: true, workerData });
  worker.unref();
  return { end: () => void worker.terminate() };
};
