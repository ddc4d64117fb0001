/** What is computed from weights alone, moved out of the run-time function. */
import { plainSymbols } from "../../../analysis/relax/info.js";
import { rewrite } from "../../../ir/core/rewrite.js";
import { visit } from "../../../ir/core/visit.js";
import type { BaseFunc, IRModule } from "../../../ir/module.js";
import type { Node } from "../../../ir/nodes.js";
import {
  bindingBlock,
  relaxFunction,
  relaxVar,
  seqExpr,
  tuple,
  tupleGetItem,
  varBinding,
  type Binding,
  type Func,
  type Var,
} from "../../../ir/relax/expr.js";
import { objectInfo, tupleInfo } from "../../../ir/relax/struct-info.js";
import { definePass } from "../../pass.js";
import { copyFunction, freshGlobal, hasIdentity, rewriteFunction, symbolsOf, updated } from "../rewrite/index.js"; // prettier-ignore
import { checkModels, modelParams } from "./chosen-function.js";

const NAME = "lift-transform-params";

/**
 * Precondition: the attribute `num_input` tells weights from inputs.
 * Result: pure values that depend on weights alone are computed by `<name>_transform_params`, from a tuple of the weights
 * to a tuple of what the function takes in their place.
 * Sound because weights are the same in every call, so that the values can be computed once before.
 */
export const liftTransformParams = definePass({
  name: NAME,
  dialect: "module",
  summary: "Moves what depends on weights alone into a function of its own.",
  from: "graph",
  through: "legal",
  options: {},
  run(module, _, ctx) {
    checkModels(module, NAME, ctx);
    const added = new Map<string, BaseFunc>();
    const after = new Map<string, Func>();
    for (const [name, func] of module.functions) {
      if (func.kind !== "relax.Function") continue;
      const lifted = liftedFrom(module, func);
      if (lifted === undefined) continue;
      const transform = freshGlobal(module, `${name}_transform_params`, new Set(added.keys()));
      added.set(transform, { ...lifted.transform, name: transform });
      after.set(name, lifted.remaining(name));
    }
    return added.size === 0 ? module : updated(module, (f, name) => after.get(name) ?? f, added);
  },
});

interface Lifted {
  readonly transform: Func;
  remaining(name: string): Func;
}

function liftedFrom(module: IRModule, func: Func): Lifted | undefined {
  const model = modelParams(func);
  if (model === undefined || model.weights.length === 0 || model.inputs.length === 0)
    return undefined;
  const moved = movedBindings(module, func, model.weights);
  if (![...moved].some((b) => b.value.kind === "relax.Call")) return undefined;
  const { results, stays } = resultsOf(func, model.weights, moved);
  if (results.every((v) => model.weights.includes(v))) return undefined;
  // What a local variable of a block was leaves the function now.
  const params = results.map((v) => ({ ...v, dataflow: false, annotated: true }));
  return {
    transform: transformOf(func, model.weights, moved, results),
    remaining: (name) =>
      rewriteFunction(
        module,
        name,
        func,
        { value: (value, _, b) => (moved.has(b) && !stays.has(b) ? undefined : value) },
        {
          start: { vars: new Map(results.map((v, i) => [v, params[i]!])), symbols: new Map() },
          params: [...model.inputs, ...params],
        },
      ),
  };
}

/** Bindings of the body itself that depend on weights and on nothing that is known at run time only. */
function movedBindings(module: IRModule, func: Func, weights: readonly Var[]): Set<Binding> {
  const known = new Set<Node>([...weights, ...weights.flatMap((w) => [...plain(w)])]);
  const moved = new Set<Binding>();
  for (const b of func.body.blocks.flatMap((block) => block.bindings)) {
    const { value } = b;
    const isMovable =
      b.kind === "relax.VarBinding" &&
      (value.kind === "relax.Tuple" ||
        value.kind === "relax.TupleGetItem" ||
        (value.kind === "relax.Call" && !hasIdentity(module, value) && !stops(b)));
    if (!isMovable || b.var.sinfo?.kind === "relax.PrimInfo") continue;
    let [fits, uses] = [true, false];
    const use = (node: Node): void => {
      if (node.kind !== "relax.Var" && node.kind !== "tir.Var") return;
      if (known.has(node)) uses ||= node.kind === "relax.Var";
      else fits = false;
    };
    visit(value, { enter: use });
    if (b.var.sinfo !== undefined) visit(b.var.sinfo, { enter: use });
    if (!fits || !uses) continue;
    moved.add(b);
    known.add(b.var);
  }
  return moved;
}

/** `builtin.stop_lift_params` marks where the function for weights ends. */
const stops = ({ value }: Binding): boolean =>
  value.kind === "relax.Call" &&
  value.op.kind === "relax.Op" &&
  value.op.name === "builtin.stop_lift_params";

const plain = (v: Var) => (v.sinfo === undefined ? [] : plainSymbols(v.sinfo));

/** What the rest of a function needs, and the tuples and items that it makes again. */
interface Results {
  /** Weights, then moved values. */
  readonly results: readonly Var[];
  readonly stays: ReadonlySet<Binding>;
}

function resultsOf(func: Func, weights: readonly Var[], moved: ReadonlySet<Binding>): Results {
  const used = new Set<Node>();
  const use = (root: Node): void =>
    visit(root, {
      enter(node) {
        if (node.kind === "relax.Var" || node.kind === "tir.Var") used.add(node);
      },
    });
  for (const b of func.body.blocks.flatMap((block) => block.bindings)) if (!moved.has(b)) use(b);
  use(func.body.body);
  use(func.retSinfo);
  const stays = new Set<Binding>();
  for (const b of [...moved].reverse()) {
    if (b.value.kind === "relax.Call" || !used.has(b.var)) continue;
    stays.add(b);
    use(b.value);
  }
  const computed = [...moved].filter((b) => !stays.has(b) && used.has(b.var)).map((b) => b.var);
  const inputs = func.params.filter((p) => !weights.includes(p));
  for (const v of [...inputs, ...computed]) for (const s of symbolsOf(v.sinfo)) used.add(s);
  const defined = new Set<Node>([...inputs, ...computed].flatMap(plain));
  // A weight also stays where it alone defines a symbol of the rest.
  const kept = weights.filter((w) => {
    const isNeeded = used.has(w) || plain(w).some((s) => used.has(s) && !defined.has(s));
    if (isNeeded) for (const s of plain(w)) defined.add(s);
    return isNeeded;
  });
  return { results: [...kept, ...computed], stays };
}

function transformOf(
  of: Func,
  weights: readonly Var[],
  moved: ReadonlySet<Binding>,
  results: readonly Var[],
): Func {
  const infos = (vars: readonly Var[]) => tupleInfo(vars.map((v) => v.sinfo ?? objectInfo));
  const params = relaxVar("params", infos(weights), { annotated: true });
  const items = weights.map((w, i) => varBinding(w, tupleGetItem(params, i)));
  const result = relaxVar("results", infos(results));
  const block = bindingBlock([...items, ...moved, varBinding(result, tuple(results))]);
  const func = relaxFunction({
    name: "",
    params: [params],
    body: seqExpr([block], result),
    retSinfo: infos(results),
    isPure: true,
    isPrivate: of.isPrivate,
    attrs: new Map([["num_input", 0]]),
  });
  return copyFunction(
    rewrite(func, (node) =>
      node.kind === "relax.Var" && node.dataflow ? { ...node, dataflow: false } : node,
    ),
  );
}
