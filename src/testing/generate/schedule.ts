/** Random schedules: steps that a schedule of a function may take, most of them likely to be legal. */
import { makeVar, binary, intImm, type PrimExpr } from "../../ir/tir/expr.js";
import type { IndexMap } from "../../ir/tir/function.js";
import {
  allPrimitives, blockRef, callPrimitive, isLoopRef, type Param, type Schedule, type ScheduleValue,
} from "../../schedule/index.js"; // prettier-ignore
import { accessesOf } from "../../schedule/facts.js";
import { eachSite, type BlockSite } from "../../schedule/site.js";
import { funcOf } from "../../schedule/state.js";
import { int64 } from "../../support/dtype.js";
import { INTRINSIC } from "./odd-kernels.js";
import type { Random } from "./random.js";

/** What a step made of the schedule. */
export interface Step {
  readonly primitive: string;
  readonly applied: boolean;
}

/** Primitives that may change results by what they are for, or only bookkeeping. */
const LEFT_OUT = new Set([
  "work_on",
  "unsafe_set_dtype",
  "unsafe_hide_buffer_access",
  "annotate_buffer_access",
]);

/** Those that matter most come more often. */
const WEIGHTS: Readonly<Record<string, number>> = {
  split: 10, fuse: 4, reorder: 6, vectorize: 4, parallel: 3, unroll: 3, compute_at: 6, reverse_compute_at: 6,
  compute_inline: 4, reverse_compute_inline: 4, cache_read: 4, cache_write: 5, decompose_reduction: 5, rfactor: 4,
  transform_layout: 4, blockize: 3, pad_einsum: 3, merge: 3, loop_partition: 2, annotate: 1, unannotate: 1,
  set_scope: 1, storage_align: 2, bind: 1, inline_init: 6, tensorize: 0, cache_inplace: 3, decompose_padding: 4, rolling_buffer: 6, pad_halo: 6, fuse_reduction_epilogue: 6,
}; // prettier-ignore

type Named = Readonly<Record<string, ScheduleValue>>;

/** Tries one step. */
export function randomStep(
  rng: Random,
  schedule: Schedule,
): { readonly schedule: Schedule; readonly step: Step } {
  const isPadded = schedule.trace.some((i) => (i.args.get("pad_value") ?? null) !== null);
  // Elements that a layout adds have no value, which copies of whole buffers would read.
  const mayCome = (name: string): boolean => !LEFT_OUT.has(name) && !(isPadded && name.includes("cache")); // prettier-ignore
  const hasIntrinsic = schedule.state.module.functions.has(`${INTRINSIC}_desc`);
  const candidates = allPrimitives().filter((p) => p.pure !== true && mayCome(p.name));
  const weighted = candidates.map(
    (p) => [p.name === "tensorize" && hasIntrinsic ? 30 : (WEIGHTS[p.name] ?? 2), p] as const,
  );
  const primitive = rng.weighted(weighted);
  // Loops come from queries, so that the trace has names for them.
  let queried = schedule;
  const ask: Ask = (name, named) => {
    const found = callPrimitive(queried, name, { named });
    if (!found.ok) return undefined;
    queried = found.schedule;
    return found.result;
  };
  const named = argumentsFor(rng, schedule, primitive.name, primitive.params, ask);
  const done = callPrimitive(queried, primitive.name, { named });
  const step = { primitive: primitive.name, applied: done.ok };
  return { schedule: done.ok ? done.schedule : schedule, step };
}

/** Calls a primitive before the step, to find or to make what it is for. */
type Ask = (primitive: string, named: Named) => ScheduleValue | undefined;

const blocksOf = (schedule: Schedule): readonly BlockSite[] => {
  const found: BlockSite[] = [];
  eachSite(funcOf(schedule.state).body, (site) => {
    if (site.node.kind === "tir.Block" && !site.node.implicitRoot) found.push(site as BlockSite);
  });
  return found;
};

/** Arguments that fit together where the primitive asks for several. */
function argumentsFor(
  rng: Random,
  schedule: Schedule,
  name: string,
  params: Readonly<Record<string, Param<unknown>>>,
  ask: Ask,
): Named {
  const query = (of: BlockSite): readonly ScheduleValue[] =>
    (ask("get_loops", { block: blockRef(of.node) }) ?? []) as readonly ScheduleValue[];
  const blocks = blocksOf(schedule);
  const site = rng.pick(blocks);
  const loops = query(site);
  const block = blockRef(site.node);
  const loop: ScheduleValue = loops.length > 0 ? rng.pick(loops) : block;
  switch (name) {
    case "fuse": {
      const from = rng.below(Math.max(1, loops.length));
      return { loops: loops.slice(from, from + rng.between(2, 3)) };
    }
    case "reorder": {
      const some = loops.filter(() => rng.chance(0.7));
      return { ordered_loops: shuffled(rng, some) };
    }
    case "merge": {
      const at = blocks.indexOf(site);
      const other = query(blocks[at + 1] ?? rng.pick(blocks));
      const depth = rng.below(Math.max(1, loops.length));
      return { loops: [loops[depth] ?? null, other[depth] ?? null].filter((l) => l !== null) };
    }
    case "reorder_block_iter_var":
      return {
        block,
        new_order: shuffled(
          rng,
          site.node.iters.map((_, k) => k),
        ),
      };
    case "compute_at":
    case "reverse_compute_at": {
      const pairs = blocks.flatMap((a) => blocks.filter((b) => feeds(a, b)).map((b) => [a, b]));
      if (pairs.length === 0) break;
      const [producer, consumer] = rng.pick(pairs);
      const drawn = rng.chance(0.3) && name === "compute_at" ? ask("sample_compute_location", { block: blockRef(producer!.node) }) : undefined; // prettier-ignore
      if (drawn !== undefined) return { block: blockRef(producer!.node), loop: drawn };
      const [moved, stays] = name === "compute_at" ? [producer!, consumer!] : [consumer!, producer!]; // prettier-ignore
      const target = query(stays);
      if (target.length === 0) break;
      const outer = target.slice(0, rng.between(1, target.length));
      return {
        block: blockRef(moved.node),
        loop: rng.pick(outer),
        preserve_unit_loops: rng.chance(0.3),
      };
    }
    case "compute_inline":
    case "reverse_compute_inline": {
      const pairs = blocks.flatMap((a) => blocks.filter((b) => feeds(a, b)).map((b) => [a, b]));
      if (pairs.length === 0) break;
      return { block: blockRef(rng.pick(pairs)[name === "compute_inline" ? 0 : 1]!.node) };
    }
    case "decompose_reduction":
    case "rfactor": {
      const reductions = blocks.filter((b) => b.node.init !== undefined);
      if (reductions.length === 0) break;
      const reduction = rng.pick(reductions);
      const around = query(reduction);
      if (around.length === 0) break;
      if (name === "rfactor") return { loop: rng.pick(around.slice(-2)), factor_axis: 0 };
      return { block: blockRef(reduction.node), loop: rng.pick(around) };
    }
    case "rolling_buffer": {
      const pairs = blocks.flatMap((a) =>
        blocks.filter((b) => windowOver(a, b)).map((b) => [a, b]),
      );
      if (pairs.length === 0) break;
      const [producer, consumer] = rng.pick(pairs);
      const target = query(consumer!);
      if (target.length > 0) ask("compute_at", { block: blockRef(producer!.node), loop: rng.pick(target) }); // prettier-ignore
      return { block: blockRef(producer!.node) };
    }
    case "pad_halo": {
      const guarded = blocks.filter((b) => blocks.some((a) => feeds(a, b)));
      if (guarded.length === 0) break;
      const reader = rng.pick(guarded);
      const which = [...accessesOf(reader.node).reads].findIndex((x) => blocks.some((b) => b !== reader && accessesOf(b.node).writes.has(x))); // prettier-ignore
      return { block: blockRef(reader.node), read_buffer_index: which };
    }
    case "fuse_reduction_epilogue": {
      const pairs = blocks.flatMap((a) => blocks.filter((b) => feeds(a, b)).map((b) => [a, b]));
      const sums = pairs.filter(([a]) => a!.node.init !== undefined);
      if (sums.length === 0) break;
      const [reduction, epilogue] = rng.pick(sums);
      return { reduction: blockRef(reduction!.node), epilogue: blockRef(epilogue!.node) };
    }
    case "inline_init": {
      const sums = blocks.filter((b) => b.node.init !== undefined);
      const pairs = sums.flatMap((a) => blocks.filter((b) => feeds(a, b)).map((b) => [a, b]));
      if (pairs.length === 0) break;
      const [sum, adder] = rng.pick(pairs);
      return { block: blockRef(sum!.node), addend: adder!.node.name };
    }
    case "tensorize": {
      const last = loops[loops.length - 1];
      const parts = last && ask("split", { loop: last, factors: [null, 4] });
      return { target: (parts as readonly ScheduleValue[] | undefined)?.[1] ?? loop, tensor_intrin: INTRINSIC }; // prettier-ignore
    }
    case "unannotate": {
      if (loops.length > 0) ask("annotate", { block_or_loop: loop, ann_key: "remark", ann_val: 1 });
      return { block_or_loop: loop, ann_key: "remark" };
    }
    case "split": {
      const target = loops.length > 0 ? rng.pick(loops) : loop;
      const drawn = rng.chance(0.1) ? ask(rng.pick(["sample_perfect_tile", "sample_partitioned_tile"]), { loop: target, n: 2 }) : undefined; // prettier-ignore
      if (drawn !== undefined) return { loop: target, factors: drawn };
      break;
    }
    case "decompose_padding": {
      const guarded = blocks.filter(({ node: { body } }) => body.kind === "tir.Store" && body.value.kind === "tir.IfThenElse"); // prettier-ignore
      if (guarded.length === 0) break;
      const one = rng.pick(guarded);
      const around = query(one);
      if (around.length > 0) return { block: blockRef(one.node), loop: rng.pick(around) };
      break;
    }
    case "cache_inplace": {
      const changing = blocks.filter(({ node }) => [...accessesOf(node).writes].some((x) => accessesOf(node).reads.has(x))); // prettier-ignore
      if (changing.length === 0) break;
      const { node } = rng.pick(changing);
      const { reads, writes } = accessesOf(node);
      return { block: blockRef(node), read_buffer_index: [...reads].findIndex((x) => writes.has(x)), storage_scope: "local" }; // prettier-ignore
    }
    case "pad_einsum":
      return { block, padding: site.node.iters.map(() => rng.pick([1, 2, 4, 8])) };
    case "transform_block_layout":
      return { block, index_map: indexMap(rng, site.node.iters.length) };
    case "transform_layout":
    case "reindex_cache_read":
    case "reindex_cache_write": {
      const { reads, writes } = accessesOf(site.node);
      const side = name === "reindex_cache_read" || (name === "transform_layout" && rng.chance(0.4)) ? "read" : "write"; // prettier-ignore
      const list = [...(side === "read" ? reads : writes)];
      if (list.length === 0) break;
      const which = rng.below(list.length);
      const isLayout = name === "transform_layout";
      const rank = isLayout ? list[which]!.shape.length : site.node.iters.length;
      const named: Record<string, ScheduleValue> = {};
      for (const [key, param] of Object.entries(params)) {
        if (param.expected.startsWith("a block")) named[key] = block;
        else if (param.expected.startsWith("the number"))
          named[key] = isLayout ? [side, which] : which; // prettier-ignore
        else if (param.expected.startsWith("a function")) named[key] = indexMap(rng, rank);
        else if (param.fallback === undefined) named[key] = "local";
        else if (isLayout && key === "pad_value" && rng.chance(0.5)) named[key] = 0;
      }
      return named;
    }
    default:
      break;
  }
  const named: Record<string, ScheduleValue> = {};
  for (const [key, param] of Object.entries(params)) {
    if (key === "disable_predication" || key === "decision" || key.startsWith("assume")) continue;
    if (param.fallback !== undefined && rng.chance(0.6)) continue;
    const value = argumentOf(rng, key, param, { block, loop, loops, blocks });
    if (value !== undefined) named[key] = value;
  }
  return named;
}

/** Whether the second block reads what the first one writes. */
const feeds = (a: BlockSite, b: BlockSite): boolean =>
  a.node !== b.node && [...accessesOf(a.node).writes].some((x) => accessesOf(b.node).reads.has(x));

/** Whether the second block reads elements of the first one at other indices than its axes. */
const windowOver = (a: BlockSite, b: BlockSite): boolean =>
  feeds(a, b) &&
  b.node.reads.some(
    ({ buffer, region }) =>
      accessesOf(a.node).writes.has(buffer) && region.some((r) => r.min.kind !== "tir.Var"),
  );

interface Around {
  readonly block: ScheduleValue;
  readonly loop: ScheduleValue;
  readonly loops: readonly ScheduleValue[];
  readonly blocks: readonly BlockSite[];
}

/** By what the parameter expects. */
function argumentOf(
  rng: Random,
  key: string,
  { expected }: Param<unknown>,
  { block, loop, loops, blocks }: Around,
): ScheduleValue | undefined {
  const kind = expected.replace(/ or None$/, "");
  if (kind === "a loop") return loop;
  if (kind === "a block") return block;
  if (kind === "a block or a loop") return rng.chance(0.6) ? loop : block;
  if (kind === "loops") return loops;
  if (kind === "a list of blocks") return rng.chance(0.5) ? [] : [blockRef(rng.pick(blocks).node)];
  if (kind === "a list of factors") return factors(rng);
  if (kind === "a whole number") return key === "factor" ? rng.pick([1, 2, 4, 8]) : rng.between(-2, 2); // prettier-ignore
  if (kind === "a list of whole numbers") return Array.from({ length: rng.between(1, 3) }, () => rng.between(0, 3)); // prettier-ignore
  if (kind === "true or false") return rng.chance(0.5);
  if (kind === "the number or the name of a buffer") return rng.chance(0.8) ? 0 : 1;
  if (kind === "a text") return textFor(rng, key);
  if (kind === "a function on indices") return indexMap(rng, rng.between(1, 3));
  if (kind.startsWith("one of ")) return rng.pick([...kind.matchAll(/"([^"]*)"/g)].map((m) => m[1]!)); // prettier-ignore
  if (kind === "a value without references") return rng.between(0, 3);
  return isLoopRef(loop) ? loop : undefined;
}

function textFor(rng: Random, key: string): string {
  if (key.includes("scope")) return rng.pick(["local", "global", "shared"]);
  if (key === "thread_axis") return rng.pick(["threadIdx.x", "blockIdx.x"]);
  return rng.pick(["remark", "pragma_auto_unroll_max_step"]);
}

function factors(rng: Random): ScheduleValue {
  const f = (): number => rng.pick([1, 2, 3, 4, 8]);
  return rng.weighted<ScheduleValue>([
    [5, [null, f()]],
    [2, [f(), null]],
    [2, [null, f(), f()]],
    [1, [f(), f()]],
    [1, [f(), null, f()]],
  ]);
}

/** A permutation of the indices, or one with an index in two parts. */
function indexMap(rng: Random, rank: number): IndexMap {
  const params = Array.from({ length: rank }, (_, k) => makeVar(`x${k}`, int64));
  let results: readonly PrimExpr[] = shuffled(rng, params);
  if (rank > 0 && rng.chance(0.5)) {
    const by = intImm(rng.pick([2, 4]), int64);
    const at = rng.below(rank);
    const whole = results[at]!;
    const rest = results.filter((_, k) => k !== at);
    results = [...rest, binary("floordiv", whole, by), binary("floormod", whole, by)];
  }
  return { kind: "tir.IndexMap", params, results, separators: [] };
}

function shuffled<T>(rng: Random, items: readonly T[]): T[] {
  const left = [...items];
  return items.map(() => left.splice(rng.below(left.length), 1)[0]!);
}
