/** Functions of `S` that tell index maps of known forms apart. */
import type { AstBase } from "../../../grammar/ast/nodes.js";
import type { PrimExpr, Var } from "../../ir/tir/expr.js";
import type { IndexMap } from "../../ir/tir/function.js";
import type { State } from "../state.js";
import { intValue, none, pack, valueText, type Value } from "../values.js";
import { libraryFunctionOf as f, wrong, type LibraryFunction } from "./library-function.js";

const mapOf = (s: State, v: Value, at: AstBase): IndexMap =>
  v.kind === "index map" ? v.map : wrong(s, at, `${valueText(v)} is no index map`);

/** `x // n` or `x % n`. */
function partOf(e: PrimExpr | undefined, op: "floordiv" | "floormod") {
  return e?.kind === "tir.Binary" &&
    e.op === op &&
    e.a.kind === "tir.Var" &&
    e.b.kind === "tir.IntImm"
    ? { of: e.a, by: Number(e.b.value) }
    : undefined;
}

/** The axis that a map cuts into blocks, each behind all other axes, and the length of these. */
function blocksOf({ params, results }: IndexMap): readonly [number, number] | undefined {
  const inner = partOf(results[params.length], "floormod");
  if (inner === undefined || results.length !== params.length + 1) return undefined;
  const axis = params.indexOf(inner.of);
  const isBlocked = params.every((p, i) => {
    const outer = partOf(results[i], "floordiv");
    return i === axis ? outer?.of === p && outer.by === inner.by : results[i] === p;
  });
  return isBlocked ? [axis, inner.by] : undefined;
}

/** The axis whose blocks, behind all other axes, a map joins, and the length of these. */
function joinedOf({ params, results }: IndexMap): readonly [number, number] | undefined {
  const last = params[results.length];
  if (last === undefined || params.length !== results.length + 1) return undefined;
  const joined = results.map((r, i) => joinedBy(r, params[i]!, last));
  const axis = joined.findIndex((by) => by !== undefined);
  const isJoined = results.every((r, i) => i === axis || r === params[i]);
  return axis >= 0 && isJoined ? [axis, joined[axis]!] : undefined;
}

/** The number in `outer * number + inner`. */
function joinedBy(e: PrimExpr, outer: Var, inner: Var): number | undefined {
  if (e.kind !== "tir.Binary" || e.op !== "add" || e.b !== inner) return undefined;
  const { a } = e;
  const isProduct = a.kind === "tir.Binary" && a.op === "mul" && a.a === outer;
  return isProduct && a.b.kind === "tir.IntImm" ? Number(a.b.value) : undefined;
}

const asPack = (found: readonly [number, number] | undefined): Value =>
  found === undefined ? none : pack(found.map((n) => intValue(n)));

export const indexMapFunctions: readonly LibraryFunction[] = [
  f("blocks", "m", "`(axis, length)` or `None`", "The axis that an index map cuts into blocks, which it puts last, and their length.", (s, [m], at) => asPack(blocksOf(mapOf(s, m!, at)))),
  f("joins", "m", "`(axis, length)` or `None`", "The axis whose blocks, which come last, an index map joins, and their length.", (s, [m], at) => asPack(joinedOf(mapOf(s, m!, at)))),
]; // prettier-ignore
