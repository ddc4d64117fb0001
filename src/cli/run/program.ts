/** The program that `relaxc run` is given: a built artefact, or a text whose operators are lowered. */
import { decodeArtefact, isArtefact } from "../../artefact/index.js";
import { checkText } from "../../driver/frontend.js";
import { lowerModule } from "../../driver/lower.js";
import { signaturesOf, type Signature } from "../../driver/run.js";
import type { JobProgram } from "../../driver/run-job.js";
import { decodeSignatures } from "../../driver/signatures.js";
import type { IRModule } from "../../ir/module.js";
import { decodeText } from "../../support/host.js";
import { inputsOf, librariesOf } from "../inputs.js";
import { elaborateOptions } from "../program-options.js";
import { reporting, type RunContext } from "./context.js";

/** A checked text. */
export interface TextProgram extends Extract<JobProgram, { kind: "text" }> {
  /** Its operators lowered for no target: what the interpreter runs. */
  readonly module: IRModule;
  /** As it is written. */
  readonly graph: IRModule;
}

export interface RunProgram {
  readonly signatures: ReadonlyMap<string, Signature>;
  readonly loaded: Extract<JobProgram, { kind: "artefact" }> | TextProgram;
}

/** Reads a file; undefined when errors were reported. */
export async function readProgram(
  { host, flags, report }: Pick<RunContext, "host" | "flags" | "report">,
  { path, isStdin }: Awaited<ReturnType<typeof inputsOf>>[number],
): Promise<RunProgram | undefined> {
  const raw = isStdin ? await host.readStdin() : await host.readBytes(path);
  if (path.endsWith(".rxe") || isArtefact(raw)) {
    const { manifest } = decodeArtefact(raw, path);
    const signatures = decodeSignatures(manifest.signatures);
    return { signatures, loaded: { kind: "artefact", bytes: raw, file: path } };
  }
  const source = { name: path, text: decodeText(path, raw) };
  const options = elaborateOptions(flags);
  const front = checkText(source, options);
  report({ file: path, diagnostics: front.diagnostics.filter((d) => d.severity === "error") });
  if (front.failed) return undefined;
  const libraries = await librariesOf(host, flags.lib);
  const module = await reporting({ file: path, report }, (sink) =>
    lowerModule(front.module, sink, { libraries, target: "interp" }),
  );
  if (module === undefined) return undefined;
  const loaded = { kind: "text", source, options, libraries, module, graph: front.module } as const;
  return { signatures: signaturesOf(module), loaded };
}
