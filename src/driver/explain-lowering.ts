/** A lowering that writes down how it decides. */
import type { OpLowering } from "../op/lowering.js";
import { positionAt } from "../support/source.js";
import { placeText, type TemplateLowering } from "../template/select/lowering.js";
import { typesOf } from "../template/select/facts.js";

/** The same lowering, and the text of all its decisions so far. */
export function explained(lowering: TemplateLowering): {
  readonly lowering: OpLowering;
  readonly text: () => string;
} {
  const lines: string[] = [];
  return {
    text: () => lines.map((line) => `${line}\n`).join(""),
    lowering: {
      ...lowering,
      lower(call, site) {
        const lowered = lowering.lower(call, site);
        if (lowered.kind === "structural" || call.op.kind !== "relax.Op") return lowered;
        const indent = "  ".repeat(site.expanding?.length ?? 0);
        const at = call.span && positionAt(call.span.source, call.span.start);
        const place =
          at === undefined ? "" : ` at ${call.span!.source.name}:${at.line}:${at.column}`;
        const types = typesOf(call.args.map((a) => site.infer.infoOf(a)));
        lines.push(`${indent}relax.${call.op.name} on (${types})${place}`);
        for (const { template, reason } of lowering.explain(call, site))
          lines.push(
            `${indent}  ${placeText(template)}: ${reason === undefined ? "taken" : reason.message}`,
          );
        if (lowered.kind === "none")
          lines.push(`${indent}  not lowered: ${lowered.diagnostic.message}`);
        return lowered;
      },
    },
  };
}
