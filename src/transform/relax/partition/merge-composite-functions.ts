import type { IRModule } from "../../../ir/module.js";
import { globalVar } from "../../../ir/module.js";
import {
  bindingBlock,
  relaxCall,
  relaxVar,
  tupleGetItem,
  varBinding,
  type Binding,
  type BindingBlock,
  type Func,
  type Var,
} from "../../../ir/relax/expr.js";
import { tupleInfo } from "../../../ir/relax/struct-info.js";
import { visit } from "../../../ir/core/visit.js";
import { definePass } from "../../pass.js";
import { groupFunction } from "../fuse/group-function.js";
import { SharedFunctions } from "../fuse/shared-functions.js";
import { functionsNamedIn, isExternal, mapBlocks, updated } from "../rewrite/index.js";
import { enclosing } from "./codegen-function.js";
import { codegenOf, COMPOSITE } from "./external.js";

/**
 * Precondition: `fuse-ops-by-pattern`. Result: neighbouring calls of composites of one code generator are one call of a
 * function marked `Codegen`, in which the composites are functions inside. Sound because calls are joined only where no
 * value goes out of the group and comes back.
 */
export const mergeCompositeFunctions = definePass({
  name: "merge-composite-functions",
  dialect: "relax",
  summary: "Joins neighbouring matches of one code generator.",
  requires: ["fuse-ops-by-pattern"],
  options: {},
  run(module) {
    const shared = new SharedFunctions(module);
    const after = updated(
      module,
      (func) =>
        func.kind === "relax.Function" && !isExternal(func) ? merged(module, func, shared) : func,
      shared.added,
    );
    return after === module ? module : withoutComposites(after);
  },
});

/** Takes away composites that are only inside other functions by now. */
function withoutComposites(module: IRModule): IRModule {
  const named = new Set<string>();
  for (const func of module.functions.values())
    for (const name of functionsNamedIn(module, func)) named.add(name);
  return updated(module, (func, name) => {
    const isComposite = func.kind === "relax.Function" && func.attrs.has(COMPOSITE);
    return isComposite && func.isPrivate && !named.has(name) ? undefined : func;
  });
}

function merged(module: IRModule, func: Func, shared: SharedFunctions): Func {
  return mapBlocks(func, (blocks) => {
    const after = blocks.map((b) => (b.dataflow ? mergedBlock(module, b, shared) : b));
    return after.every((b, i) => b === blocks[i]) ? blocks : after;
  });
}

/** Bindings that become one call, or a binding of its own. */
interface Group {
  readonly codegen: string | undefined;
  readonly bindings: Binding[];
  /** Groups whose values it uses; it may be among them. */
  readonly needs: Set<Group>;
  parent: Group | undefined;
}

const rootOf = (group: Group): Group => {
  let at = group;
  while (at.parent !== undefined) at = at.parent;
  return at;
};

function mergedBlock(module: IRModule, block: BindingBlock, shared: SharedFunctions): BindingBlock {
  const groups = new Map<Var, Group>();
  for (const b of block.bindings) groups.set(b.var, groupFor(b, module, groups));
  const roots = new Set([...groups.values()].map(rootOf));
  if (![...roots].some((g) => g.codegen !== undefined)) return block;
  const users = outsideUses(block, groups);
  const bindings: Binding[] = [];
  const done = new Set<Group>();
  /** A group comes after all that it needs. */
  const put = (group: Group): void => {
    if (done.has(group)) return;
    done.add(group);
    for (const needed of group.needs) put(rootOf(needed));
    bindings.push(...(group.codegen === undefined ? group.bindings : callOf(group, users, module, shared))); // prettier-ignore
  };
  for (const b of block.bindings) put(rootOf(groups.get(b.var)!));
  return bindingBlock(bindings, true, block.span);
}

function operandsOf(b: Binding): ReadonlySet<Var> {
  const found = new Set<Var>();
  visit(b.value, {
    enter(n) {
      if (n.kind === "relax.Var") found.add(n);
    },
  });
  return found;
}

function groupFor(b: Binding, module: IRModule, groups: ReadonlyMap<Var, Group>): Group {
  const codegen = codegenFor(b, module);
  const sources = new Set<Group>();
  for (const v of operandsOf(b)) {
    const group = groups.get(v);
    if (group !== undefined) sources.add(rootOf(group));
  }
  // A group that another operand needs would be needed by itself.
  const joined = [...sources].filter(
    (s) =>
      codegen !== undefined &&
      s.codegen === codegen &&
      ![...sources].some((other) => other !== s && reaches(other, s)),
  );
  const own: Group = { codegen, bindings: [], needs: new Set(sources), parent: undefined };
  const [target = own, ...others] = joined;
  for (const group of [...others, ...(target === own ? [] : [own])]) {
    group.parent = target;
    target.bindings.push(...group.bindings);
    for (const needed of group.needs) target.needs.add(needed);
  }
  target.bindings.push(b);
  return target;
}

/** Whether a group needs another one, directly or through others. */
function reaches(from: Group, to: Group): boolean {
  const seen = new Set<Group>();
  const stack = [from];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (const needed of at.needs) {
      const root = rootOf(needed);
      if (root === to) return true;
      if (root === at || seen.has(root)) continue;
      seen.add(root);
      stack.push(root);
    }
  }
  return false;
}

/** The code generator of the composite that a binding calls. */
function codegenFor({ value }: Binding, module: IRModule): string | undefined {
  if (value.kind !== "relax.Call" || value.op.kind !== "ir.GlobalVar") return undefined;
  const callee = module.functions.get(value.op.name);
  const name = callee?.kind === "relax.Function" ? callee.attrs.get(COMPOSITE) : undefined;
  return typeof name === "string" ? codegenOf(name) : undefined;
}

/** Variables that a group other than their own uses, or the outside of the block. */
function outsideUses(block: BindingBlock, groups: ReadonlyMap<Var, Group>): ReadonlySet<Var> {
  const found = new Set<Var>();
  for (const b of block.bindings) {
    const own = rootOf(groups.get(b.var)!);
    if (!b.var.dataflow) found.add(b.var);
    for (const v of operandsOf(b)) {
      const source = groups.get(v);
      if (source !== undefined && rootOf(source) !== own) found.add(v);
    }
  }
  return found;
}

function callOf(
  group: Group,
  used: ReadonlySet<Var>,
  module: IRModule,
  shared: SharedFunctions,
): readonly Binding[] {
  const { bindings } = group;
  const results = bindings.map((b) => b.var).filter((v) => used.has(v));
  const last = bindings[bindings.length - 1]!.var;
  const outputs = results.length === 0 ? [last] : results;
  const codegen = group.codegen!;
  const callees = bindings.flatMap(({ value }) =>
    value.kind === "relax.Call" && value.op.kind === "ir.GlobalVar" ? [value.op.name] : [],
  );
  const name = `${callees[0]!}${callees.length > 1 ? `_and_${callees.length - 1}_more` : ""}_${codegen}`;
  const made = groupFunction({ name, bindings, results: outputs });
  if (made === undefined) return bindings;
  const callee = globalVar(shared.nameOf(enclosing(made.func, module, codegen)));
  const call = relaxCall(callee, made.args);
  if (outputs.length === 1) return [varBinding(outputs[0]!, call)];
  const all = relaxVar("results", tupleInfo(outputs.map((v) => v.sinfo!)), { dataflow: true });
  return [varBinding(all, call), ...outputs.map((v, i) => varBinding(v, tupleGetItem(all, i)))];
}
