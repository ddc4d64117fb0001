/** Programs for a fabric and its host: what the fabric runs, and code of the host that drives it. */
import type { Artefact } from "../artefact/index.js";
import type { IRModule } from "../ir/module.js";
import type { Sink } from "../support/diagnostic.js";
import type { Fabric } from "../target/cgra/index.js";
import {
  compileHost,
  type HostOptions,
  type HostProgram,
} from "../target/cgra/host/compile-host.js";
import { kernelCompiler, type FabricKernel } from "../target/cgra/host/compile-kernel.js";
import type { SearchOptions } from "../target/cgra/map/search.js";
import { deviceFiles } from "../target/cgra/host/c/project.js";
import { buildForWasm, type BuildOptions } from "./build.js";
import { buildForC, type CProject, type CProjectOptions } from "./c-project.js";

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
  { fabric, search, ...options }: Pick<CgraBuildOptions, "fabric" | "search"> & HostOptions,
): HostProgram<FabricKernel> | undefined =>
  compileHost(module, fabric, kernelCompiler(fabric, search), sink, options);

/** Compiles a module for a fabric, simulated beside its host; undefined when errors were reported. */
export function buildForCgra(
  module: IRModule,
  sink: Sink,
  options: CgraBuildOptions,
): CgraBuild | undefined {
  const { fabric, search } = options;
  const host = splitForCgra(module, sink, { fabric, search, fallbacks: "sizes" });
  const artefact = host && buildForWasm(host.module, sink, options);
  return artefact && { artefact, host };
}

/** A program as C for the host, with the images of its kernels and drivers for its fabric. */
export interface CgraProject extends CProject {
  readonly host: HostProgram<FabricKernel>;
}

/** Undefined when errors were reported. */
export function projectForCgra(
  module: IRModule,
  sink: Sink,
  options: CProjectOptions & Pick<CgraBuildOptions, "fabric" | "search"> & HostOptions,
): CgraProject | undefined {
  const { fabric, search, fallbacks = "all" } = options;
  const host = splitForCgra(module, sink, { fabric, search, fallbacks });
  const project = host && buildForC(host.module, sink, options);
  if (host === undefined || project === undefined) return undefined;
  const programs = new Map([...host.kernels].map(([name, k]) => [name, k.program]));
  const own = deviceFiles(project.compiled.prefix, fabric, programs, fallbacks === "all");
  return { ...project, host, files: new Map([...project.files, ...own]) };
}
