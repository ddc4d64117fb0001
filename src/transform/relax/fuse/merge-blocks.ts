/** Inlines the spatial blocks of a fused function where that saves memory traffic and repeats no costly work. */
import {
  blockAnalyzer,
  isFold,
  leafBlocks,
  leafOf,
  readsOf,
  sameIndices,
  type BlockFacts,
  type LeafBlock,
} from "../../../analysis/tir-pattern/index.js";
import { varsOf } from "../../../ir/core/free-vars.js";
import { visit } from "../../../ir/core/visit.js";
import type { PrimExpr } from "../../../ir/tir/expr.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import type { Stmt } from "../../../ir/tir/stmt.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import { definitionOf, inlineInto, isOverwritten, replaceBlocks } from "../../tir/inline-block.js";
import { inlineIntoStores } from "../../tir/inline-into-stores.js";

/** The function with as few intermediates as pay; values are computed as before, in the same order of operations. */
export function mergeBlocks(func: PrimFunc): PrimFunc {
  const program = leafBlocks(func);
  if (program === undefined) return inlineIntoStores(func);
  const analyzer = blockAnalyzer(func, program.leaves);
  const withReads = (leaf: LeafBlock): BlockFacts => ({ leaf, reads: readsOf(leaf, analyzer) });
  const facts = program.leaves.map(withReads);
  const gone = new Set<Stmt>();
  const buffers = new Set<Buffer>();
  // Producers come before their readers, so that what is inlined holds no reads that could still be.
  for (const [i, original] of program.leaves.entries()) {
    const { leaf } = facts[i]!;
    const definition = definitionOf(leaf);
    if (typeof definition === "string" || !program.allocs.includes(definition.buffer)) continue;
    const { buffer } = definition;
    const others = facts.filter(({ leaf: l }) => l !== leaf);
    if (others.some(({ leaf: l }) => l.stores.some((s) => s.buffer === buffer))) continue;
    const users = others.filter(({ reads }) => reads.some((r) => r.buffer === buffer));
    if (users.length === 0 || !pays(leaf, buffer, users)) continue;
    if (isOverwritten(facts.map((f) => f.leaf), leaf)) continue; // prettier-ignore
    for (const user of users) {
      const { loops, nest } = user.leaf;
      const after = leafOf(inlineInto(user.leaf.block, definition), loops, nest);
      facts[facts.indexOf(user)] = withReads(after!);
    }
    gone.add(original.block);
    buffers.add(buffer);
  }
  if (gone.size === 0) return func;
  const images = new Map(facts.map(({ leaf }, i) => [program.leaves[i]!.block, leaf.block]));
  return replaceBlocks(func, images, gone, buffers);
}

/** Whether each element is read about once, or costs next to nothing. */
function pays(leaf: LeafBlock, buffer: Buffer, users: readonly BlockFacts[]): boolean {
  // A contraction reads each element many times; only another index costs nothing there.
  if (users.some((u) => u.leaf.reduced.length > 0 && !isFold(u)) && !isCopy(leaf)) return false;
  if (isCheap(leaf)) return true;
  const [user, ...more] = users;
  if (more.length > 0) return false;
  const own = user!.reads.filter((r) => r.buffer === buffer);
  const [first] = own;
  const isOne = own.every((r) => sameIndices(r.indices, first!.indices));
  return isOne && readsOnce(user!.leaf, first!.indices);
}

/** Different iterations read different elements, as far as the form of the indices tells. */
function readsOnce({ block }: LeafBlock, indices: readonly PrimExpr[]): boolean {
  const used = new Set(indices.flatMap(varsOf));
  const divides = (op: string): boolean => indices.some((e) => hasOp(e, op));
  if (divides("floordiv") && !divides("floormod")) return false;
  return block.iters.every(
    ({ var: v, dom }) =>
      used.has(v) || (dom?.extent.kind === "tir.IntImm" && dom.extent.value === 1),
  );
}

function hasOp(e: PrimExpr, op: string): boolean {
  let found = false;
  visit(e, {
    enter(n) {
      if (n.kind === "tir.Binary" && n.op === op) found = true;
      return found ? false : undefined;
    },
  });
  return found;
}

/** Elements of another buffer as they are. */
const isCopy = ({ stores, lets }: LeafBlock): boolean => {
  const { value } = stores[0]!;
  const isPlain = (e: PrimExpr): boolean => e.kind === "tir.Var" || e.kind === "tir.IntImm";
  return lets.length === 0 && value.kind === "tir.Load" && value.indices.every(isPlain);
};

/** Arithmetic on so few operands that computing it again costs no more than a load. */
const MOST_OPERATIONS = 3;

function isCheap({ stores, lets }: LeafBlock): boolean {
  if (lets.length > 0) return false;
  let operations = 0;
  let loads = 0;
  const count = (e: PrimExpr): void =>
    visit(e, {
      enter(n) {
        if (n.kind === "tir.Load") {
          loads++;
          return false;
        }
        if (n.kind === "tir.Call" || n.kind === "tir.Let") operations += MOST_OPERATIONS + 1;
        if (n.kind === "tir.Binary" && n.op === "div") operations += MOST_OPERATIONS + 1;
        if (n.kind === "tir.Binary" || n.kind === "tir.Select" || n.kind === "tir.IfThenElse") operations++; // prettier-ignore
        return undefined;
      },
    });
  for (const s of stores) count(s.value);
  return operations <= MOST_OPERATIONS && loads <= 1;
}
