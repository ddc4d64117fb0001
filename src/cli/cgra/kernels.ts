import { checkText } from "../../driver/frontend.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { Sink } from "../../support/diagnostic.js";
import { readText, type Host } from "../../support/host.js";
import type { Source } from "../../support/source.js";
import { didYouMean } from "../../support/suggest.js";
import { codes, kernelFunctions } from "../../target/cgra/index.js";

/** The kernels of a program file, or the one named; undefined when errors were reported. */
export async function kernelsOf(
  host: Host,
  file: string,
  only: string | undefined,
  sink: Sink,
): Promise<readonly PrimFunc[] | undefined> {
  return kernelsOfText({ name: file, text: await readText(host, file) }, only, sink);
}

/** The kernels of a program, or the one named; undefined when errors were reported. */
export function kernelsOfText(
  source: Source,
  only: string | undefined,
  sink: Sink,
): readonly PrimFunc[] | undefined {
  const front = checkText(source);
  for (const d of front.diagnostics) sink.report(d);
  if (front.failed) return undefined;
  const kernels = kernelFunctions(front.module, sink);
  if (kernels.length === 0) return undefined;
  const chosen = kernels.filter(({ name }) => only === undefined || name === only);
  if (only !== undefined && chosen.length === 0) {
    const names = kernels.map(({ name }) => name);
    const suggestion = didYouMean(only, names) ?? `kernels are ${names.join(", ")}`;
    sink.report(codes.unknownKernel({ name: only, suggestion }));
    return undefined;
  }
  return chosen;
}
