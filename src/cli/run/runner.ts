/** Which way a function runs, by target and executor. */
import { codes as driverCodes } from "../../driver/codes.js";
import { isKernel, type Signature } from "../../driver/run.js";
import { DiagnosticError } from "../../support/diagnostic.js";
import type { RunContext, Runner } from "./context.js";
import type { RunProgram, TextProgram } from "./program.js";

/** Makes a function ready to run; undefined when errors were reported. */
export async function runnerOf(
  context: RunContext,
  program: RunProgram,
  signature: Signature,
): Promise<Runner | undefined> {
  const { chosen, flags, file } = context;
  const { kind } = chosen;
  const { executor } = flags;
  const isFixed = kind === "c" || kind === "interp" || kind === "cgra";
  if (executor !== undefined && isFixed && (executor !== "aot" || kind === "cgra"))
    throw new DiagnosticError(driverCodes.targetExecutor({ target: kind, executor }));
  const text = (): TextProgram => {
    if (program.loaded.kind === "text") return program.loaded;
    throw new DiagnosticError(driverCodes.needsText({ flag: `--target ${kind}`, file }));
  };
  if (kind === "cgra") return (await import("./cgra.js")).runnerForCgra(context, text(), signature);
  if (kind === "c") return (await import("./c.js")).runnerForC(context, text(), signature);
  const isModel = executor === "aot" && !isKernel(signature) && program.loaded.kind === "text";
  if (isModel && kind !== "interp")
    return (await import("./aot.js")).runnerForAot(kind, context, text(), signature);
  return (await import("./vm.js")).runnerForVm(context, program, signature);
}
