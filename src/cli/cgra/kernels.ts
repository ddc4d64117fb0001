import { checkText } from "../../driver/frontend.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { Sink } from "../../support/diagnostic.js";
import { readText, type Host } from "../../support/host.js";
import { kernelFunctions } from "../../target/cgra/index.js";

/** The kernels of a program, or the one named; undefined when errors were reported. */
export async function kernelsOf(
  host: Host,
  file: string,
  only: string | undefined,
  sink: Sink,
): Promise<readonly PrimFunc[] | undefined> {
  const front = checkText({ name: file, text: await readText(host, file) });
  for (const d of front.diagnostics) sink.report(d);
  if (front.failed) return undefined;
  const kernels = kernelFunctions(front.module, sink);
  return only === undefined ? kernels : kernels.filter(({ name }) => name === only);
}
