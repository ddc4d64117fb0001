/** Campaigns in parts: ranges of inputs, each run by a process of its own. */
import { fork } from "node:child_process";
import type { CampaignResult } from "./campaign.js";

/** Some inputs of a campaign. */
export interface Part {
  readonly first: number;
  readonly count: number;
}

/** Inputs of a process, which takes the next ones when it has done them. */
const MOST = 400;

/** `count` inputs from `first` in parts of nearly equal length, enough of them for so many processes. */
export function partsOf({ first, count }: Part, jobs: number): readonly Part[] {
  const size = Math.max(1, Math.min(MOST, Math.ceil(count / jobs)));
  const parts: Part[] = [];
  for (let at = 0; at < count; at += size)
    parts.push({ first: first + at, count: Math.min(size, count - at) });
  return parts;
}

/** The result of all parts; shares are means over inputs. */
export function joined(results: readonly CampaignResult[]): CampaignResult {
  const done = results.reduce((n, r) => n + r.done, 0);
  const total = (
    of: (r: CampaignResult) => Readonly<Record<string, number>> | undefined,
    weight: (r: CampaignResult) => number,
  ): Record<string, number> => {
    const sums: Record<string, number> = {};
    for (const r of results)
      for (const [name, n] of Object.entries(of(r) ?? {})) sums[name] = (sums[name] ?? 0) + n * weight(r); // prettier-ignore
    return Object.fromEntries(Object.entries(sums).sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return {
    done,
    failures: results.flatMap((r) => r.failures).sort((a, b) => a.index - b.index),
    coverage: total((r) => r.coverage, (r) => r.done / done), // prettier-ignore
    equal: total((r) => r.equal, () => 1), // prettier-ignore
  };
}

/** Runs the script on each part, so many at a time; it must end with {@link answer}. An interrupt ends it early. */
export async function inProcesses(
  script: string,
  parts: readonly Part[],
  jobs: number,
  argumentsOf: (part: Part) => readonly string[],
  progress: (done: number) => void,
): Promise<CampaignResult> {
  const results: CampaignResult[] = [];
  const left = [...parts];
  const stopped = new Promise<void>((resolve) => process.once("SIGINT", () => resolve()));
  const work = async (): Promise<void> => {
    for (let part = left.shift(); part !== undefined; part = left.shift()) {
      results.push(await inProcess(script, part, argumentsOf(part)));
      progress(results.reduce((n, r) => n + r.done, 0));
    }
  };
  await Promise.race([Promise.all(Array.from({ length: jobs }, work)), stopped]);
  left.length = 0;
  return joined(results);
}

function inProcess(
  script: string,
  { first, count }: Part,
  args: readonly string[],
): Promise<CampaignResult> {
  // prettier-ignore
  return new Promise((resolve, reject) => {
    const child = fork(script, args);
    let result: CampaignResult | undefined;
    child.on("message", (message) => void (result = message as CampaignResult));
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (result !== undefined) return resolve(result);
      reject(new Error(`inputs ${first} to ${first + count - 1}: the process ended with ${signal ?? `code ${code}`}`)); // prettier-ignore
    });
  });
}

/** Gives the result to the process that started this one; false when none waits for it. */
export function answer(result: CampaignResult): boolean {
  if (process.send === undefined) return false;
  process.send(result);
  return true;
}
