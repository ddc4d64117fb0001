/** Threads of Node for WebAssembly. */
import { Worker } from "node:worker_threads";
import type { ThreadStarter } from "../runtime/wasm/team.js";

/** Starts a thread that does not keep the process alive. */
export const startThread: ThreadStarter = (script, workerData) => {
  const text = `const data = require("node:worker_threads").workerData;${script}`;
  const worker = new Worker(text, { eval: true, workerData });
  worker.unref();
  return { end: () => void worker.terminate() };
};
