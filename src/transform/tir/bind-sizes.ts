import { Analyzer } from "../../arith/index.js";
import { rebuild } from "../../ir/core/rewrite.js";
import { visit } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import { compare, intImm, makeVar, type BinaryOp, type PrimExpr, type Var } from "../../ir/tir/expr.js"; // prettier-ignore
import type { PrimFunc } from "../../ir/tir/function.js";
import { bind, seq, type Bind, type Stmt } from "../../ir/tir/stmt.js";
import { isInteger } from "../../support/dtype.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { assumeSizes } from "./bounded-walk.js";

/**
 * Precondition: level `flat`. Result: what is computed from the symbols of a function alone, such as sizes, strides and
 * numbers of tiles, is computed once, before the outermost statement that needs it first, and bound to `size`,
 * `size_1`, …; single sums and products stay in place. Sound because symbols do not change, a quotient is moved only when
 * its divisor is proved not to be 0, and nothing is moved above an assertion that it may rely on.
 */
export const bindSizes = definePass({
  name: "bind-sizes",
  dialect: "tir",
  summary: "Computes sizes that depend on symbols once, outside of all loops.",
  from: "flat",
  options: {},
  run: (module) => mapPrimFuncs(module, bindAll),
});

/** What an expression over symbols is: how many operations it has, and its number among equal ones. */
interface Closed {
  readonly operations: number;
  readonly divides: boolean;
  readonly number: number;
}

function bindAll(func: PrimFunc): PrimFunc {
  const symbols = symbolsOf(func);
  if (symbols.size === 0) return func;
  const analyzer = new Analyzer();
  assumeSizes(func, analyzer);
  const numbers = new Map<string, number>();
  const numbered = (key: string): number => {
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  };
  const known = new Map<Node, Closed | undefined>();
  const closed = (node: Node): Closed | undefined => {
    if (!known.has(node)) known.set(node, classify(node));
    return known.get(node);
  };
  const classify = (node: Node): Closed | undefined => {
    if (node.kind === "tir.IntImm" && isInteger(node.dtype)) {
      const number = numbered(`${node.dtype.name} ${node.value}`);
      return { operations: 0, divides: false, number };
    }
    if (node.kind === "tir.Var") {
      const place = symbols.get(node);
      if (place === undefined) return undefined;
      return { operations: 0, divides: false, number: numbered(`symbol ${place}`) };
    }
    if (node.kind === "tir.Cast") {
      const value = isIndex(node) ? closed(node.value) : undefined;
      return value && { ...value, number: numbered(`${node.dtype.name} ${value.number}`) };
    }
    if (node.kind !== "tir.Binary" || !isIndex(node)) return undefined;
    const a = closed(node.a);
    const b = a && closed(node.b);
    if (b === undefined) return undefined;
    const divides = DIVISIONS.has(node.op);
    if (divides && !isNever0(node.b, analyzer)) return undefined;
    return {
      operations: a!.operations + b.operations + 1,
      divides: divides || a!.divides || b.divides,
      number: numbered(`${node.op} ${a!.number} ${b.number}`),
    };
  };
  const longNumber = (node: Node): number | undefined => {
    const found = closed(node);
    return found && (found.divides || found.operations > 1) ? found.number : undefined;
  };
  const bound = new Map<number, Bind>();
  // Names of those that are made do not depend on those that stand there.
  let made = 0;
  const done = new Map<Node, Node>();
  const walk = (node: Node): Node => {
    if (node.kind === "tir.Buffer" || node.kind === "tir.Var") return node;
    const before = done.get(node);
    if (before !== undefined) return before;
    const number = longNumber(node);
    const after =
      number === undefined ? rebuild(node, walk) : variableFor(number, node as PrimExpr);
    done.set(node, after);
    return after;
  };
  const variableFor = (number: number, value: PrimExpr): Var => {
    const known = bound.get(number);
    if (known !== undefined) return known.var;
    const v = makeVar(made === 0 ? "size" : `size_${made}`, value.dtype, value.span);
    made++;
    const own = bind(v, value);
    bound.set(number, own);
    fresh.push(own);
    return v;
  };
  let fresh: Bind[] = [];
  const after = statementsOf(func.body).flatMap((stmt): readonly Stmt[] => {
    const number = stmt.kind === "tir.Bind" ? longNumber(stmt.value) : undefined;
    if (number !== undefined && !bound.has(number)) {
      bound.set(number, stmt as Bind);
      return [stmt];
    }
    fresh = [];
    const walked = walk(stmt) as Stmt;
    return [...fresh, walked];
  });
  const before = statementsOf(func.body);
  const isSame = after.length === before.length && after.every((stmt, i) => stmt === before[i]);
  return isSame ? func : { ...func, body: seq(after) };
}

const statementsOf = (body: Stmt): readonly Stmt[] => (body.kind === "tir.Seq" ? body.body : [body]); // prettier-ignore

const DIVISIONS: ReadonlySet<BinaryOp> = new Set(["div", "mod", "floordiv", "floormod", "ceildiv"]);

const isIndex = (e: PrimExpr): boolean => e.dtype.lanes === 1 && isInteger(e.dtype);

const isNever0 = (e: PrimExpr, analyzer: Analyzer): boolean =>
  e.kind === "tir.IntImm"
    ? Number(e.value) > 0
    : analyzer.prove(compare("gt", e, intImm(0, e.dtype))) === true;

/** Scalar parameters and symbols of shapes, which stand when the body begins, with their places. */
function symbolsOf({ params }: PrimFunc): ReadonlyMap<Var, number> {
  const found = new Set<Var>();
  for (const p of params) {
    if (p.buffer === undefined && isIndex(p.var)) found.add(p.var);
    if (p.buffer === undefined) continue;
    const { shape, strides, elemOffset } = p.buffer;
    for (const e of [...shape, ...strides, ...(elemOffset ? [elemOffset] : [])])
      visit(e, { enter: (n) => void (n.kind === "tir.Var" && isIndex(n) && found.add(n)) });
  }
  return new Map([...found].map((v, k) => [v, k]));
}
