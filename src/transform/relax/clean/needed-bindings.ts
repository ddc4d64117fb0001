/** Liveness of bindings. */
import { analyzerFor } from "../../../analysis/relax/facts.js";
import { structuralEqual } from "../../../ir/core/equal.js";
import { visit } from "../../../ir/core/visit.js";
import type { IRModule } from "../../../ir/module.js";
import type { Node } from "../../../ir/nodes.js";
import type { Binding, Func, MatchCast, SeqExpr } from "../../../ir/relax/expr.js";
import { dimsOf, type StructInfo } from "../../../ir/relax/struct-info.js";
import type { PrimExpr } from "../../../ir/tir/expr.js";
import { isBaseOf, makeInferContext } from "../../../op/deduce/index.js";
import type { InferContext } from "../../../op/infer-context.js";
import { definitionsOf, hasEffect, symbolsOf } from "../rewrite/index.js";

/** The bindings of a function, nested ones included, that its result, its effects or its checks depend on. */
export function neededBindings(module: IRModule, func: Func): ReadonlySet<Binding> {
  const infer = makeInferContext({ module, analyzer: analyzerFor(func) });
  const definitions = definitionsOf(func);
  const needed = new Set<Binding>();
  const work: Binding[] = [];
  const need = (b: Binding): void => {
    if (needed.has(b)) return;
    needed.add(b);
    work.push(b);
  };
  const use = (node: Node): void =>
    visit(node, {
      enter(n) {
        const definition = definitions.get(n);
        if (definition !== undefined) need(definition);
        // What stands in sequences counts when it is needed itself.
        return n.kind === "relax.SeqExpr" ? false : undefined;
      },
    });
  /** What the bodies of nested functions keep once the function itself is needed. */
  const insideClosures = new Map<Binding, readonly Binding[]>();
  /** The bindings that a sequence needs whatever is used. */
  const collect = (seq: SeqExpr): Binding[] => {
    const roots: Binding[] = [];
    for (const b of seq.blocks.flatMap((block) => block.bindings)) {
      if (b.kind === "relax.MatchCast") {
        const fresh = symbolsOf(b.sinfo).filter((symbol) => definitions.get(symbol) === b);
        if (mayFail(b, new Set(fresh), infer)) roots.push(b);
      } else if (b.value.kind === "relax.If") {
        const inner = [...collect(b.value.then), ...collect(b.value.otherwise)];
        if (inner.length > 0) roots.push(...inner, b);
      } else if (b.value.kind === "relax.Function") {
        insideClosures.set(b, collect(b.value.body));
      } else if (hasEffect(module, b.value)) roots.push(b);
    }
    return roots;
  };
  collect(func.body).forEach(need);
  use(func.body.body);
  use(func.retSinfo);
  for (let b = work.pop(); b !== undefined; b = work.pop()) {
    use(b.value);
    if (b.var.sinfo !== undefined) use(b.var.sinfo);
    if (b.kind === "relax.MatchCast") use(b.sinfo);
    for (const inner of sequencesOf(b)) use(inner.body);
    insideClosures.get(b)?.forEach(need);
  }
  return needed;
}

function sequencesOf({ value }: Binding): readonly SeqExpr[] {
  if (value.kind === "relax.If") return [value.then, value.otherwise];
  return value.kind === "relax.Function" ? [value.body] : [];
}

/** Whether a refinement can stop the program: it is not proved, apart from the symbols it defines. */
function mayFail(b: MatchCast, fresh: Set<Node>, infer: InferContext): boolean {
  const holds = (base: StructInfo, found: StructInfo): boolean => {
    if (base.kind === "relax.TupleInfo" && found.kind === base.kind)
      return (
        base.fields.length === found.fields.length &&
        base.fields.every((f, i) => holds(f, found.fields[i]!))
      );
    const [wanted, given] = [dimsOf(base), dimsOf(found)];
    const isTensor = base.kind === "relax.TensorInfo" && found.kind === base.kind;
    const isShape = base.kind === "relax.ShapeInfo" && found.kind === base.kind;
    if (wanted === undefined || !(isTensor || isShape))
      return isBaseOf(base, found, infer) === "pass";
    const kind = isTensor ? { ...base, shape: undefined } : { ...base, values: undefined };
    return (
      isBaseOf(kind, found, infer) === "pass" && wanted.every((d, i) => dimHolds(d, given?.[i]))
    );
  };
  const dimHolds = (d: PrimExpr, given: PrimExpr | undefined): boolean => {
    // The first occurrence takes the length, whatever it is.
    if (fresh.delete(d)) return true;
    return (
      given !== undefined &&
      (infer.equal(d, given) === true || structuralEqual(d, given, { mapFreeVars: false }))
    );
  };
  return !holds(b.sinfo, infer.infoOf(b.value));
}
