/** From buffers with lives and sizes to a plan: arena by arena, exact where sizes are known. */
import { Analyzer, evaluate, exprText } from "../arith/index.js";
import type { PrimExpr } from "../ir/tir/expr.js";
import { DiagnosticError } from "../support/diagnostic.js";
import { roundUp } from "../support/placement/units.js";
import { codes } from "./codes.js";
import type {
  ArenaPlan, ArenaStats, MemoryPlan, PlanBuffer, PlannedBuffer, PlanOptions, PlanProblem,
} from "./model.js"; // prettier-ignore
import { explainFailure } from "./static/explain.js";
import { placeStatic } from "./static/place.js";
import type { StaticBuffer } from "./static/problem.js";
import { planSymbolic } from "./symbolic/plan-symbolic.js";

const ALIGN = 64;
const ARENA = "workspace";

/** A buffer whose size is known, or still an expression. */
type Sized = PlanBuffer & { readonly bytes: number | undefined };

/** Plans all arenas of a problem. What cannot be planned is thrown as a diagnostic. */
export function planMemory(problem: PlanProblem, options: PlanOptions = {}): MemoryPlan {
  const buffers = problem.buffers.map((b): Sized => ({ ...b, bytes: knownSize(b) }));
  const ids = [...new Set(buffers.map((b) => b.arena ?? ARENA))];
  const arenas: ArenaPlan[] = [];
  const places: PlannedBuffer[] = [];
  ids.forEach((id, arena) => {
    const spec = problem.arenas?.find((a) => a.id === id);
    const align = spec?.align ?? options.align ?? ALIGN;
    const members = [...buffers.keys()].filter((i) => (buffers[i]!.arena ?? ARENA) === id);
    const inside = members.map((i) => buffers[i]!);
    const capacity = spec?.capacity === undefined ? {} : { capacity: spec.capacity };
    const known = inside.every((b) => b.bytes !== undefined);
    const placed = known
      ? planKnown(inside, align, spec?.capacity, options)
      : planUnknown(problem, inside, align);
    arenas.push({ id, ...capacity, buffers: members, ...placed });
    members.forEach((i) => (places[i] = describe(buffers[i]!, arena, placed.align)));
  });
  const symbols = problem.symbols.map(({ variable, lower = 0, upper }) => ({
    name: variable.name,
    lower,
    ...(upper === undefined ? {} : { upper }),
  }));
  return { version: 1, symbols, arenas, buffers: places, steps: problem.steps ?? [] };
}

/** The bytes of a buffer whose size does not depend on symbols. */
function knownSize({ id, size }: PlanBuffer): number | undefined {
  const value = evaluate(size, { of: () => undefined });
  if (value === undefined) return undefined;
  if (typeof value === "number" && value >= 0) return value;
  throw new DiagnosticError(codes.sizeOutOfRange({ id, size: value }));
}

type PlacedArena = Pick<ArenaPlan, "layout" | "stats" | "align">;

function planKnown(
  buffers: readonly Sized[],
  align: number,
  capacity: number | undefined,
  { nodes }: PlanOptions,
): PlacedArena {
  const inArena = buffers.map(({ id, lower, upper, bytes, align: own }): StaticBuffer => {
    return { id, lower, upper, size: bytes!, align: own ?? align };
  });
  const placement = placeStatic(inArena, {
    ...(capacity === undefined ? {} : { capacity }),
    ...(nodes === undefined ? {} : { nodes }),
  });
  const failure = explainFailure(inArena, placement, capacity ?? Infinity);
  if (failure !== undefined) throw new DiagnosticError(failure);
  const { peak, lowerBound, proof, method, offsets } = placement;
  const stats: ArenaStats = {
    planned: peak,
    lowerBound,
    method,
    ...(proof === undefined ? {} : { proof }),
  };
  return { align, layout: { kind: "static", size: peak, offsets }, stats };
}

/** One alignment holds for all buffers: the largest that any of them asks for. */
function planUnknown(
  { symbols }: PlanProblem,
  buffers: readonly Sized[],
  arenaAlign: number,
): PlacedArena {
  const align = buffers.reduce((most, b) => Math.max(most, b.align ?? 1), arenaAlign);
  const analyzer = new Analyzer();
  const known = new Map<PrimExpr, PrimExpr>();
  const sizes = buffers.map(({ size }): PrimExpr => {
    let simple = known.get(size);
    if (simple === undefined) known.set(size, (simple = analyzer.simplify(size)));
    return simple;
  });
  return { align, ...planSymbolic({ symbols, lives: buffers, sizes, align }) };
}

function describe(b: Sized, arena: number, arenaAlign: number): PlannedBuffer {
  return {
    id: b.id,
    name: b.name ?? b.id,
    kind: b.kind ?? "temp",
    arena,
    lower: b.lower,
    upper: b.upper,
    size: b.bytes ?? exprText(b.size),
    align: b.align ?? arenaAlign,
  };
}

/** The size of an arena of known sizes, rounded up to its alignment. */
export const arenaBytes = ({ layout, align }: ArenaPlan): number | undefined =>
  layout.kind === "static" ? roundUp(layout.size, align) : undefined;
