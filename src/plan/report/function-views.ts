/** The arenas of functions at given values of their symbols. */
import type { Int } from "../../support/int.js";
import type { FunctionPlan } from "../relax/plan-function.js";
import { viewOfArena, type ArenaView } from "./arena-view.js";
import type { Figures } from "./text.js";

/** All arenas whose sizes are known. */
export interface FunctionViews {
  readonly views: readonly ArenaView[];
  figuresOf(plan: FunctionPlan, region: number, arena: number): Figures | undefined;
  /** Symbols that sizes depend on, and those of them without a value. */
  readonly needed: readonly string[];
  readonly missing: readonly string[];
  /** Of the function that needs most; null where sizes are not known. */
  readonly total: {
    readonly peak: number | null;
    readonly lowerBound: number | null;
    readonly optimal: boolean;
    readonly solved: boolean;
  };
}

/** Looks at the plans of functions; symbols are known by name. */
export function viewFunctions(
  plans: readonly FunctionPlan[],
  symbols: ReadonlyMap<string, Int>,
): FunctionViews {
  const views: ArenaView[] = [];
  const byArena = new Map<object, ArenaView>();
  const needed = new Set<string>();
  let peak: number | null = 0;
  let lowerBound: number | null = 0;
  let optimal = true;
  for (const { name, regions } of plans) {
    let ofFunction: number | null = 0;
    let boundOfFunction: number | null = 0;
    for (const { plan } of regions) {
      const values = plan.symbols.map((s) => Number(symbols.get(s.name) ?? NaN));
      plan.symbols.forEach(({ name: symbol }) => needed.add(symbol));
      const known = values.every((value) => Number.isSafeInteger(value));
      for (const arena of plan.arenas) {
        const title = arena.id === "workspace" ? name : `${name}: ${arena.id}`;
        const view = viewOfArena(plan, arena, title, known ? values : undefined);
        const { proof } = arena.stats;
        optimal &&= proof !== undefined || (view !== undefined && view.peak === view.lowerBound);
        ofFunction = sum(ofFunction, view?.peak);
        boundOfFunction = sum(boundOfFunction, view?.lowerBound);
        if (view === undefined) continue;
        views.push(view);
        byArena.set(arena, view);
      }
    }
    peak = larger(peak, ofFunction);
    lowerBound = larger(lowerBound, boundOfFunction);
  }
  return {
    views,
    needed: [...needed].sort(),
    missing: [...needed].filter((symbol) => !symbols.has(symbol)).sort(),
    figuresOf: (plan, region, arena) => byArena.get(plan.regions[region]!.plan.arenas[arena]!),
    total: { peak, lowerBound, optimal, solved: true },
  };
}

const sum = (a: number | null, b: number | undefined): number | null =>
  a === null || b === undefined ? null : a + b;

const larger = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : Math.max(a, b);
