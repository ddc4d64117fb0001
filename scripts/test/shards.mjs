/** Shares test modules over child processes and collects what each file reports. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const WORKER = fileURLToPath(new URL("./worker.mjs", import.meta.url));
/** A file that says nothing for so long is taken to hang. */
const SILENCE_MS = Number(process.env.TEST_SILENCE_MS ?? 240_000);

/** Runs `bundles` (`{file, module}`) in `jobs` processes; one result a file, whatever happens to the process. */
export async function runShards(bundles, { jobs, durations }) {
  const lists = share(bundles, jobs, durations);
  const results = await Promise.all(lists.map((list) => runList(list)));
  return results.flat();
}

/** Longest first, each to the list with least to do. */
function share(bundles, jobs, durations) {
  const cost = ({ file }) => durations[file] ?? 1000;
  const lists = Array.from({ length: Math.min(jobs, bundles.length) }, () => ({ cost: 0, of: [] }));
  for (const bundle of [...bundles].sort((a, b) => cost(b) - cost(a))) {
    const least = lists.reduce((a, b) => (b.cost < a.cost ? b : a));
    least.cost += cost(bundle) + 5;
    least.of.push(bundle);
  }
  return lists.map((list) => list.of);
}

async function runList(list) {
  const results = [];
  let left = list;
  while (left.length > 0) {
    const { done, ended } = await runChild(left);
    results.push(...done);
    left = left.slice(done.length);
    if (left.length === 0) break;
    const problem = `  the test process ended in this file (${ended}); was a promise never settled, or process.exit called?`;
    const { file } = left[0];
    results.push({ file, problems: [problem], passed: 0, failed: 1, skipped: 0, ms: 0 });
    left = left.slice(1);
  }
  return results;
}

/** One process over `list`, in order; ends early when a file takes the process down. */
function runChild(list) {
  const child = spawn(
    process.execPath,
    ["--enable-source-maps", WORKER, ...list.flatMap(({ file, module }) => [file, module])],
    { stdio: ["ignore", "inherit", "inherit", "ipc"], env: { ...process.env, FORCE_COLOR: "0" } },
  );
  const done = [];
  let hung = false;
  const watch = () =>
    setTimeout(() => {
      hung = true;
      child.kill("SIGKILL");
    }, SILENCE_MS);
  let timer = watch();
  const stop = () => child.kill();
  process.on("exit", stop);
  return new Promise((resolve) => {
    child.on("message", (result) => {
      done.push(result);
      clearTimeout(timer);
      timer = watch();
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      process.off("exit", stop);
      const ended = hung
        ? `no sign of life for ${SILENCE_MS / 1000} s`
        : (signal ?? `exit code ${code}`);
      resolve({ done, ended });
    });
  });
}
