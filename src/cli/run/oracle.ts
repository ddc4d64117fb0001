/** `--oracle`: outputs compared with those of the reference interpreter. */
import { codes as driverCodes } from "../../driver/codes.js";
import { difference, type Output } from "../../driver/outputs.js";
import type { Signature } from "../../driver/run.js";
import type { JobProgram } from "../../driver/run-job.js";
import type { IRModule } from "../../ir/module.js";
import { DiagnosticError } from "../../support/diagnostic.js";
import type { Value } from "../../support/value.js";
import type { RunContext } from "./context.js";
import type { TextProgram } from "./program.js";
import { outputsOfJob, startJob } from "./start.js";

/** What ran, and what it gave. */
export interface Observed {
  readonly signature: Signature;
  readonly values: readonly Value[];
  readonly outputs: readonly Output[];
  /** The module whose loops ran. */
  readonly compiled: IRModule | undefined;
}

/**
 * Outputs are those of the text bit by bit, or within the tolerance where schedules add up in another order; then they
 * are those of the scheduled loops bit by bit, unless fused products round once or elements approximate. Throws a DiagnosticError otherwise.
 */
export async function compareWithOracle(
  context: RunContext,
  text: TextProgram,
  { signature, values, outputs, compiled }: Observed,
  tolerance: number,
): Promise<void> {
  const { chosen, flags, say } = context;
  const { kind, target, processor, description } = chosen;
  const asWritten = await interpreted(text);
  if (!differs(asWritten, 0)) return say("equal to the reference interpreter, bit by bit\n");
  const fuses = kind !== "interp" && !flags.noFma && (kind === "c" || description.fma);
  // Special elements of fabrics are right to two units in the last place.
  const isRounded = fuses || (kind === "cgra" && description.features.has("sfu"));
  const isReordered = compiled !== undefined && compiled !== text.module;
  mustEqual(asWritten, isReordered || isRounded ? tolerance : 0, "the program as written");
  if (!isReordered || kind === "interp")
    return say(`equal to the reference interpreter within ${flags.tol}\n`);
  const prepared = { kind, target, processor };
  const asCompiled = await interpreted({ ...text, module: compiled, prepared });
  mustEqual(asCompiled, isRounded ? tolerance : 0, "the loops as compiled");
  const how = differs(asCompiled, 0) ? `within ${flags.tol}` : "bit by bit";
  say(`equal to the reference interpreter within ${flags.tol} as written, ${how} as compiled\n`);

  /** What it prints was printed by the run itself. */
  async function interpreted(program: JobProgram): Promise<Output[]> {
    const job = { program, entry: signature.name, args: values };
    return outputsOfJob(signature, await startJob(context, job, () => undefined));
  }

  function differs(expected: readonly Output[], within: number): boolean {
    return outputs.some(
      ({ value }, k) => difference(value, expected[k]!.value, within, "typical") !== undefined,
    );
  }

  function mustEqual(expected: readonly Output[], within: number, what: string): void {
    for (const [index, { value }] of outputs.entries()) {
      const found = difference(value, expected[index]!.value, within, "typical");
      if (found !== undefined)
        throw new DiagnosticError(driverCodes.differsFromOracle({ index, what: found, of: what }));
    }
  }
}
