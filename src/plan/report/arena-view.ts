/** What a report shows of one arena: buffers as rectangles over time and addresses. */
import { arenaPlacer, sizeEvaluator } from "../../support/placement/index.js";
import type { ArenaPlan, MemoryPlan, PlanStep } from "../model.js";
import type { StaticBuffer, StaticPlacement } from "../static/problem.js";
import { mostLiveBytes } from "../validate.js";

/** A buffer in its place. */
export interface ViewedBuffer {
  readonly name: string;
  readonly lower: number;
  readonly upper: number;
  readonly offset: number;
  readonly size: number;
}

/** An arena at fixed sizes. */
export interface ArenaView {
  readonly title: string;
  readonly buffers: readonly ViewedBuffer[];
  /** Bytes that are used. */
  readonly peak: number;
  readonly lowerBound: number;
  readonly capacity?: number;
  /** What happens at points of time, where it is known. */
  readonly steps: readonly PlanStep[];
}

/** The view of a table of buffers. */
export function viewOfPlacement(
  title: string,
  buffers: readonly StaticBuffer[],
  { offsets, peak, lowerBound }: StaticPlacement,
  capacity?: number,
): ArenaView {
  return {
    title,
    buffers: buffers.map((b, i) => ({ ...b, name: b.id, offset: offsets[i]! })),
    peak,
    lowerBound,
    ...(capacity === undefined ? {} : { capacity }),
    steps: [],
  };
}

/**
 * The view of an arena of a plan. Values of the symbols are needed when sizes depend on them; without them, or when
 * they give no sizes, there is no view.
 */
export function viewOfArena(
  plan: MemoryPlan,
  arena: ArenaPlan,
  title: string,
  symbols?: readonly number[],
): ArenaView | undefined {
  const sizes = sizesOf(plan, arena, symbols);
  const placed = sizes && arenaPlacer(arena.layout).at(symbols ?? []);
  if (sizes === undefined || placed === undefined) return undefined;
  const buffers = arena.buffers.map((b, i): ViewedBuffer => {
    const { name, lower, upper } = plan.buffers[b]!;
    return { name, lower, upper, offset: placed.offsets[i]!, size: sizes[i]! };
  });
  const symbolic = arena.layout.kind === "symbolic";
  const bound = symbolic ? placed.lowerBound : (arena.stats.lowerBound ?? mostLive(buffers));
  return {
    title,
    buffers,
    peak: placed.size,
    lowerBound: bound,
    ...(arena.capacity === undefined ? {} : { capacity: arena.capacity }),
    steps: plan.steps,
  };
}

const mostLive = (buffers: readonly ViewedBuffer[]): number =>
  mostLiveBytes(buffers.map((b) => ({ ...b, id: b.name })));

function sizesOf(
  plan: MemoryPlan,
  { buffers, layout }: ArenaPlan,
  symbols: readonly number[] | undefined,
): ArrayLike<number> | undefined {
  if (layout.kind === "static") return buffers.map((b) => Number(plan.buffers[b]!.size));
  return symbols && sizeEvaluator(layout.sizes).at(symbols).slice();
}
