import type { IRModule } from "../../../ir/module.js";
import { globalVar } from "../../../ir/module.js";
import { relaxCall, type Expr, type Func, type Var } from "../../../ir/relax/expr.js";
import { option } from "../../../support/option.js";
import { definePass } from "../../pass.js";
import { eachBlock, isExternal, rewriteFunction, updated } from "../rewrite/index.js";
import { calleeOf, fusionGraph, type FusionNode } from "./fusion-graph.js";
import { groupFunction } from "./group-function.js";
import { fusionGroups } from "./partition.js";
import { SharedFunctions } from "./shared-functions.js";

/** Mark of functions that become one kernel. */
export const PRIMITIVE = "Primitive";

/**
 * Precondition: none; calls of T functions are fused, others stay. Result: in dataflow blocks, groups of calls are calls
 * of private functions marked `Primitive`. Sound because a group takes the place of its last call, all it uses stands
 * before that, and nothing else uses what is inside.
 */
export const fuseOps = definePass({
  name: "fuse-ops",
  dialect: "relax",
  summary: "Groups calls of T functions that can share their loops.",
  requires: ["legalize-ops", "annotate-tir-op-pattern"],
  options: {
    fuseOptLevel: option.int({ default: -1, help: "0 fuses nothing" }),
    maxDepth: option.int({ default: 256, help: "most calls in a group" }),
    maxArgs: option.int({ default: 64, help: "most operands of a group, 0 for any number" }),
  },
  run(module, { fuseOptLevel, maxDepth, maxArgs }) {
    if (fuseOptLevel === 0) return module;
    const shared = new SharedFunctions(module);
    const limits = { maxDepth: Math.max(1, maxDepth), maxArgs };
    return updated(
      module,
      (func, name) => {
        const isOpen =
          func.kind === "relax.Function" && !isExternal(func) && !func.attrs.has(PRIMITIVE);
        return isOpen ? fuseFunction(module, name, func, limits, shared) : func;
      },
      shared.added,
    );
  },
});

/** What stands for the bindings of a group: nothing, but for the last one. */
interface Plan {
  readonly calls: Map<Var, Expr>;
  readonly gone: Set<Var>;
}

function fuseFunction(
  module: IRModule,
  name: string,
  func: Func,
  limits: Parameters<typeof fusionGroups>[1],
  shared: SharedFunctions,
): Func {
  const plan: Plan = { calls: new Map(), gone: new Set() };
  eachBlock(func.body, (block) => {
    if (!block.dataflow) return;
    const nodes = fusionGraph(block, module);
    for (const group of fusionGroups(nodes, limits)) planGroup(group, module, shared, plan);
  });
  if (plan.calls.size === 0) return func;
  const image = (v: Var): Expr | undefined => plan.calls.get(v);
  return rewriteFunction(
    module,
    name,
    func,
    {
      value(value, at, { var: v }) {
        if (plan.gone.has(v)) return undefined;
        const call = image(v);
        return call === undefined ? value : at.imageOf(call);
      },
    },
    { signature: (callee) => shared.signatureOf(callee) },
  );
}

function planGroup(
  group: readonly FusionNode[],
  module: IRModule,
  shared: SharedFunctions,
  plan: Plan,
): void {
  const members = new Set(group);
  const last = group[group.length - 1]!;
  const leaks = (n: FusionNode): boolean =>
    n.external || n.consumers.some((c) => !members.has(c.to));
  if (group.some((n) => n !== last && leaks(n))) return;
  const names = group.flatMap(({ binding: { value } }) => {
    const callee = value.kind === "relax.Call" ? calleeOf(value, module) : undefined;
    return callee === undefined ? [] : [callee.name];
  });
  // Tuples and their fields alone are no kernel.
  if (names.length < 2) return;
  const made = groupFunction({
    name: fusedName(names),
    bindings: group.map((n) => n.binding),
    results: [last.binding.var],
    attrs: new Map([[PRIMITIVE, true]]),
  });
  if (made === undefined) return;
  const gv = globalVar(shared.nameOf(made.func));
  for (const n of group) plan.gone.add(n.binding.var);
  plan.gone.delete(last.binding.var);
  plan.calls.set(last.binding.var, relaxCall(gv, made.args, { span: last.binding.span }));
}

const LONGEST_NAME = 60;

/** `fused_matmul_add_relu`; numbers that tell instances apart are left out. */
function fusedName(names: readonly string[]): string {
  let name = "fused";
  for (const [i, part] of names.entries()) {
    const next = `${name}_${part.replace(/^fused_/, "").replace(/(_?\d+)+$/, "")}`;
    if (next.length > LONGEST_NAME) return `${name}_and_${names.length - i}_more`;
    name = next;
  }
  return name;
}
