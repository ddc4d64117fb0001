/** Random calls of operators: where the rule accepts one, interpreter and WebAssembly must agree. */
import { checkText } from "../../driver/frontend.js";
import { allOps } from "../../op/registry.js";
import { generateOpCall, type OpCallProgram } from "../generate/op-call.js";
import { makeRandom } from "../generate/random.js";
import { isOutside } from "../op-cases/coverage.js";
import { outcomesDiffer, runBoth, type BothOutcomes } from "../op-cases/run-both.js";
import type { Campaign, CampaignResult, Failure } from "./campaign.js";

/** Calls tried until the rule of the operator accepts one. */
const TRIES = 150;
const BATCH = 200;

interface Numbered extends OpCallProgram {
  readonly index: number;
}

/** Call number `index` of a seed: one that the operator accepts, if it is found. */
export function opCallAt(seed: number, index: number): OpCallProgram | undefined {
  const ops = allOps().filter((op) => !isOutside(op));
  const rng = makeRandom(seed * 1_000_003 + index);
  const op = ops[index % ops.length]!;
  for (let k = 0; k < TRIES; k++) {
    const call = generateOpCall(rng, op);
    if (!checkText({ name: "call.relax", text: call.program }).failed) return call;
  }
  return undefined;
}

/** Text of what is wrong with a call; a refusal with a diagnostic is none. */
function fault({ refused, interpreted, compiled }: BothOutcomes<Numbered>): string | undefined {
  if (refused !== undefined) return refused.isDiagnostic ? undefined : refused.reason;
  if (typeof interpreted !== "string" && typeof compiled !== "string")
    return outcomesDiffer(interpreted, compiled);
  if (typeof interpreted === "string" && typeof compiled === "string") return undefined;
  return typeof interpreted === "string"
    ? `interpreter alone stops: ${interpreted}`
    : `WebAssembly alone stops: ${String(compiled)}`;
}

export const opsCampaign: Campaign = {
  name: "ops",
  summary: "Calls of operators give equal results on the interpreter and on WebAssembly.",
  full: 5000,
  run(count, seed, progress): CampaignResult {
    const failures: Failure[] = [];
    let [accepted, refused, ran] = [0, 0, 0];
    const shown = new Set<string>();
    for (let at = 0; at < count; at += BATCH) {
      const calls: Numbered[] = [];
      for (let index = at; index < Math.min(at + BATCH, count); index++) {
        const call = opCallAt(seed, index);
        if (call !== undefined) calls.push({ ...call, index });
      }
      accepted += calls.length;
      for (const outcomes of runBoth(calls)) {
        const { index, op, program } = outcomes.program;
        if (outcomes.refused?.isDiagnostic === true) refused++;
        if (typeof outcomes.interpreted !== "string") {
          ran++;
          shown.add(op);
        }
        const reason = fault(outcomes);
        if (reason !== undefined) failures.push({ index, reason, input: program });
      }
      progress(Math.min(at + BATCH, count));
    }
    const ops = allOps().filter((op) => !isOutside(op)).length;
    const percent = (n: number, of: number): number => (of === 0 ? 0 : (100 * n) / of);
    return {
      done: count,
      failures,
      coverage: {
        "accepted by the rule": percent(accepted, count),
        "refused by lowering": percent(refused, count),
        "ran to the end": percent(ran, count),
        "operators that ran": percent(shown.size, ops),
      },
    };
  },
};
