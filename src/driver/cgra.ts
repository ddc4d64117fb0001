/** Programs for a fabric and its host: what the fabric runs, and code of the host that drives it. */
import type { Artefact } from "../artefact/index.js";
import type { IRModule } from "../ir/module.js";
import type { Sink } from "../support/diagnostic.js";
import type { Fabric } from "../target/cgra/index.js";
import { compileHost, type HostProgram } from "../target/cgra/host/compile-host.js";
import { kernelCompiler, type FabricKernel } from "../target/cgra/host/compile-kernel.js";
import type { SearchOptions } from "../target/cgra/map/search.js";
import { buildForWasm, type BuildOptions } from "./build.js";

export interface CgraBuildOptions extends BuildOptions {
  readonly fabric: Fabric;
  readonly search?: SearchOptions | undefined;
}

/** A program with its host in WebAssembly; `host.kernels` are for the device. */
export interface CgraBuild {
  readonly artefact: Artefact;
  readonly host: HostProgram<FabricKernel>;
}

/** The functions that drive the fabric, and its kernels; undefined when errors were reported. */
export const splitForCgra = (
  module: IRModule,
  sink: Sink,
  { fabric, search }: Pick<CgraBuildOptions, "fabric" | "search">,
): HostProgram<FabricKernel> | undefined =>
  compileHost(module, fabric, kernelCompiler(fabric, search), sink);

/** Compiles a module for a fabric, simulated beside its host; undefined when errors were reported. */
export function buildForCgra(
  module: IRModule,
  sink: Sink,
  options: CgraBuildOptions,
): CgraBuild | undefined {
  const host = splitForCgra(module, sink, options);
  const artefact = host && buildForWasm(host.module, sink, options);
  return artefact && { artefact, host };
}
