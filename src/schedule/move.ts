/** Where a block is moved to inside a loop. */
import { seq, type For, type Stmt } from "../ir/tir/stmt.js";
import { accessesOf } from "./facts.js";
import { blocksBelow, type BlockSite, type LoopSite } from "./site.js";

/** The statements of a loop body. */
export const partsOf = (loop: For): readonly Stmt[] =>
  loop.body.kind === "tir.Seq" ? loop.body.body : [loop.body];

/** The places in the loop body between what must be before and what must be after; absent when there is none. */
export function placesIn(
  loop: LoopSite,
  isBefore: (b: BlockSite) => boolean,
  isAfter: (b: BlockSite) => boolean,
): { readonly first: number; readonly last: number } | undefined {
  const parts = partsOf(loop.node);
  const holds = (s: Stmt, is: (b: BlockSite) => boolean): boolean => blocksIn(s).some((b) => is(b));
  const first = parts.findLastIndex((s) => holds(s, isBefore)) + 1;
  const next = parts.findIndex((s) => holds(s, isAfter));
  const last = next < 0 ? parts.length : next;
  return first <= last ? { first, last } : undefined;
}

const blocksIn = (s: Stmt): readonly BlockSite[] =>
  s.kind === "tir.Block" ? [{ node: s, path: [] }] : blocksBelow({ node: s, path: [] });

/** The loop with a statement put into its body. */
export function withPart(loop: For, at: number, stmt: Stmt): For {
  const parts = partsOf(loop);
  return { ...loop, body: seq([...parts.slice(0, at), stmt, ...parts.slice(at)], loop.body.span) };
}

/** `index` as places are given: −1 the last, −2 the first, else a position that must be possible. */
export function chosenPlace(
  index: number,
  { first, last }: { readonly first: number; readonly last: number },
): number | undefined {
  if (index === -1) return last;
  if (index === -2) return first;
  return index >= first && index <= last ? index : undefined;
}

/** Whether one of two blocks writes what the other uses. */
export function conflicts(a: BlockSite, b: BlockSite): boolean {
  const [x, y] = [accessesOf(a.node), accessesOf(b.node)];
  const meet = (p: ReadonlySet<unknown>, q: ReadonlySet<unknown>): boolean =>
    [...p].some((e) => q.has(e));
  return meet(x.writes, y.writes) || meet(x.writes, y.reads) || meet(x.reads, y.writes);
}
