/** Runs of pure bindings as dataflow blocks. */
import { rewrite } from "../../../ir/core/rewrite.js";
import { visit } from "../../../ir/core/visit.js";
import type { IRModule } from "../../../ir/module.js";
import type { Node } from "../../../ir/nodes.js";
import {
  bindingBlock,
  type Binding,
  type BindingBlock,
  type Func,
} from "../../../ir/relax/expr.js";
import { option } from "../../../support/option.js";
import { definePass } from "../../pass.js";
import { countUses, hasEffect, mapBlocks, mapFunctions, symbolsOf } from "../rewrite/index.js";

/**
 * Precondition: A-normal form, memory not yet explicit.
 * Result: neighbouring bindings without effects, branches and functions stand in dataflow blocks; what is used only there
 * is local to them.
 * Sound because a dataflow block evaluates its bindings in order like any other.
 */
export const convertToDataflow = definePass({
  name: "convert-to-dataflow",
  dialect: "relax",
  summary: "Puts runs of pure bindings into dataflow blocks.",
  from: "graph",
  through: "legal",
  options: {
    minSize: option.int({ default: 2, help: "Leave shorter runs alone." }),
  },
  run: (module, { minSize }) =>
    mapFunctions(module, (func) => convert(module, func, Math.max(1, minSize))),
});

function convert(module: IRModule, func: Func, minSize: number): Func {
  const made: BindingBlock[] = [];
  const split = mapBlocks(func, (blocks) => {
    const after = blocks.flatMap((block) =>
      block.dataflow ? [block] : runsOf(module, block, minSize, made),
    );
    return after.length === blocks.length && after.every((b, i) => b === blocks[i])
      ? blocks
      : after;
  });
  if (made.length === 0) return func;
  const local = localVars(split, new Set(made));
  return rewrite(split, (node) =>
    node.kind === "relax.Var" && local.has(node) ? { ...node, dataflow: true } : node,
  );
}

/** The block in parts; those that become dataflow blocks are noted in `made`. */
function runsOf(
  module: IRModule,
  block: BindingBlock,
  minSize: number,
  made: BindingBlock[],
): BindingBlock[] {
  const parts: { readonly fits: boolean; readonly bindings: Binding[] }[] = [];
  for (const b of block.bindings) {
    const { kind } = b.value;
    const fits = kind !== "relax.If" && kind !== "relax.Function" && !hasEffect(module, b.value);
    const last = parts.at(-1);
    if (last?.fits === fits) last.bindings.push(b);
    else parts.push({ fits, bindings: [b] });
  }
  const after: BindingBlock[] = [];
  for (const { fits, bindings } of parts) {
    const isRun = fits && bindings.length >= minSize;
    const last = after.at(-1);
    if (isRun) {
      const run = bindingBlock(bindings, true, block.span);
      made.push(run);
      after.push(run);
    } else if (last !== undefined && !last.dataflow) {
      after[after.length - 1] = bindingBlock([...last.bindings, ...bindings], false, block.span);
    } else after.push(bindingBlock(bindings, false, block.span));
  }
  return after.length === 1 && !after[0]!.dataflow ? [block] : after;
}

/** Variables of the new blocks that nothing uses outside their block, and that are the shape of no type. */
function localVars(func: Func, made: ReadonlySet<BindingBlock>): ReadonlySet<Node> {
  const everywhere = countUses(func);
  const shapes = shapeVars(func);
  const local = new Set<Node>();
  for (const block of made) {
    const inside = countUses(block);
    for (const { var: v } of block.bindings) {
      const symbol = v.sinfo?.kind === "relax.PrimInfo" ? v.sinfo.value : undefined;
      const names = symbol?.kind === "tir.Var" ? [v, symbol] : [v];
      if (!shapes.has(v) && names.every((n) => inside.get(n) === everywhere.get(n))) local.add(v);
    }
    keepScalarsOfOutputs(block, local);
  }
  return local;
}

/** A scalar that the type of an output mentions has to be visible where the output is. */
function keepScalarsOfOutputs({ bindings }: BindingBlock, local: Set<Node>): void {
  const scalars = new Map<Node, Node>();
  for (const { var: v } of bindings)
    if (v.sinfo?.kind === "relax.PrimInfo") for (const s of symbolsOf(v.sinfo)) scalars.set(s, v);
  if (scalars.size === 0) return;
  for (const { var: v } of bindings) {
    if (local.has(v) || v.sinfo === undefined) continue;
    for (const s of symbolsOf(v.sinfo)) if (scalars.has(s)) local.delete(scalars.get(s)!);
  }
}

function shapeVars(func: Func): ReadonlySet<Node> {
  const found = new Set<Node>();
  visit(func, {
    enter(node) {
      if (node.kind === "relax.TensorInfo" && node.shape?.kind === "relax.Var")
        found.add(node.shape);
    },
  });
  return found;
}
