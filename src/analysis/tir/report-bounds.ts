/** Diagnostics of the bounds of accesses. */
import { exprText } from "../../arith/index.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { Label, Sink } from "../../support/diagnostic.js";
import { shp } from "../codes.js";
import { boundsOf, type AccessPlace, type BoundsReport } from "./bounds.js";
import { guardText } from "./merge-guards.js";

/** Reports what {@link boundsOf} found; accesses left to the run time only on request. */
export function reportBounds(func: PrimFunc, sink: Sink, showUnknown: boolean): BoundsReport {
  const report = boundsOf(func);
  for (const r of report.refuted) {
    const { buffer, axis, index, limit, witness, text, span } = r;
    const shape = `(${buffer.shape.map(exprText).join(", ")}${buffer.shape.length === 1 ? "," : ""})`;
    sink.report(
      shp.outOfBounds({
        access: text,
        witness: witness === "" ? "any input" : witness,
        position: axis,
        index,
        extent: limit,
        buffer: buffer.name,
        at: span ?? func.span,
        label: `index ${axis} is ${index}`,
        ...(buffer.span && {
          labels: [{ span: buffer.span, message: `\`${buffer.name}\` has shape ${shape}` }],
        }),
      }),
    );
  }
  if (report.guards.length > 0) reportGuards(func, report, sink);
  if (showUnknown) {
    for (const place of report.unknown)
      sink.report(shp.boundsUnknown({ access: place.text, func: func.name, at: place.span }));
  }
  return report;
}

function reportGuards(func: PrimFunc, { guards }: BoundsReport, sink: Sink): void {
  const places = distinct(guards.flatMap((g) => g.accesses));
  const [first, ...rest] = places;
  const names = places.slice(0, 4).map((p) => `\`${p.text}\``);
  const more = places.length > 4 ? [`${places.length - 4} more`] : [];
  const list = [...names, ...more];
  const accesses =
    list.length === 1 ? list[0]! : `${list.slice(0, -1).join(", ")} and ${list[list.length - 1]}`;
  const labels = rest
    .slice(0, 5)
    .flatMap((p): Label[] => (p.span ? [{ span: p.span, message: "this one too" }] : []));
  const notes = guards.map(
    (g) =>
      `${distinct(g.accesses)
        .map((p) => `\`${p.text}\``)
        .join(", ")}: \`${exprText(g.cond)}\``,
  );
  sink.report(
    shp.boundsGuard({
      func: func.name,
      accesses,
      are: list.length === 1 ? "is" : "are",
      guard: guardText(guards),
      at: first?.span ?? func.span,
      label: `needs \`${exprText(guards[0]!.cond)}\``,
      labels,
      notes: guards.length > 1 ? notes : [],
    }),
  );
}

function distinct(places: readonly AccessPlace[]): AccessPlace[] {
  const seen = new Set<string>();
  return places.filter((p) => !seen.has(p.text) && Boolean(seen.add(p.text)));
}
