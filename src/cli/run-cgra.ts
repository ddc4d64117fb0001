/** `relaxc run --target cgra`: the host in WebAssembly, the fabric in simulation. */
import { buildForCgra } from "../driver/cgra.js";
import type { EntryGuard } from "../driver/guards.js";
import type { LowerOptions } from "../driver/lower.js";
import { prepareFor } from "../driver/optimise.js";
import { artefactBytes, isKernel, type Signature } from "../driver/run.js";
import { runJob, type JobResult, type RunJob } from "../driver/run-job.js";
import type { IRModule } from "../ir/module.js";
import type { Sink } from "../support/diagnostic.js";
import type { Fabric } from "../target/cgra/index.js";
import { makeDevice, type LayerCounters } from "../target/cgra/host/device.js";

export interface CgraRunner {
  readonly compiled: IRModule;
  readonly run: (job: Omit<RunJob, "program">, print: (text: string) => void) => JobResult;
  readonly layers: readonly LayerCounters[];
}

/** Prepares a function of a program for a fabric; undefined when errors were reported. */
export async function runnerForCgra(
  graph: IRModule,
  lowered: IRModule,
  signature: Signature,
  sink: Sink,
  options: LowerOptions & { readonly fabric: Fabric; readonly producer: string; readonly timeLimitMs: number }, // prettier-ignore
): Promise<CgraRunner | undefined> {
  const guards = new Map<string, readonly EntryGuard[]>();
  const module = isKernel(signature)
    ? lowered
    : await prepareFor("cgra", graph, sink, { ...options, guards });
  const { fabric, producer, timeLimitMs } = options;
  const built = module && buildForCgra(module, sink, { producer, guards, fabric, search: { timeLimitMs } }); // prettier-ignore
  if (module === undefined || built === undefined) return undefined;
  const device = makeDevice(fabric, built.host.kernels);
  const bytes = artefactBytes(built.artefact);
  const program = { kind: "artefact", bytes, file: signature.name } as const;
  const run = (job: Omit<RunJob, "program">, print: (text: string) => void): JobResult =>
    runJob({ ...job, program }, print, device.hosts);
  return { compiled: module, run, layers: device.layers };
}
