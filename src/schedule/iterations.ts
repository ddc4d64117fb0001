/** Which values of its axes a block runs at. */
import { detectIterMap, poly, type Analyzer } from "../arith/index.js";
import { range } from "../ir/tir/buffer.js";
import { compare, type PrimExpr, type Var } from "../ir/tir/expr.js";
import type { Block, For, Stmt } from "../ir/tir/stmt.js";
import type { Reason } from "./facts.js";
import { isBoundTo, notAffine } from "./facts.js";
import { conjuncts, endOf, inType, isTrue, plainCondition } from "./nest.js";
import { loopsAround, type BlockSite } from "./site.js";
import { analyzerOf, enter, type ScheduleState } from "./state.js";

/** That the values of the axes lie in their domains. */
export function domainConditions({ iters, values }: Block): readonly PrimExpr[] {
  return iters.flatMap(({ var: v, dom }, k) => {
    const value = values?.[k];
    if (value === undefined || dom === undefined) return [];
    return [
      compare("le", inType(dom.min, v.dtype), value),
      compare("lt", value, inType(endOf(dom), v.dtype)),
    ];
  });
}

/** The innermost `if` or `while` around a block inside its scope. */
export function branchAround({ path }: BlockSite): Stmt | undefined {
  const own = path.slice(path.findLastIndex((s) => s.kind === "tir.Block") + 1);
  return own.findLast((s) => s.kind === "tir.If" || s.kind === "tir.While");
}

/** Why loops that are axes of a block do not run over all of these, from zero on. */
export function notWholeLoops(state: ScheduleState, site: BlockSite): Reason {
  const open = isBoundTo(site, loopsAround(site).map((l) => l.node.var)); // prettier-ignore
  if (open !== undefined) return open;
  const analyzer = analyzerOf(state);
  const part = loopsAround(site).find(({ node: f }) => {
    const dom = site.node.iters[(site.node.values ?? []).indexOf(f.var)]?.dom;
    return dom !== undefined && analyzer.equal(f.extent, inType(dom.extent, f.extent.dtype)) !== true; // prettier-ignore
  });
  return part && `the loop \`${part.node.var.name}\` does not run over all of its axis`;
}

/** Why a block does not run at all values of its axes that the loops reach inside the domains. */
export function hasCondition(state: ScheduleState, site: BlockSite): Reason {
  if (branchAround(site) !== undefined) return "a statement around it says whether it runs";
  const { predicate } = site.node;
  if (isTrue(predicate)) return undefined;
  const analyzer = analyzerOf(state);
  for (const { node } of loopsAround(site)) enter(analyzer, node);
  for (const c of domainConditions(site.node)) analyzer.assume(c);
  return conjuncts(predicate).some((c) => analyzer.prove(plainCondition(c)) !== true)
    ? "it runs under a condition of its own"
    : undefined;
}

/** Why a block leaves out values of its axes that the loops reach inside the domains, or has gaps or repeats. */
export function notWhole(state: ScheduleState, site: BlockSite): Reason {
  const condition = hasCondition(state, site);
  if (condition !== undefined) return condition;
  const open = isBoundTo(site, loopsAround(site).map((l) => l.node.var)); // prettier-ignore
  if (open !== undefined) return open;
  const loose = notAffine(state, site);
  return loose === undefined ? undefined : `its axes do not follow the loops: ${loose}`;
}

/** Whether expressions take, while loops run, every value of a box, each dimension without gaps. */
export function fillsBox(
  analyzer: Analyzer,
  indices: readonly PrimExpr[],
  loops: readonly For[],
): boolean {
  if (indices.length === 0 || loops.length === 0) return true;
  const domain = new Map(loops.map((f): [Var, ReturnType<typeof range>] => [f.var, range(f.min, f.extent)])); // prettier-ignore
  const map = detectIterMap({ indices, domain, level: "surjective", analyzer });
  return map.ok && map.maps.every((m) => m.args.every((a) => a.scale.key === poly.one.key));
}

/** Why different iterations of loops may be the same run of a block. */
export function notInjective(analyzer: Analyzer, { values }: Block, loops: readonly For[]): Reason {
  const running = loops.filter((f) => !(f.extent.kind === "tir.IntImm" && f.extent.value === 1));
  if (running.length === 0) return undefined;
  const domain = new Map(running.map((f) => [f.var, range(f.min, f.extent)]));
  // Without the condition there are more iterations; what is one to one on them is so on those that run.
  const map = detectIterMap({ indices: values ?? [], domain, level: "bijective", analyzer });
  return map.ok ? undefined : `iterations are not proved to be different runs of it: ${map.reason}`;
}
