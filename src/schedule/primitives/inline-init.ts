import { eachLoad, sameIndices } from "../../analysis/tir-pattern/index.js";
import { substitute } from "../../ir/core/rewrite.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import { binary, unary, type Load, type PrimExpr } from "../../ir/tir/expr.js";
import { store, type Block, type Stmt, type Store } from "../../ir/tir/stmt.js";
import type { Definition } from "../../transform/tir/inline-block.js";
import { blockCodes } from "../block-codes.js";
import { definitionAt } from "../definition.js";
import { mapBlock, withRegions } from "../edit.js";
import { accessesOf, childrenOf, scopeAround } from "../facts.js";
import { axesFrom } from "../layout-map.js";
import { p } from "../params.js";
import { changed, definePrimitive, refuse } from "../primitive.js";
import type { BlockSite } from "../site.js";
import { analyzerAt, funcOf, withFunc, type ScheduleState } from "../state.js";

/** A sum starts at what a later block adds to it, which then adds nothing more. */
export const inlineInit = definePrimitive({
  name: "inline_init",
  summary: "Starts a sum at what a later block adds to its result, such as a bias.",
  params: {
    block: p.inner("The init of the sum, or the reduction with its init."),
    addend: p.string("The block that adds, or the buffer that it adds."),
  },
  outputs: "none",
  run(state, { block: site, addend }) {
    const { node } = site;
    const scope = scopeAround(state, site);
    const all = childrenOf(scope);
    const adder = all.find(
      (b) =>
        b.node !== node &&
        (b.node.name === addend || [...accessesOf(b.node).reads].some((x) => x.name === addend)),
    );
    const refused = (reason: string): never =>
      refuse(blockCodes.foldRefused({ block: adder?.node.name ?? addend, reduction: node.name, reason, at: node.span })); // prettier-ignore
    if (adder === undefined)
      return refused(`no block is named so, or reads a buffer \`${addend}\``);
    const init = initOf(node);
    if (init === undefined) return refused("the init stores more than one element");
    if (!isZeroValue(init.value)) return refused("the sum does not start at zero");
    if (!isSum(all, node, init.buffer)) return refused("what is reduced is not a sum");
    const sum = sourceOf(state, all, adder, init.buffer);
    if (typeof sum === "string") return refused(sum);
    const seen = [init.buffer, sum.load.buffer].find((b) => !scope.node.allocs.includes(b));
    if (seen !== undefined) return refused(`\`${seen.name}\` is visible outside`);
    const { reads } = accessesOf(node);
    const needed = new Set<Buffer>();
    eachLoad(sum.addend, false, (l) => void needed.add(l.buffer));
    const at = all.findIndex((b) => b.node === node);
    const late = all.find((b, i) => i >= at && [...accessesOf(b.node).writes].some((x) => needed.has(x) && !reads.has(x))); // prettier-ignore
    if (late !== undefined) return refused(`block \`${late.node.name}\` makes what is added only later`); // prettier-ignore
    const analyzer = analyzerAt(state, site);
    for (const { var: v, dom } of node.iters) if (dom !== undefined) analyzer.bind(v, dom);
    const map = axesFrom(analyzer, adder.node.iters, sum.load.indices, init.indices);
    if (map === undefined) return refused("it does not read the sum at one element found from all its axes"); // prettier-ignore
    const value = substitute(sum.addend, map);
    const start: Stmt = store(init.buffer, init.indices, value, init.span);
    let func = mapBlock(funcOf(state), node.name, (b) =>
      withRegions(b.init === undefined ? { ...b, body: start } : { ...b, init: start }),
    );
    func = mapBlock(func, adder.node.name, (b) => withRegions({ ...b, body: sum.rest }));
    return changed(withFunc(state, func));
  },
});

/** The only store of an init. */
function initOf(node: Block): Store | undefined {
  const stmt = node.init ?? node.body;
  const isPlain = node.init !== undefined || node.iters.every((i) => i.iterKind === "spatial");
  return isPlain && stmt.kind === "tir.Store" ? stmt : undefined;
}

const isZeroValue = (e: PrimExpr): boolean =>
  (e.kind === "tir.IntImm" && e.value === 0) ||
  (e.kind === "tir.FloatImm" && e.value === 0) ||
  (e.kind === "tir.Cast" && isZeroValue(e.value));

/** Whether all others that write the buffer add to it. */
function isSum(all: readonly BlockSite[], init: Block, buffer: Buffer): boolean {
  const updates = all.filter((b) => accessesOf(b.node).writes.has(buffer) && (b.node !== init || init.init !== undefined)); // prettier-ignore
  return (
    updates.length > 0 &&
    updates.every(({ node: { body } }) => {
      if (body.kind !== "tir.Store" || body.buffer !== buffer) return false;
      const { value } = body;
      if (value.kind !== "tir.Binary" || value.op !== "add") return false;
      const own = [value.a, value.b].filter((e) => isLoadOf(e, buffer));
      return own.length === 1 && sameAt(own[0] as Load, body);
    })
  );
}

const isLoadOf = (e: PrimExpr, buffer: Buffer): boolean =>
  e.kind === "tir.Load" && e.buffer === buffer;

const sameAt = (l: Load, s: Store): boolean => sameIndices(l.indices, s.indices);

interface Sum {
  readonly load: Load;
  readonly addend: PrimExpr;
  /** The adder's body without the addition. */
  readonly rest: Stmt;
}

/** The addition of something to the sum, read directly or through a copy. */
function sourceOf(
  state: ScheduleState,
  all: readonly BlockSite[],
  adder: BlockSite,
  buffer: Buffer,
): Sum | string {
  const result = copyOf(state, all, buffer);
  const sources = result === undefined ? [buffer] : [buffer, result];
  const readers = all.filter(
    (b) => sources.some((s) => accessesOf(b.node).reads.has(s)) && !accessesOf(b.node).writes.has(buffer), // prettier-ignore
  );
  const copies = readers.filter((b) => result !== undefined && accessesOf(b.node).writes.has(result)); // prettier-ignore
  const others = readers.filter((b) => b.node !== adder.node && !copies.includes(b));
  if (others.length > 0) return `block \`${others[0]!.node.name}\` reads the sum without it`;
  const definition = definitionAt(state, adder);
  if (typeof definition === "string") return definition;
  return additionOf(definition, adder.node, sources);
}

/** The buffer that a block copies another one to, element by element. */
function copyOf(
  state: ScheduleState,
  all: readonly BlockSite[],
  buffer: Buffer,
): Buffer | undefined {
  for (const b of all) {
    if (!accessesOf(b.node).reads.has(buffer)) continue;
    const found = definitionAt(state, b);
    if (typeof found === "string" || found.lets.length > 0) continue;
    const { value, axes } = found;
    if (
      value.kind === "tir.Load" &&
      value.buffer === buffer &&
      value.indices.every((i, k) => i === axes[k])
    )
      // prettier-ignore
      return found.buffer;
  }
  return undefined;
}

/** The one place where the block's value, or one of its names, adds to the sum. */
function additionOf(
  { lets, value }: Definition,
  node: Block,
  sources: readonly Buffer[],
): Sum | string {
  if (lets.length > 0 || node.body.kind !== "tir.Store") return "it does more than add";
  let found: Sum | undefined;
  let count = 0;
  const body = node.body;
  eachLoad(value, false, (l) => void (count += sources.includes(l.buffer) ? 1 : 0));
  const walk = (e: PrimExpr, rebuild: (inner: PrimExpr) => PrimExpr): void => {
    if (e.kind === "tir.Binary" && (e.op === "add" || e.op === "sub")) {
      for (const [own, other, isLeft] of [
        [e.a, e.b, true],
        [e.b, e.a, false],
      ] as const) {
        if (own.kind !== "tir.Load" || !sources.includes(own.buffer)) continue;
        if (e.op === "sub" && !isLeft) continue;
        const addend = e.op === "sub" ? unary("neg", other) : other;
        found = { load: own, addend, rest: { ...body, value: rebuild(own) } };
        return;
      }
    }
    if (e.kind === "tir.Cast") walk(e.value, (x) => rebuild({ ...e, value: x }));
    if (e.kind === "tir.Binary") {
      walk(e.a, (x) => rebuild(binary(e.op, x, e.b)));
      if (found === undefined) walk(e.b, (x) => rebuild(binary(e.op, e.a, x)));
    }
  };
  walk(value, (x) => x);
  if (found === undefined) return "it does not add to the sum directly";
  if (count > 1) return "it reads the sum several times";
  if (found.addend.dtype !== found.load.dtype) return "what it adds has another element type";
  return found;
}
