/** What the parts of `relaxc run` work with: the command's context, and what its flags say. */
import type { EntryGuard } from "../../driver/guards.js";
import type { Output } from "../../driver/outputs.js";
import type { IRModule } from "../../ir/module.js";
import type { CallRecord } from "../../runtime/profile/profiler.js";
import { Diagnostics, type Sink } from "../../support/diagnostic.js";
import type { Value } from "../../support/value.js";
import type { Fabric } from "../../target/cgra/index.js";
import type { Context } from "../command.js";
import type { ChosenTarget } from "../target.js";
import { version } from "../version.js";
import type { runFlags } from "./flags.js";
import type { TextProgram } from "./program.js";
import type { RunLimits } from "./worker.js";

export interface RunContext extends Context<typeof runFlags> {
  /** The program's file, as messages name it. */
  readonly file: string;
  readonly chosen: ChosenTarget;
  /** Of target `cgra`. */
  readonly fabric: Fabric | undefined;
  readonly limits: RunLimits;
}

/** What a run gives. */
export interface RunResult {
  readonly outputs: readonly Output[];
  /** Calls of kernels, when they were timed. */
  readonly calls?: readonly CallRecord[] | undefined;
}

/** A function made ready to run. */
export interface Runner {
  /** The module whose loops run; undefined of an artefact. */
  readonly compiled: IRModule | undefined;
  readonly run: (values: readonly Value[]) => Promise<RunResult>;
}

/** How a program is lowered for the target, and code is made of it; guards found while lowering go on to the code. */
export const compileOptions = ({ chosen, flags }: RunContext, { libraries }: TextProgram) => ({
  libraries,
  target: chosen.target,
  processor: chosen.processor,
  description: chosen.description,
  guards: new Map<string, readonly EntryGuard[]>(),
  producer: `relaxc ${version}`,
  fma: !flags.noFma,
});

/** Reports what was found in the program's file while `work` ran, and gives what it made. */
export async function reporting<T>(
  { file, report }: Pick<RunContext, "file" | "report">,
  work: (sink: Sink) => T | Promise<T>,
): Promise<T> {
  const sink = new Diagnostics();
  const made = await work(sink);
  report({ file, diagnostics: sink.all });
  return made;
}
