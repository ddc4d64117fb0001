import { Analyzer, evalSet, rangeOfSet, setOfRange, type IntSet } from "../../arith/index.js";
import { varsOf } from "../../ir/core/free-vars.js";
import { rebuild, refresh } from "../../ir/core/rewrite.js";
import { structuralEqual } from "../../ir/core/equal.js";
import { visit } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import { range } from "../../ir/tir/buffer.js";
import { boolImm, compare, logic, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { ownBinders } from "../../ir/tir/own-binders.js";
import { ifStmt, seq, type For, type Stmt } from "../../ir/tir/stmt.js";
import { option } from "../../support/option.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { isStmt, isSymbolic } from "./bounded-walk.js";
import { simplifyFunc } from "./simplify.js";

/**
 * Precondition: level `loop`. Result: no condition `T.likely`; where one holds for all of a tile, the tile has code
 * without it, chosen by one test a tile. With `lanes`, so it is with conditions on lanes of vectors, but only for the
 * statement of the tile that has them. Sound because the test is the condition at the worst place of the tile, and the
 * other branch keeps the condition.
 */
export const specialiseTails = definePass({
  name: "specialise-tails",
  dialect: "tir",
  summary: "Gives whole tiles code of their own, without the conditions that tails need.",
  from: "loop",
  requires: ["convert-blocks"],
  options: {
    maxNodes: option.int({
      default: 20_000,
      help: "Limit on the size of a body that is written twice.",
    }),
    lanes: option.bool({
      default: false,
      help: "Also conditions on lanes of vectors, for targets that have no masks.",
    }),
  },
  run: (module, options) => mapPrimFuncs(module, (func) => specialised(func, options)),
});

interface Options {
  readonly maxNodes: number;
  readonly lanes: boolean;
}

function specialised(func: PrimFunc, options: Options): PrimFunc {
  if (!hasLikely(func.body) && !(options.lanes && conditionsOf(func.body, true).length > 0))
    return func;
  // The tests decide other conditions in their branches.
  return simplifyFunc({ ...func, body: plain(walk(func.body, [], options)) });
}

/** A test that decides a condition for a whole tile, and the innermost loop that the test depends on. */
interface Hoisted extends Condition {
  readonly test: PrimExpr;
  readonly loop: For;
}

/** Outer loops first: the branch without a condition has fewer of them left inside. */
function walk(s: Stmt, loops: readonly For[], options: Options): Stmt {
  if (s.kind !== "tir.For")
    return rebuild(s, (child) => (isStmt(child) ? walk(child, loops, options) : child));
  const inside = [...loops, s];
  const own = conditionsOf(s.body, options.lanes).flatMap((found) => {
    const hoisted = hoist(found, [...inside, ...found.loops]);
    return hoisted?.loop === s ? [hoisted] : [];
  });
  const body = specialisedBody(s.body, own, inside, options);
  return body === s.body ? s : { ...s, body };
}

function specialisedBody(
  s: Stmt,
  conditions: readonly Hoisted[],
  loops: readonly For[],
  options: Options,
): Stmt {
  const own = conditions.filter((h) => mentions(s, h.statement));
  if (own.length === 0 || sizeOf(s) > options.maxNodes) return walk(s, loops, options);
  if (s.kind === "tir.Seq" && own.every((h) => h.isOfLanes))
    return rebuild(s, (child) =>
      isStmt(child) ? specialisedBody(child, own, loops, options) : child,
    );
  const tests = unique(own.map((h) => h.test));
  const whole = walk(without(s, own.map((h) => h.cond)), loops, options); // prettier-ignore
  const part = walk(s, loops, options);
  const test = tests.reduce((a, b) => logic("and", a, b));
  return ifStmt(test, copied(whole), part);
}

// ---- conditions -------------------------------------------------------------------------------------------------

const conjuncts = (e: PrimExpr): readonly PrimExpr[] =>
  e.kind === "tir.Logic" && e.op === "and" ? [...conjuncts(e.a), ...conjuncts(e.b)] : [e];

/** What is marked as likely, without the mark. */
const likely = (e: PrimExpr): PrimExpr | undefined =>
  e.kind === "tir.Call" && e.op === "likely" ? (e.args[0] as PrimExpr) : undefined;

function hasLikely(root: Node): boolean {
  let found = false;
  visit(root, {
    enter(n) {
      found ||= n.kind === "tir.Call" && n.op === "likely";
      return found ? false : undefined;
    },
  });
  return found;
}

/** A condition of a statement, with the loops around it. */
interface Condition {
  readonly cond: PrimExpr;
  readonly statement: Stmt;
  readonly loops: readonly For[];
  /** Not marked, but different in the lanes of a vector. */
  readonly isOfLanes: boolean;
}

/** The conditions of statements below that are marked, or those that depend on lanes of vectors too. */
function conditionsOf(s: Stmt, lanes: boolean, loops: readonly For[] = []): readonly Condition[] {
  const own =
    s.kind === "tir.If"
      ? conjuncts(s.cond).flatMap((c): Condition[] => {
          const cond = likely(c);
          if (cond === undefined && lanes && isOfLanes(c, loops))
            return [{ cond: c, statement: s, loops, isOfLanes: true }];
          return cond === undefined || !isSymbolic(cond)
            ? []
            : [{ cond, statement: s, loops, isOfLanes: false }];
        })
      : [];
  const inside = s.kind === "tir.For" ? [...loops, s] : loops;
  const below: Stmt[] = [];
  rebuild(s, (child) => {
    if (isStmt(child)) below.push(child);
    return child;
  });
  return [...own, ...below.flatMap((child) => conditionsOf(child, lanes, inside))];
}

const isOfLanes = (cond: PrimExpr, loops: readonly For[]): boolean => {
  const used = varsOf(cond);
  return loops.some((f) => f.loopKind === "vectorized" && used.includes(f.var));
};

/**
 * The test for a condition `a < b`: the loops with smaller steps, which run inside a tile, stand where it is hardest to
 * hold. Undefined when nothing runs inside, or bounds are not known.
 */
function hoist(condition: Condition, loops: readonly For[]): Hoisted | undefined {
  const { cond } = condition;
  if (cond.kind !== "tir.Compare" || cond.op !== "lt") return undefined;
  const analyzer = new Analyzer();
  for (const f of loops) analyzer.bind(f.var, range(f.min, f.extent));
  const terms = analyzer.poly(cond.a).terms;
  const running = terms.flatMap((t) => {
    const f = loops.find((l) => t.atoms.length === 1 && t.atoms[0]!.expr === l.var);
    return f === undefined ? [] : [{ loop: f, step: t.coeff }];
  });
  const isAlone = running.length === terms.length;
  const widest = running.reduce<number>((most, r) => Math.max(most, Number(r.step)), 0);
  const inner = new Map<Var, IntSet>();
  for (const { loop, step } of running)
    if (step > 0 && (!isAlone || step < widest) && loop.extent.kind === "tir.IntImm")
      inner.set(loop.var, setOfRange(analyzer, range(loop.min, loop.extent)));
  const isTiled = inner.size > 0 && !varsOf(cond.b).some((v) => inner.has(v));
  const { max } = isTiled ? evalSet(analyzer, cond.a, inner) : { max: undefined };
  const last = max && rangeOfSet(analyzer, { min: max, max }, cond.a.dtype)?.min;
  if (last === undefined) return undefined;
  const test = compare("lt", last, cond.b);
  const used = varsOf(test);
  const loop = loops.findLast((f) => used.includes(f.var));
  return loop && { ...condition, test, loop };
}

const unique = (all: readonly PrimExpr[]): readonly PrimExpr[] =>
  all.filter((e, k) => !all.slice(0, k).some((x) => structuralEqual(x, e, { mapFreeVars: false })));

// ---- bodies -----------------------------------------------------------------------------------------------------

/** The statement with some marked conditions taken for true. */
function without(s: Stmt, gone: readonly PrimExpr[]): Stmt {
  const change = (node: Node): Node => {
    if (!isStmt(node)) return node;
    const after = rebuild(node, change);
    if (after.kind === "tir.Seq" && after !== node) return seq(after.body, after.span);
    if (after.kind !== "tir.If") return after;
    const left = conjuncts(after.cond).filter((c) => !gone.includes(likely(c) ?? c));
    if (left.length === 0) return after.then;
    const cond = left.reduce((a, b) => logic("and", a, b));
    return left.length === conjuncts(after.cond).length ? after : { ...after, cond };
  };
  return change(s) as Stmt;
}

/** The statement without marks. */
function plain(s: Stmt): Stmt {
  const change = (node: Node): Node => {
    const after = node.kind === "tir.Var" || node.kind === "tir.Buffer" ? node : rebuild(node, change); // prettier-ignore
    if (after.kind !== "tir.Call" || after.op !== "likely") return after;
    return likely(after) ?? boolImm(true);
  };
  return change(s) as Stmt;
}

/** A copy with loops, names and buffers of its own. */
const copied = (s: Stmt): Stmt => refresh(s, ownBinders(s));

function mentions(root: Stmt, statement: Stmt): boolean {
  let found = false;
  visit(root, { enter: (n) => ((found ||= n === statement) ? false : undefined) });
  return found;
}

function sizeOf(root: Node): number {
  let count = 0;
  visit(root, { enter: () => void count++ });
  return count;
}
