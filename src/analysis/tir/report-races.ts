/** Diagnostics of conflicts between iterations. */
import { exprText } from "../../arith/index.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { Sink } from "../../support/diagnostic.js";
import { wft } from "../codes.js";
import { findRaces, type Concurrent, type Race } from "./races.js";
import type { Access } from "./walk.js";

/** Reports proved conflicts; possible ones only on request. */
export function reportRaces(func: PrimFunc, sink: Sink, showUnknown: boolean): void {
  const { races, unknown } = findRaces(func);
  const seen = new Set<string>();
  for (const race of races) {
    // A loop and the block inside it have the same cause.
    const key = `${race.write.buffer.name}|${race.write.span?.start}`;
    if (seen.has(key)) continue;
    seen.add(key);
    sink.report(diagnosticOf(race, func));
  }
  if (!showUnknown) return;
  for (const { group, buffer } of unknown) {
    sink.report(
      wft.possibleRace({
        loop: nameOf(group),
        buffer: buffer.name,
        at: spanOf(group) ?? func.span,
      }),
    );
  }
}

const accessText = (a: Access): string =>
  a.buffer.scalar ? a.buffer.name : `${a.buffer.name}[${a.indices.map(exprText).join(", ")}]`;
const spanOf = (group: Concurrent): Access["span"] =>
  group.kind === "loop" ? group.loop.span : group.block.span;

function nameOf(group: Concurrent): string {
  if (group.kind === "block")
    return group.block.name === "" ? "the block" : `block \`${group.block.name}\``;
  return `the ${group.loop.loopKind} loop \`${group.loop.var.name}\``;
}

function wayOut(race: Race): string {
  const { group } = race;
  if (group.kind === "loop")
    return `make \`${group.loop.var.name}\` a serial loop: \`T.serial\`, or index \`${race.write.buffer.name}\` by it`;
  return `make \`${race.differsIn.name}\` a reduction (\`R\`) if it accumulates, or index \`${race.write.buffer.name}\` by it`;
}

function diagnosticOf(race: Race, func: PrimFunc): ReturnType<(typeof wft)["storeRace"]> {
  const { group, write, other, differsIn, first, second } = race;
  const at = write.span ?? func.span;
  const access = accessText(write);
  if (group.kind === "block" && isUpdate(race)) {
    const label = `written for ${first} and for ${second}`;
    const axis = differsIn.span;
    return wft.spatialReduction({
      axis: differsIn.name,
      block: group.block.name,
      access,
      ...(axis === undefined
        ? { at, label }
        : {
            at: axis,
            label: "spatial",
            labels: at === undefined ? [] : [{ span: at, message: label }],
          }),
    });
  }
  const more = { loop: nameOf(group), first, second, way: wayOut(race), at };
  if (other.isWrite) return wft.storeRace({ ...more, access });
  return wft.loadRace({
    ...more,
    at: other.span ?? at,
    access: accessText(other),
    other: access,
    first: second,
    second: first,
    ...(write.span && { labels: [{ span: write.span, message: "written here" }] }),
  });
}

/** `C[i] = C[i] + …` */
function isUpdate({ write, other }: Race): boolean {
  if (write.node.kind !== "tir.Store") return false;
  const target = accessText(write);
  if (!other.isWrite) return accessText(other) === target;
  return exprText(write.node.value).includes(target);
}
