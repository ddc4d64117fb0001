/**
 * Plans for sizes that depend on symbols: orientations found at some shapes that serve all. First a transitive
 * orientation, then one with a certificate, otherwise the few that are best together at the reference shapes.
 */
import type { PrimExpr } from "../../ir/tir/expr.js";
import type { SymbolicLayout } from "../../support/placement/layout.js";
import {
  orientationOf,
  reduced,
  stackOf,
  type Orientation,
} from "../../support/placement/orientation.js";
import { lowerBound, sectionsOf, type Sections } from "../../support/placement/sections.js";
import { sizeEvaluator } from "../../support/placement/size-program.js";
import { roundUp } from "../../support/placement/units.js";
import type { ArenaStats, SizeSymbol } from "../model.js";
import { placeStatic } from "../static/place.js";
import { compileSizes } from "./compile-sizes.js";
import { isDominated, sizePolynomials } from "./domination.js";
import { referenceShapes } from "./shapes.js";
import { transitiveOrder } from "./transitive.js";

/** Lives and sizes of an arena's buffers. */
export interface SymbolicProblem {
  readonly symbols: readonly SizeSymbol[];
  readonly lives: readonly { readonly lower: number; readonly upper: number }[];
  readonly sizes: readonly PrimExpr[];
  /** Alignment of all offsets. */
  readonly align: number;
}

/** A layout for all values of the symbols, and what is known of its quality. */
export interface SymbolicPlan {
  readonly layout: SymbolicLayout;
  readonly stats: ArenaStats;
}

/** Orientations of one plan. */
const POOL = 8;
/** Nodes of the exact search at one reference shape. */
const NODES = 3000;
/** Orientations that are tried for a certificate. */
const CERTIFIED = 8;
/** Number of buffers above which fewer shapes are looked at. */
const MANY = 2000;
const FEW_SHAPES = 6;

/** Sizes at one reference shape, with their lower bound. */
interface Reference {
  readonly size: Float64Array;
  readonly bound: number;
}

/** Plans an arena; sizes must be arithmetic over the symbols. */
export function planSymbolic(problem: SymbolicProblem): SymbolicPlan {
  const { symbols, lives, sizes, align } = problem;
  const sections = sectionsOf({
    lower: lives.map((b) => b.lower),
    upper: lives.map((b) => b.upper),
  });
  const program = compileSizes(
    sizes,
    symbols.map((s) => s.variable),
  );
  const layoutOf = (orientations: Orientation[], provedRatio?: number): SymbolicLayout => ({
    kind: "symbolic",
    align,
    sizes: program,
    sections: sections.count,
    first: [...sections.first],
    end: [...sections.end],
    orientations,
    ...(provedRatio === undefined ? {} : { provedRatio }),
  });
  const transitive = transitiveOrder(sections);
  if (transitive !== undefined) {
    const layout = layoutOf([reduced(sections, transitive)], 1);
    return { layout, stats: { proof: "transitive", method: "transitive orientation" } };
  }
  const evaluator = sizeEvaluator(program);
  const references = referenceShapes(symbols)
    .slice(0, sizes.length > MANY ? FEW_SHAPES : undefined)
    .flatMap((shape): Reference[] => {
      const bytes = evaluator.at(shape);
      if (!bytes.every((exact) => exact >= 0)) return [];
      const size = bytes.map((exact) => roundUp(exact, align));
      return [{ size, bound: lowerBound(sections, size) }];
    });
  const candidates = candidatesAt(references, problem, sections);
  const polynomials = sizePolynomials(sizes, symbols, align);
  const certified = candidates
    .slice(0, CERTIFIED)
    .find((c) => polynomials.some((sizesAs) => isDominated(c, sections, sizesAs)));
  if (certified !== undefined) {
    const stats: ArenaStats = { proof: "dominated", method: "certified orientation" };
    return { layout: layoutOf([certified], 1), stats };
  }
  const { chosen, worst } = chooseTogether(candidates, references);
  const method = `${chosen.length} orientation${chosen.length === 1 ? "" : "s"}`;
  const tested = { shapes: references.length, worst };
  return { layout: layoutOf(chosen), stats: { method, tested } };
}

/** Distinct orientations, each the best that placement finds at a shape where the earlier ones miss the bound. */
function candidatesAt(
  references: readonly Reference[],
  { lives }: SymbolicProblem,
  sections: Sections,
): Orientation[] {
  const found: Orientation[] = [];
  const stacks: ReturnType<typeof stackOf>[] = [];
  const offset = new Float64Array(lives.length);
  const always = Math.min(CERTIFIED, references.length);
  references.forEach(({ size, bound }, k) => {
    // Sizes in proportion have the same placements.
    if (references.slice(0, k).some((other) => isInProportion(size, other.size))) return;
    // The first few are made in any case: one of them may have a certificate.
    if (k >= always && stacks.some((stack) => stack.place(size, offset) <= bound)) return;
    const buffers = lives.map((life, b) => ({ ...life, id: String(b), size: size[b]! }));
    const { offsets } = placeStatic(buffers, { nodes: NODES });
    const orientation = orientationOf(sections, offsets);
    if (found.some((other) => sameOrientation(other, orientation))) return;
    found.push(orientation);
    stacks.push(stackOf(orientation));
  });
  if (found.length === 0) found.push(orientationOf(sections, new Float64Array(lives.length)));
  return found;
}

/** Whether sizes are those of a shape where not all are 0, times one factor. */
function isInProportion(size: Float64Array, other: Float64Array): boolean {
  const some = other.findIndex((bytes) => bytes > 0);
  return some >= 0 && size.every((bytes, b) => bytes * other[some]! === other[b]! * size[some]!);
}

const sameOrientation = (a: Orientation, b: Orientation): boolean =>
  a.order.every((buffer, k) => buffer === b.order[k]);

/** Up to {@link POOL} orientations that are good at all reference shapes together. */
function chooseTogether(
  candidates: readonly Orientation[],
  references: readonly Reference[],
): { readonly chosen: Orientation[]; readonly worst: number } {
  const ratios = candidates.map((candidate) => {
    const stack = stackOf(candidate);
    return references.map(({ size, bound }) => {
      const peak = stack.place(size, new Float64Array(size.length));
      return bound === 0 ? 1 : peak / bound;
    });
  });
  const chosen: Orientation[] = [];
  let best = references.map(() => Infinity);
  let worst = Infinity;
  while (chosen.length < Math.min(POOL, candidates.length)) {
    let pick = -1;
    let least = Infinity;
    for (let c = 0; c < candidates.length; c++) {
      if (chosen.includes(candidates[c]!)) continue;
      const together = best.map((r, k) => Math.min(r, ratios[c]![k]!));
      const score = cost(together);
      if (score < least) [pick, least] = [c, score];
    }
    if (pick < 0) break;
    chosen.push(candidates[pick]!);
    best = best.map((r, k) => Math.min(r, ratios[pick]![k]!));
    worst = best.reduce((a, b) => Math.max(a, b), 1);
    if (worst <= 1.0001) break;
  }
  if (chosen.length === 0) chosen.push(candidates[0]!);
  return { chosen, worst: Number.isFinite(worst) ? worst : 1 };
}

/** Mean excess and a share of the worst. */
const cost = (ratios: readonly number[]): number =>
  ratios.reduce((sum, r) => sum + r - 1, 0) / Math.max(1, ratios.length) +
  0.2 * ratios.reduce((a, b) => Math.max(a, b), 1);
