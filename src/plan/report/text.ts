/** Reports of placements for terminals. */
import { renderTable } from "../../support/table.js";
import type { FunctionPlan } from "../relax/plan-function.js";
import type { ArenaStats, Proof } from "../model.js";
import type { StaticPlacement } from "../static/problem.js";

/** What each proof says. */
const PROOFS: Readonly<Record<Proof, string>> = {
  bound: "optimal: the lower bound is met",
  exhausted: "optimal: a search tried everything below",
  transitive: "optimal at all sizes: the order of the buffers is transitive",
  dominated: "optimal at all sizes: what is live at some point dominates each way up",
};

/** A line for each figure of one placement. */
export function placementText(count: number, placement: StaticPlacement): string {
  const { peak, lowerBound, proof, method, nodes } = placement;
  return pairs([
    ["buffers", String(count)],
    ["lower bound", `${lowerBound} bytes`],
    ["peak", `${peak} bytes${ratioText(peak, lowerBound)}`],
    ["proof", proof === undefined ? "none that it is optimal" : PROOFS[proof]],
    ["method", nodes === 0 ? method : `${method}, ${nodes} nodes`],
  ]);
}

const ratioText = (peak: number, bound: number): string =>
  bound === 0 ? "" : ` (${(peak / bound).toFixed(4)} × the bound)`;

/** Bytes of an arena at the sizes asked for. */
export interface Figures {
  readonly peak: number;
  readonly lowerBound: number;
}

/** A table with a row for each arena of each function; `figuresOf` gives bytes where they are known. */
export function functionsText(
  plans: readonly FunctionPlan[],
  figuresOf: (plan: FunctionPlan, region: number, arena: number) => Figures | undefined,
): string {
  const rows = plans.flatMap((plan) =>
    plan.regions.flatMap((region, r) =>
      region.plan.arenas.map(({ id, buffers, stats }, a) => {
        const figures = figuresOf(plan, r, a);
        return [
          plan.name,
          r === 0 ? id : `${id} after ${region.after?.var.name ?? "the start"}`,
          String(buffers.length),
          figures === undefined ? "by shape" : String(figures.lowerBound),
          figures === undefined ? "by shape" : String(figures.peak),
          qualityText(stats),
        ];
      }),
    ),
  );
  if (rows.length === 0) return "nothing to place beside inputs and outputs\n";
  return renderTable(
    [
      { title: "function" },
      { title: "arena" },
      { title: "buffers", align: "right" },
      { title: "lower bound", align: "right" },
      { title: "bytes", align: "right" },
      { title: "quality" },
    ],
    rows,
  );
}

function qualityText({ proof, tested, method }: ArenaStats): string {
  if (proof !== undefined) return PROOFS[proof];
  if (tested === undefined) return `${method}; no proof that it is optimal`;
  return `${method}: at most ${tested.worst.toFixed(4)} × the bound at ${tested.shapes} shapes tried`;
}

const pairs = (rows: readonly (readonly [string, string])[]): string =>
  renderTable([{ title: "" }, { title: "" }], rows);
