/** Results that nothing uses. */
import { visit } from "../../../ir/core/visit.js";
import type { IRModule } from "../../../ir/module.js";
import type { Node } from "../../../ir/nodes.js";
import {
  bindingBlock,
  relaxVar,
  tuple,
  tupleGetItem,
  varBinding,
  type Expr,
  type Func,
} from "../../../ir/relax/expr.js";
import { tupleInfo } from "../../../ir/relax/struct-info.js";
import { definePass } from "../../pass.js";
import { eachBinding, mapBlocks, mergeBlocks, useOf } from "../rewrite/index.js";
import { calledOnly, repeated, withSignatures, type SignatureChange } from "./private-signature.js";

/**
 * Precondition: A-normal form.
 * Result: private functions that are only called give no item that no call takes; a single item is given by itself.
 * Sound because calls take the items that remain from their new places.
 */
export const removeUnusedOutputs = definePass({
  name: "remove-unused-outputs",
  dialect: "module",
  summary: "Removes results that no call of a private function uses.",
  options: {},
  run: (module) =>
    repeated(module, (before) => {
      const candidates = calledOnly(before);
      const used = usedItems(before, candidates);
      const changes = new Map<string, SignatureChange>();
      for (const [name, func] of candidates) {
        const items = used.get(name);
        const change = items && reduced(func, items);
        if (change !== undefined) changes.set(name, change);
      }
      return withSignatures(before, changes);
    }),
});

/** For each function whose results are only taken apart, the items that some call takes. */
function usedItems(
  module: IRModule,
  candidates: ReadonlyMap<string, Func>,
): ReadonlyMap<string, ReadonlySet<number>> {
  const used = new Map([...candidates.keys()].map((name) => [name, new Set<number>()]));
  for (const func of module.functions.values()) {
    if (func.kind !== "relax.Function") continue;
    const results = new Map<Node, string>();
    eachBinding(func.body, ({ value, var: v }) => {
      if (
        value.kind === "relax.Call" &&
        value.op.kind === "ir.GlobalVar" &&
        used.has(value.op.name)
      )
        results.set(v, value.op.name);
    });
    let item: Node | undefined;
    visit(func, {
      enter(node, defining) {
        const callee = defining ? undefined : results.get(node);
        if (node.kind === "relax.TupleGetItem") {
          item = node.tuple;
          const taken = results.get(node.tuple);
          if (taken !== undefined) used.get(taken)?.add(node.index);
        } else if (callee !== undefined) {
          // Another use than as the tuple of an item takes all of it.
          if (item !== node) used.delete(callee);
          item = undefined;
        }
      },
    });
  }
  return used;
}

function reduced(func: Func, used: ReadonlySet<number>): SignatureChange | undefined {
  const info = func.retSinfo;
  const count = info.kind === "relax.TupleInfo" ? info.fields.length : 0;
  if (info.kind !== "relax.TupleInfo" || used.size === 0 || used.size === count) return undefined;
  const kept = [...used].sort((a, b) => a - b);
  const { body } = func;
  const given = body.body;
  const items =
    given.kind === "relax.Tuple"
      ? undefined
      : kept.map((i) =>
          varBinding(relaxVar(`output_${i}`, info.fields[i]), tupleGetItem(given, i)),
        );
  const fields: readonly Expr[] =
    given.kind === "relax.Tuple" ? kept.map((i) => given.fields[i]!) : items!.map((b) => useOf(b.var)); // prettier-ignore
  const isSingle = fields.length === 1;
  const result = isSingle ? fields[0]! : tuple(fields, given.span);
  const infos = kept.map((i) => info.fields[i]!);
  const blocks = [...body.blocks, bindingBlock(items ?? [])];
  return {
    func: mapBlocks(
      {
        ...func,
        body: { ...body, blocks, body: result },
        retSinfo: isSingle ? infos[0]! : tupleInfo(infos),
      },
      mergeBlocks,
    ),
    // A call made again gets the new type.
    call: (call) => ({ ...call }),
    item(index, value) {
      if (!isSingle) return tupleGetItem(value, kept.indexOf(index));
      return value.kind === "relax.Var" ? useOf(value) : value;
    },
  };
}
