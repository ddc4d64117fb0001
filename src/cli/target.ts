/** The target that a command compiles for. */
import { codes } from "../driver/codes.js";
import { detectProcessor } from "../driver/host-processor.js";
import { DiagnosticError } from "../support/diagnostic.js";
import type { Host } from "../support/host.js";
import {
  parseTarget,
  type HostProcessor,
  type TargetDescription,
  type TargetKind,
} from "../support/target-description.js";

/** A target as `--target` says it. */
export interface ChosenTarget<K extends string = TargetKind> {
  readonly kind: K;
  /** As written, for what reads libraries. */
  readonly target: string;
  readonly description: TargetDescription;
  readonly processor: HostProcessor | undefined;
}

/** Reads a target that must be of one of the kinds; native code may go without vectors. Throws a DiagnosticError. */
export async function chosenTarget<K extends TargetKind>(
  host: Host,
  written: string,
  kinds: readonly K[],
  { vectors = true }: { readonly vectors?: boolean } = {},
): Promise<ChosenTarget<K>> {
  const isNative = /^\s*(llvm|c)\b/.test(written);
  const text = isNative && !vectors ? `${written} -vector-width=0` : written;
  const processor = isNative ? await detectProcessor(host) : undefined;
  const found = parseTarget(text, processor);
  const fail = (problem: string, known?: readonly string[]): never => {
    const hints = known && { hints: [`known: ${known.join(", ")}`] };
    throw new DiagnosticError(codes.badTarget({ problem, ...hints }));
  };
  if (!("target" in found)) return fail(found.problem, found.known);
  const description = found.target;
  const kind = kinds.find((k) => k === description.kind);
  if (kind === undefined) return fail(`this command has no target \`${description.kind}\``, kinds);
  return { kind, target: text, description, processor };
}
