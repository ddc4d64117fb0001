/** Runs a job in a thread of its own, which is ended when a limit is reached, also inside a WebAssembly kernel. */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { codes } from "../../driver/codes.js";
import { pack, unpack } from "../../driver/packed.js";
import { moduleOf, runJob, type JobResult, type RunJob } from "../../driver/run-job.js";
import { DiagnosticError, type Diagnostic } from "../../support/diagnostic.js";

export interface RunLimits {
  readonly seconds?: number | undefined;
  /** Bytes of tensors. */
  readonly memory?: number | undefined;
}

type Message =
  | { readonly kind: "ready" }
  | { readonly kind: "print"; readonly text: string }
  | { readonly kind: "done"; readonly result: unknown }
  | { readonly kind: "stopped"; readonly diagnostic: Diagnostic }
  | { readonly kind: "failed"; readonly reason: string };

const MARK = "relaxc-run";
const MIB = 2 ** 20;
/** The virtual machine counts the program's tensors; the process as a whole may take more, for code and garbage … */
const ROOM = 256 * MIB;
/** … and for copies of inputs and outputs on their way. */
const COPIES = 6;
const WATCH_EVERY_MS = 25;

/** Runs the job; rejects with a DiagnosticError when the program stops or a limit is reached. */
export function runLimited(
  job: RunJob,
  limits: RunLimits,
  print: (text: string) => void,
  interrupted: AbortSignal,
): Promise<JobResult> {
  const { program } = job;
  const sent =
    program.kind === "text" ? { ...job, program: { ...program, module: undefined } } : job;
  const { seconds, memory } = limits;
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { mark: MARK, job: pack({ ...sent, memoryLimit: memory }) },
    ...(memory !== undefined && {
      resourceLimits: { maxOldGenerationSizeMb: Math.ceil((memory + ROOM) / MIB) },
    }),
  });
  const tooMuch = (): DiagnosticError =>
    new DiagnosticError(codes.memoryLimit({ limit: memory ?? 0 }));
  return new Promise<JobResult>((resolve, reject) => {
    const timers: NodeJS.Timeout[] = [];
    let hasEnded = false;
    const end = (finish: () => void): void => {
      if (hasEnded) return;
      hasEnded = true;
      timers.forEach(clearTimeout);
      interrupted.removeEventListener("abort", stop);
      void worker.terminate().then(finish, finish);
    };
    const stop = (): void => end(() => reject(new Error("interrupted")));
    interrupted.addEventListener("abort", stop);
    // The limits are the program's: they count from when the thread is ready to run it.
    const watch = (): void => {
      if (seconds !== undefined) {
        const late = (): void =>
          end(() => reject(new DiagnosticError(codes.timeLimit({ seconds }))));
        timers.push(setTimeout(late, seconds * 1000));
      }
      if (memory !== undefined) {
        const before = process.memoryUsage.rss();
        const look = (): void => {
          if (process.memoryUsage.rss() - before > COPIES * memory + ROOM)
            end(() => reject(tooMuch()));
        };
        timers.push(setInterval(look, WATCH_EVERY_MS));
      }
    };
    worker.on("message", (message: Message) => {
      switch (message.kind) {
        case "ready":
          return watch();
        case "print":
          return print(message.text);
        case "done":
          return end(() => resolve(unpack(message.result) as JobResult));
        case "stopped":
          return end(() => reject(new DiagnosticError(message.diagnostic)));
        case "failed":
          return end(() => reject(new Error(message.reason)));
      }
    });
    worker.on("error", (error: NodeJS.ErrnoException) =>
      end(() => reject(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? tooMuch() : error)),
    );
    worker.on("exit", () => end(() => reject(new Error("the thread of the program ended early"))));
  });
}

interface Given {
  readonly mark: string;
  readonly job: unknown;
}

/** The thread's side: this file is also what it starts with. */
if (!isMainThread && (workerData as Given | null)?.mark === MARK) {
  const post = (message: Message): void => parentPort!.postMessage(message);
  post({ kind: "ready" });
  try {
    const job = unpack((workerData as Given).job) as RunJob;
    const { program } = job;
    const ready: RunJob =
      program.kind === "text"
        ? { ...job, program: { ...program, module: await moduleOf(program) } }
        : job;
    const result = runJob(ready, (text) => post({ kind: "print", text }));
    post({ kind: "done", result: pack(result) });
  } catch (error) {
    if (error instanceof DiagnosticError) post({ kind: "stopped", diagnostic: error.diagnostic });
    else post({ kind: "failed", reason: String(error) });
  }
}
