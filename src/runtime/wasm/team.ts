/** Threads that run kernels together with the one that calls: each has an instance of the module on the same memory. */
import type { GrowableMemory, Heap } from "./heap.js";

/** Starts a thread that runs a script, which has the data as its variable `data`. */
export type ThreadStarter = (script: string, data: unknown) => { end(): void };

export interface Team {
  /** Runs an entry on all threads; the status of the first that stopped for a reason of its own. */
  run(entry: number, block: number, own: () => number): number;
  end(): void;
}

export interface TeamOptions {
  readonly module: object;
  readonly memory: GrowableMemory;
  readonly heap: Heap;
  /** Where the module has room for what its threads share. */
  readonly address: number;
  /** Names of the exports that threads run, by number. */
  readonly entries: readonly string[];
  readonly threads: number;
  /** Bytes of scratch memory of a thread. */
  readonly scratchBytes: number;
  readonly start: ThreadStarter;
}

/** Words that threads share; the first three belong to the code of kernels. */
const WORDS = { stopped: 2, job: 3, entry: 4, block: 5, done: 6, statuses: 8 } as const;
/** Bytes that a team shares with its kernels. */
const TEAM_BYTES = 8192;
/** The status of a thread that another one made stop, and of one whose code trapped. */
const [STOPPED_BY_OTHER, TRAPPED] = [-1, -2];
/** Rounds of looking before the caller sleeps, and for how many milliseconds it sleeps at most. */
const [SPINS, SLEEP] = [20_000, 5];

/** What a thread does until it is ended. */
const SCRIPT = `
const { module, memory, team, thread, threads, scratch, scratchBytes, entries } = data;
let exports;
try {
  ({ exports } = new WebAssembly.Instance(module, { host: { memory } }));
  exports.thread.value = thread;
  exports.threads.value = threads;
} catch {}
const words = new Int32Array(memory.buffer, team, ${TEAM_BYTES} / 4);
for (let job = 0; ; ) {
  for (let spins = 0; Atomics.load(words, ${WORDS.job}) === job; )
    if (++spins > ${SPINS}) Atomics.wait(words, ${WORDS.job}, job);
  job = Atomics.load(words, ${WORDS.job});
  let status;
  try {
    exports.scratch.value = scratch;
    exports.scratch_end.value = scratch + scratchBytes;
    status = exports[entries[words[${WORDS.entry}]]](words[${WORDS.block}]);
  } catch {
    status = ${TRAPPED};
    Atomics.store(words, ${WORDS.stopped}, 1);
  }
  words[${WORDS.statuses} + thread] = status;
  Atomics.add(words, ${WORDS.done}, 1);
  Atomics.notify(words, ${WORDS.done});
}
`;

/** Starts the threads but the one that calls. */
export function startTeam(options: TeamOptions): Team {
  const { module, memory, heap, address, entries, threads, scratchBytes, start } = options;
  const scratches = Array.from({ length: threads - 1 }, () => heap.alloc(scratchBytes));
  const words = new Int32Array(memory.buffer, address, TEAM_BYTES / 4).fill(0);
  const workers = scratches.map(
    (scratch, i) =>
    start(SCRIPT, { module, memory, team: address, thread: i + 1, threads, scratch, scratchBytes, entries }), // prettier-ignore
  );
  const others = threads - 1;
  const wait = (): void => {
    let spins = 0;
    for (let done = 0; (done = Atomics.load(words, WORDS.done)) < others;)
      if (++spins > SPINS) Atomics.wait(words, WORDS.done, done, SLEEP);
  };
  return {
    run(entry, block, own) {
      words[WORDS.entry] = entry;
      words[WORDS.block] = block;
      Atomics.store(words, WORDS.done, 0);
      Atomics.add(words, WORDS.job, 1);
      Atomics.notify(words, WORDS.job);
      let status: number;
      try {
        status = own();
      } catch (error) {
        Atomics.store(words, WORDS.stopped, 1);
        throw error;
      } finally {
        wait();
        // A thread that was made to stop has not met the others.
        words.fill(0, 0, WORDS.stopped + 1);
      }
      const all = [status, ...words.subarray(WORDS.statuses + 1, WORDS.statuses + threads)];
      if (all.includes(TRAPPED)) throw new Error("a thread trapped");
      return all.find((s) => s > 0) ?? (all.includes(STOPPED_BY_OTHER) ? STOPPED_BY_OTHER : 0);
    },
    end: () => workers.forEach((w) => w.end()),
  };
}
