/** What primitives on loops share: which loops may be rebuilt, and putting expressions in the place of their variables. */
import { exprText, type Analyzer } from "../arith/index.js";
import { rebuild, rewrite } from "../ir/core/rewrite.js";
import type { Node } from "../ir/nodes.js";
import { range } from "../ir/tir/buffer.js";
import { boolImm, logic, type PrimExpr, type Var } from "../ir/tir/expr.js";
import { ifStmt, seq, type Block, type For, type Stmt } from "../ir/tir/stmt.js";
import { varsOf } from "../ir/core/free-vars.js";
import { hasEffects } from "../arith/index.js";
import { isSymbolic } from "../transform/tir/bounded-walk.js";
import { loopCodes } from "./loop-codes.js";
import { refuse } from "./primitive.js";
import { statementsOf, type LoopSite } from "./site.js";

/** Refuses a loop that is marked, annotated or has a step. */
export function requirePlain(primitive: string, { node }: LoopSite): void {
  const what = markOf(node);
  if (what !== undefined)
    refuse(loopCodes.markedLoop({ primitive, loop: node.var.name, what, at: node.span }));
}

function markOf(loop: For): string | undefined {
  if (loop.loopKind === "thread_binding") return `is bound to \`${loop.threadTag ?? "a thread"}\``;
  if (loop.loopKind !== "serial") return `is ${loop.loopKind}`;
  const [key] = loop.annotations.keys();
  if (key !== undefined) return `has the annotation \`${key}\``;
  return loop.step === undefined ? undefined : "has a step";
}

export const isConstant = (e: PrimExpr, value: number): boolean =>
  e.kind === "tir.IntImm" && e.value === value;
export const isAlways = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && e.value !== 0;

/** Whether a number is larger than its own type can hold. */
export const outgrows = (e: PrimExpr): boolean =>
  e.kind === "tir.IntImm" && Number(e.value) >= 2 ** (e.dtype.bits - (e.dtype.code === "int" ? 1 : 0)); // prettier-ignore

/** Both conditions; one that always holds is left out. */
export const both = (a: PrimExpr, b: PrimExpr): PrimExpr =>
  isAlways(a) ? b : isAlways(b) ? a : logic("and", a, b);

/** Several conditions as one. */
export const allOf = (conditions: readonly PrimExpr[]): PrimExpr =>
  conditions.reduce(both, boolImm(true));

/** The statement under one more condition: at the predicates of its blocks, else around it. */
export function guarded(s: Stmt, cond: PrimExpr): Stmt {
  switch (s.kind) {
    case "tir.Block":
      // What is read from memory comes last: it may be there only where the rest holds.
      return { ...s, predicate: isSymbolic(s.predicate) ? both(s.predicate, cond) : both(cond, s.predicate) }; // prettier-ignore
    case "tir.For":
    case "tir.AttrStmt": {
      // Bounds that are read from memory are there only where the condition holds.
      if (s.kind === "tir.For" && !(isSymbolic(s.min) && isSymbolic(s.extent)))
        return ifStmt(cond, s, undefined, s.span);
      const body = guarded(s.body, cond);
      return { ...s, body };
    }
    case "tir.Seq":
      return s.body.every((part) => part.kind === "tir.For" || part.kind === "tir.Block")
        ? { ...s, body: s.body.map((part) => guarded(part, cond)) }
        : ifStmt(cond, s, undefined, s.span);
    default:
      return ifStmt(cond, s, undefined, s.span);
  }
}

/** The statement with expressions in the place of variables, bindings and bounds in their shortest form. */
export function bound(s: Stmt, values: ReadonlyMap<Var, PrimExpr>, analyzer: Analyzer): Stmt {
  const put = <T extends Node>(node: T): T =>
    rewrite(node, (n) => (n.kind === "tir.Var" ? (values.get(n) ?? n) : n));
  const short = (e: PrimExpr): PrimExpr => {
    const after = put(e);
    if (after === e || !isIndex(after)) return after;
    const simple = analyzer.simplify(after);
    return simple.dtype === e.dtype ? simple : after;
  };
  const walk = (at: Stmt): Stmt => {
    switch (at.kind) {
      case "tir.Block":
        return block(at, short, put);
      case "tir.For": {
        const [min, extent] = [short(at.min), short(at.extent)];
        return analyzer.scope(() => {
          analyzer.bind(at.var, range(min, extent));
          return { ...at, min, extent, body: walk(at.body) };
        });
      }
      case "tir.Seq":
        return seq(at.body.map(walk), at.span);
      default:
        return statementsOf(at).length === 0
          ? put(at)
          : rebuild(at, (child) => (isStatement(at, child) ? walk(child) : put(child)));
    }
  };
  return walk(s);
}

const isStatement = (parent: Stmt, child: Node): child is Stmt =>
  (statementsOf(parent) as readonly Node[]).includes(child);

/** Only the bindings and the predicate of a block see what is around it; the function's symbols aside, its body does not. */
function block(
  at: Block,
  short: (e: PrimExpr) => PrimExpr,
  put: <T extends Node>(node: T) => T,
): Block {
  const values = at.values?.map(short);
  const predicate = put(at.predicate);
  // A body that names a loop around its block is not closed; TVM allows it, so the name is replaced there too.
  const { values: _, predicate: __, ...rest } = at;
  const inside = put({ ...rest, values: undefined, predicate: boolImm(true) } as Block);
  return { ...inside, values, predicate };
}

/** Integer expressions without loads and calls. */
function isIndex(e: PrimExpr): boolean {
  return e.dtype.lanes === 1 && e.dtype.code !== "float" && !hasEffects(e);
}

/** Whether the bounds of a loop mention a variable. */
export const boundsMention = ({ min, extent }: For, v: Var): boolean =>
  varsOf(min).includes(v) || varsOf(extent).includes(v);

/** Expressions as a list in a message. */
export const listText = (items: readonly (PrimExpr | null)[]): string =>
  `[${items.map((e) => (e === null ? "None" : exprText(e))).join(", ")}]`;
