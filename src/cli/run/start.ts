/** Starts jobs under the limits of the flags, and says what they gave. */
import { outputsOf, type Output } from "../../driver/outputs.js";
import { isKernel, type Signature } from "../../driver/run.js";
import { runJob, type JobResult, type RunJob } from "../../driver/run-job.js";
import { tupleValue } from "../../support/value.js";
import type { RunContext } from "./context.js";

type Print = (text: string) => void;

/** Runs a job here, or where a limit is given in a thread that can be ended. */
export async function startJob(
  { host, limits, flags }: RunContext,
  asked: Omit<RunJob, "stepLimit">,
  print: Print,
): Promise<JobResult> {
  const job = { ...asked, stepLimit: flags.stepLimit };
  if (limits.seconds === undefined && limits.memory === undefined) {
    const work = (): JobResult => runJob(job, print);
    return host.busy === undefined ? work() : host.busy(work);
  }
  const { runLimited } = await import("./worker.js");
  return runLimited(job, limits, print, host.interrupted);
}

/** Are kernels to be timed? */
export const isTimed = ({ flags }: Pick<RunContext, "flags">): boolean =>
  flags.profile || flags.trace !== undefined;

/** What a program prints while it runs is part of the result. */
export const printTo =
  ({ out }: Pick<RunContext, "out">): Print =>
  (text) =>
    out(`${text}\n`);

/** What a run gives; a T function gives back what it stored to its tensors. */
export function outputsOfJob(
  signature: Signature,
  { value, args }: Pick<JobResult, "value" | "args">,
): Output[] {
  if (!isKernel(signature)) return outputsOf(value);
  const stored = args.filter((v) => v.kind === "tensor");
  const isVoid = value.kind === "tuple" && value.fields.length === 0;
  return outputsOf(tupleValue(isVoid ? stored : [...stored, value]));
}
