/** Order of the bindings of dataflow blocks. */
import { visit } from "../../../ir/core/visit.js";
import type { Node } from "../../../ir/nodes.js";
import { bindingBlock, type Binding, type BindingBlock } from "../../../ir/relax/expr.js";
import { option } from "../../../support/option.js";
import { definePass } from "../../pass.js";
import { definitionsOf, mapBlocks, mapFunctions } from "../rewrite/index.js";

/**
 * Precondition: A-normal form.
 * Result: bindings of dataflow blocks in the order asked for.
 * Sound because bindings of a dataflow block have no effects, and each still follows what it uses.
 */
export const topologicalSort = definePass({
  name: "topological-sort",
  dialect: "relax",
  summary: "Reorders the bindings of dataflow blocks.",
  from: "graph",
  through: "legal",
  options: {
    order: option.choice(["depth-first", "breadth-first"], {
      default: "depth-first",
      help: "Follow one chain of uses to its end first, or all of them step by step.",
    }),
    direction: option.choice(["from-inputs", "from-outputs"], {
      default: "from-inputs",
      help: "Compute values as soon as they can be, or as late as they may be.",
    }),
  },
  run: (module, { order, direction }) =>
    mapFunctions(module, (func) => {
      const definitions = definitionsOf(func);
      return mapBlocks(func, (blocks) => {
        const after = blocks.map((block) =>
          block.dataflow ? sorted(block, definitions, order, direction) : block,
        );
        return after.every((block, i) => block === blocks[i]) ? blocks : after;
      });
    }),
});

type Order = "depth-first" | "breadth-first";

function sorted(
  block: BindingBlock,
  definitions: ReadonlyMap<Node, Binding>,
  order: Order,
  direction: "from-inputs" | "from-outputs",
): BindingBlock {
  const { bindings } = block;
  const inputs = inputsOf(bindings, definitions);
  const users: number[][] = bindings.map(() => []);
  inputs.forEach((list, i) => list.forEach((j) => users[j]!.push(i)));
  const last = bindings.length - 1;
  const backwards = (lists: readonly (readonly number[])[]): number[][] =>
    lists.map((list) => list.map((i) => last - i).reverse()).reverse();
  const after =
    direction === "from-inputs"
      ? drained(inputs, users, order)
      : drained(backwards(users), backwards(inputs), order)
          .map((i) => last - i)
          .reverse();
  if (after.every((index, i) => index === i)) return block;
  return bindingBlock(
    after.map((i) => bindings[i]!),
    true,
    block.span,
  );
}

/** For each binding, the others of its block that it uses, once each. */
function inputsOf(
  bindings: readonly Binding[],
  definitions: ReadonlyMap<Node, Binding>,
): readonly (readonly number[])[] {
  const numbers = new Map(bindings.map((b, i) => [b, i]));
  return bindings.map((b) => {
    const used = new Set<number>();
    visit(b, {
      enter(node) {
        const definition = definitions.get(node);
        const at = definition === undefined ? undefined : numbers.get(definition);
        if (at !== undefined && definition !== b) used.add(at);
      },
    });
    return [...used];
  });
}

/** Takes what has no inputs left, in the order of a stack or of a queue (Kahn 1962). */
function drained(
  inputs: readonly (readonly number[])[],
  users: readonly (readonly number[])[],
  order: Order,
): number[] {
  const missing = inputs.map((list) => list.length);
  const ready = missing.flatMap((count, i) => (count === 0 ? [i] : []));
  if (order === "depth-first") ready.reverse();
  const after: number[] = [];
  for (let head = 0; order === "depth-first" ? ready.length > 0 : head < ready.length;) {
    const next = order === "depth-first" ? ready.pop()! : ready[head++]!;
    after.push(next);
    const freed = users[next]!.filter((u) => --missing[u]! === 0);
    if (order === "depth-first") freed.reverse();
    for (const u of freed) ready.push(u);
  }
  return after;
}
