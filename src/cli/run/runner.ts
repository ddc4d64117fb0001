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
  const { chosen, fabric, flags, file } = context;
  const { kind } = chosen;
  refuseUnknown(context);
  const text = (flag = `--target ${kind}`): TextProgram => {
    if (program.loaded.kind === "text") return program.loaded;
    throw new DiagnosticError(driverCodes.needsText({ flag, file }));
  };
  if (fabric !== undefined)
    return (await import("./cgra.js")).runnerForCgra({ ...context, fabric }, text(), signature);
  if (kind === "c") return (await import("./c.js")).runnerForC(context, text(), signature);
  const isModel = flags.executor === "aot" && !isKernel(signature);
  if (isModel && kind !== "interp" && kind !== "cgra") {
    const model = text("--executor aot");
    return (await import("./aot.js")).runnerForAot(kind, context, model, signature);
  }
  return (await import("./vm.js")).runnerForVm(context, program, signature);
}

/** Throws a DiagnosticError where the target has no such executor, or times nothing. */
function refuseUnknown({ chosen, flags }: RunContext): void {
  const { kind: target } = chosen;
  const { executor } = flags;
  const isFixed = target === "c" || target === "interp" || target === "cgra";
  if (executor !== undefined && isFixed && (executor !== "aot" || target === "cgra"))
    throw new DiagnosticError(driverCodes.targetExecutor({ target, executor }));
  const timing = flags.trace !== undefined ? "--trace" : flags.profile ? "--profile" : undefined;
  // A fabric has a profile of its own: the cycles of layers.
  const hasTimes = target === "cgra" ? timing === "--profile" : !isFixed;
  if (timing !== undefined && !hasTimes)
    throw new DiagnosticError(driverCodes.untimed({ flag: timing, target }));
}
