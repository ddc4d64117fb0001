/** Generated T functions: interpreter and native code must agree bit for bit. */
import { runPrimFunc } from "../../runtime/wasm/run-prim-func.js";
import { interpret } from "../../interp/index.js";
import { nativeInstance } from "../native.js";
import type { Program } from "../generate/program.js";
import type { Campaign, CampaignResult, Failure } from "./campaign.js";
import { firstDifference, programAt, STEP_LIMIT } from "./wasm.js";

/** Runs a program on both; text of what differs, or of why one of them did not run. */
export function compareNative(program: Program): string | undefined {
  const expected = program.makeArgs();
  const outcome = interpret(program.module, program.entry, expected, { stepLimit: STEP_LIMIT });
  if (!outcome.ok) return `interpreter: ${outcome.diagnostic.code} ${outcome.diagnostic.message}`;
  const actual = program.makeArgs();
  const instance = nativeInstance(program.module);
  try {
    const result = runPrimFunc(instance, program.entry, actual);
    if (!result.ok)
      return `llvm: status ${result.status} ${result.reason?.kind} ${result.reason?.message}`;
  } finally {
    instance.dispose();
  }
  return firstDifference(expected, actual);
}

/** The campaign; `text` shows a failing program. */
export const llvmCampaign = (text: (program: Program) => string): Campaign => ({
  name: "llvm",
  summary: "Generated T functions give equal results on the interpreter and as native code.",
  full: 2500,
  run(count, seed, progress): CampaignResult {
    const failures: Failure[] = [];
    for (let index = 0; index < count; index++) {
      const program = programAt(seed, index);
      let reason: string | undefined;
      try {
        reason = compareNative(program);
      } catch (error) {
        reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      }
      if (reason !== undefined) failures.push({ index, reason, input: text(program) });
      if (index % 50 === 49) progress(index + 1);
    }
    return { done: count, failures };
  },
});
