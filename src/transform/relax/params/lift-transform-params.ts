/** What is computed from weights alone, moved out of the run-time function. */
import { plainSymbols } from "../../../analysis/relax/info.js";
import { rewrite } from "../../../ir/core/rewrite.js";
import { structuralEqual } from "../../../ir/core/equal.js";
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
import { option } from "../../../support/option.js";
import { codes } from "../../codes.js";
import { definePass, type PassContext } from "../../pass.js";
import { applyTo, copyFunction, freshGlobal, hasIdentity, makeSubstitution, rewriteFunction, symbolsOf, updated } from "../rewrite/index.js"; // prettier-ignore
import { checkModels, modelParams, type ModelParams } from "./chosen-function.js";

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
  options: {
    sharedTransform: option.bool({
      default: false,
      help: "One function `transform_params` for all functions of the same weights, of what all of them compute.",
    }),
  },
  run(module, { sharedTransform }, ctx) {
    checkModels(module, NAME, ctx);
    if (sharedTransform) return liftedTogether(module, ctx);
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
  return {
    transform: transformOf(func, model.weights, moved, results),
    remaining: (name) => remainingOf(module, name, func, { inputs: model.inputs, moved, results, stays }), // prettier-ignore
  };
}

/** What is left of a function that takes results in the place of its weights. */
function remainingOf(
  module: IRModule,
  name: string,
  func: Func,
  { inputs, moved, results, stays }: Results & Pick<ModelParams, "inputs"> & { readonly moved: ReadonlySet<Binding> }, // prettier-ignore
): Func {
  // What a local variable of a block was leaves the function now.
  const params = results.map((v) => ({ ...v, dataflow: false, annotated: true }));
  return rewriteFunction(
    module,
    name,
    func,
    { value: (value, _, b) => (moved.has(b) && !stays.has(b) ? undefined : value) },
    {
      start: { vars: new Map(results.map((v, i) => [v, params[i]!])), symbols: new Map() },
      params: [...inputs, ...params],
    },
  );
}

/** A function with what it shares with the first one. */
interface Sharer {
  readonly name: string;
  readonly func: Func;
  readonly model: ModelParams;
  /** Its bindings that compute what bindings of the first function do, by those. */
  readonly twins: ReadonlyMap<Binding, Binding>;
}

/** One function for the weights of all functions that have the same ones. */
function liftedTogether(module: IRModule, ctx: PassContext): IRModule {
  const sharers: Sharer[] = [];
  let all: Binding[] = [];
  for (const [name, func] of module.functions) {
    const model = func.kind === "relax.Function" ? modelParams(func) : undefined;
    if (func.kind !== "relax.Function" || !model?.weights.length || !model.inputs.length) continue;
    const moved = movedBindings(module, func, model.weights);
    const [first] = sharers;
    if (first === undefined) all = [...moved];
    const twins = first === undefined ? new Map(all.map((b) => [b, b])) : twinsOf(first.model, all, model, moved); // prettier-ignore
    if (twins === undefined) {
      ctx.report(codes.otherWeights({ pass: NAME, func: name, other: first!.name, at: func.span }));
      return module;
    }
    sharers.push({ name, func, model, twins });
  }
  const common = all.filter((b) => sharers.every(({ twins }) => twins.has(b)));
  const [first] = sharers;
  if (first === undefined || !common.some((b) => b.value.kind === "relax.Call")) return module;
  const own = sharers.map((sharer) => {
    const { func, model, twins } = sharer;
    const moved = new Set(common.map((b) => twins.get(b)!));
    const { results, stays } = resultsOf(func, model.weights, moved);
    return { ...sharer, moved, stays, needed: new Set(results) };
  });
  const isNeeded = (of: (sharer: (typeof own)[number]) => Var): boolean =>
    own.some((sharer) => sharer.needed.has(of(sharer)));
  const weights = first.model.weights.flatMap((_, i) => (isNeeded((s) => s.model.weights[i]!) ? [i] : [])); // prettier-ignore
  const values = common.filter((b) => isNeeded((s) => s.twins.get(b)!.var));
  const resultsFor = ({ model, twins }: Sharer): Var[] => [
    ...weights.map((i) => model.weights[i]!),
    ...values.map((b) => twins.get(b)!.var),
  ];
  if (values.length === 0) return module;
  const transform = freshGlobal(module, "transform_params", new Set());
  const made = transformOf(first.func, first.model.weights, new Set(common), resultsFor(first));
  const after = new Map(
    own.map((s) => [
      s.name,
      remainingOf(module, s.name, s.func, { ...s, inputs: s.model.inputs, results: resultsFor(s) }),
    ]),
  );
  const added = new Map([[transform, { ...made, name: transform }]]);
  return updated(module, (f, name) => after.get(name) ?? f, added);
}

/** Bindings that compute the same of the same weights, by those of the first function; undefined for other weights. */
function twinsOf(
  first: ModelParams,
  bindings: readonly Binding[],
  { weights }: ModelParams,
  moved: ReadonlySet<Binding>,
): ReadonlyMap<Binding, Binding> | undefined {
  if (weights.length !== first.weights.length) return undefined;
  const images = makeSubstitution(weights.map((w, i) => [w, first.weights[i]!]));
  for (const [i, w] of weights.entries()) {
    const symbols = [...plain(first.weights[i]!)];
    [...plain(w)].forEach((s, k) => symbols[k] && images.symbols.set(s, symbols[k]));
  }
  const isSame = (a: Node, b: Node): boolean => structuralEqual(a, b, { mapFreeVars: false });
  for (const [i, w] of weights.entries()) {
    const [x, y] = [w.sinfo ?? objectInfo, first.weights[i]!.sinfo ?? objectInfo];
    if (!isSame(applyTo(x, images), y)) return undefined;
  }
  const twins = new Map<Binding, Binding>();
  for (const b of moved) {
    const image = applyTo(b.value, images);
    const twin = bindings.find((x) => !twins.has(x) && isSame(image, x.value));
    if (twin === undefined) continue;
    twins.set(twin, b);
    images.vars.set(b.var, twin.var);
  }
  return twins;
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
