/** The loop of peers that run in Node: one JSON line a request, one an answer. */
import { createInterface } from "node:readline";

const cpuMicros = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** The best CPU time of a call in seconds; short calls are timed together. */
export async function round(call, seconds) {
  let start = cpuMicros();
  await call();
  const count = Math.max(1, Math.floor(4000 / Math.max(1, cpuMicros() - start)));
  const end = performance.now() + seconds * 1000;
  let best = Infinity;
  do {
    start = cpuMicros();
    for (let i = 0; i < count; i++) await call();
    best = Math.min(best, (cpuMicros() - start) / count);
  } while (performance.now() < end);
  return best / 1e6;
}

/** Answers with what the handler of a request gives. */
export async function serve(handlers) {
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    let answer;
    try {
      answer = (await handlers[request.do](request)) ?? {};
    } catch (error) {
      answer = { error: String(error?.message ?? error).split("\n")[0] };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}
