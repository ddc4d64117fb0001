/** What a run of a block is sure to store. */
import { isProvedInside, setOfRange } from "../arith/index.js";
import { substitute } from "../ir/core/rewrite.js";
import { range, type Buffer, type BufferRegion } from "../ir/tir/buffer.js";
import { intImm, type PrimExpr, type Var } from "../ir/tir/expr.js";
import type { For, Stmt } from "../ir/tir/stmt.js";
import type { Reason } from "./facts.js";
import { fillsBox, hasCondition } from "./iterations.js";
import { sweep } from "./regions.js";
import { statementsOf, type BlockSite } from "./site.js";
import { analyzerOf, enter, type ScheduleState } from "./state.js";

/** A store inside a block, at indices in terms of its axes and the loops between. */
interface InnerStore {
  readonly indices: readonly PrimExpr[];
  readonly loops: readonly For[];
  /** Whether a run of the block may leave it out. */
  readonly isGuarded: boolean;
}

/**
 * Why a run of a block may leave elements of a region that it declares to write as they were: declared is what it may
 * store. What is written through pointers is as declared.
 */
export function maySkip(state: ScheduleState, site: BlockSite, region: BufferRegion): Reason {
  const stores = storesTo(state, site, region.buffer);
  if (stores.length === 0) return undefined;
  const analyzer = analyzerOf(state);
  for (const s of [...site.path, site.node]) enter(analyzer, s);
  const isAll = stores.some(({ indices, loops, isGuarded }) => {
    if (isGuarded) return false;
    return analyzer.scope(() => {
      for (const f of loops) enter(analyzer, f);
      const points = indices.map((e) => range(e, intImm(1, e.dtype)));
      const swept = sweep(analyzer, { ...region, region: points }, loops);
      const isInside = region.region.every((r, d) => isProvedInside(analyzer, setOfRange(analyzer, r), swept[d]!)); // prettier-ignore
      return isInside && fillsBox(analyzer, indices, loops);
    });
  });
  return isAll ? undefined : "a run of it is not proved to store all elements that it declares";
}

function storesTo(state: ScheduleState, site: BlockSite, buffer: Buffer): readonly InnerStore[] {
  // prettier-ignore
  const walk = (s: Stmt, path: readonly Stmt[], loops: readonly For[], isGuarded: boolean): readonly InnerStore[] => {
    switch (s.kind) {
      case "tir.Store":
        return s.buffer === buffer ? [{ indices: s.indices, loops, isGuarded: isGuarded || s.predicate !== undefined }] : []; // prettier-ignore
      case "tir.Block": {
        const isPartial = isGuarded || hasCondition(state, { node: s, path }) !== undefined;
        const values = new Map<Var, PrimExpr>(s.iters.map((i, k) => [i.var, s.values?.[k] ?? i.var]));
        return walk(s.body, [...path, s], loops, isPartial).map((inner) => ({
          ...inner,
          indices: inner.indices.map((e) => substitute(e, values)),
        }));
      }
      case "tir.For":
        return walk(s.body, [...path, s], [...loops, s], isGuarded);
      default: {
        const isBranch = isGuarded || s.kind === "tir.If" || s.kind === "tir.While";
        return statementsOf(s).flatMap((child) => walk(child, [...path, s], loops, isBranch));
      }
    }
  };
  return walk(site.node.body, [...site.path, site.node], [], false);
}
