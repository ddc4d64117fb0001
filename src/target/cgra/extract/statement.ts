/** Statements of one iteration, executed on values of the array. */
import type { For, Stmt, Store } from "../../../ir/tir/stmt.js";
import { isFloat } from "../../../support/dtype.js";
import { codes } from "../codes.js";
import { storeElement } from "./access.js";
import { conditionOf } from "./condition.js";
import { isAlways, type Context } from "./context.js";
import { Evaluator, isLocal, localAt } from "./expression.js";
import { iterationsOf, isSpelledOut, type Placed } from "./nest.js";
import { refuse } from "./refuse.js";
import { isFixed, ZERO, type Condition, type Value } from "./value.js";

/** Runs the body of the nest; afterwards `cx.state` holds what variables pass on. */
export function execute(cx: Context): void {
  const ev = new Evaluator(cx);
  for (const { stmt, only } of cx.nest.body) {
    ev.edge = edgeCondition(only);
    cx.builder.within(stmt.span, () => run(ev, stmt));
  }
  for (const [variable, value] of cx.state) cx.builder.finals.set(variable, value);
}

const edgeCondition = (only: Placed["only"]): Condition =>
  only === undefined
    ? { value: { kind: "literal", value: 1 }, negate: false }
    : { value: { kind: only.edge, level: only.level }, negate: false };

function run(ev: Evaluator, stmt: Stmt): void {
  const { cx } = ev;
  switch (stmt.kind) {
    case "tir.Seq":
      for (const s of stmt.body) run(ev, s);
      return;
    case "tir.Alloc":
      return;
    case "tir.Bind":
      if (!isFloat(stmt.value.dtype) && stmt.value.dtype.lanes === 1 && isIndex(cx, stmt.value))
        cx.written.set(stmt.var, cx.resolved(stmt.value));
      else cx.bound.set(stmt.var, held(ev, ev.value(stmt.value)));
      return;
    case "tir.If": {
      const condition = conditionOf(ev, stmt.cond);
      const opposite = { ...condition, negate: !condition.negate };
      if (!isAlways(opposite)) ev.under(condition, () => run(ev, stmt.then));
      const { otherwise } = stmt;
      if (otherwise !== undefined && !isAlways(condition))
        ev.under(opposite, () => run(ev, otherwise));
      return;
    }
    case "tir.For":
      if (isSpelledOut(stmt) || stmt.extent.kind === "tir.IntImm") return copies(ev, stmt);
      return refuse(codes.notForArray({ what: `the loop ${stmt.var.name}`, at: stmt.span }));
    case "tir.Store":
      return cx.builder.within(stmt.span, () => store(ev, stmt));
    case "tir.AttrStmt":
      return run(ev, stmt.body);
    case "tir.Evaluate":
      if (stmt.value.kind === "tir.IntImm") return;
      break;
  }
  refuse(codes.notForArray({ what: nameOf(stmt), at: stmt.span }));
}

/** What is defined before an inner loop keeps its value in all iterations of that. */
function held({ cx, edge }: Evaluator, value: Value): Value {
  if (edge.value.kind !== "first" || isFixed(value)) return value;
  const variable = cx.builder.newVariable();
  const now = cx.builder.select(edge, value, { kind: "carried", variable });
  cx.state.set(variable, now);
  return now;
}

/** Whether the expression is arithmetic of loop variables alone. */
function isIndex(cx: Context, e: Parameters<Context["isInvariant"]>[0]): boolean {
  return cx.isInvariant(e) || (e.kind === "tir.Binary" && isIndex(cx, e.a) && isIndex(cx, e.b)) ||
    (e.kind === "tir.Var" && cx.levels.has(e)) || (e.kind === "tir.Cast" && isIndex(cx, e.value)); // prettier-ignore
}

/** What a loop that is spelled out says about places. */
function copies(ev: Evaluator, loop: For): void {
  const { builder, fabric } = ev.cx;
  const written = loop.annotations.get("cgra.place");
  const [, axis, offset] = /^(row|col)(?::(\d+))?$/.exec(String(written)) ?? [];
  const before = builder.place;
  for (const [k, body] of iterationsOf(loop)) {
    if (axis !== undefined) {
      const at = Number(offset ?? 0) + k;
      const all = before ?? fabric.elements.map((_, p) => p);
      const lineOf = (p: number): number => axis === "row" ? Math.floor(p / fabric.cols) : p % fabric.cols; // prettier-ignore
      const size = axis === "row" ? fabric.rows : fabric.cols;
      builder.place = all.filter((p) => lineOf(p) === at % size);
    }
    run(ev, body);
    builder.place = before;
  }
}

function store(ev: Evaluator, stmt: Store): void {
  const { cx } = ev;
  const { buffer, indices } = stmt;
  if (stmt.predicate !== undefined)
    refuse(codes.notForArray({ what: "a store under a mask", at: stmt.span }));
  const isVector = stmt.value.dtype.lanes > 1;
  if (isLocal(buffer)) {
    const lanes = isVector ? ev.lanes(stmt.value) : [ev.value(stmt.value)];
    lanes.forEach((value, lane) => {
      const variable = localAt(ev, buffer, indices, lane);
      const old = cx.state.get(variable) ?? ZERO;
      cx.state.set(variable, cx.builder.select(ev.now, value, old));
    });
    return;
  }
  const value = isVector ? ev.word(stmt.value) : ev.value(stmt.value);
  storeElement(ev, stmt, value);
}

const nameOf = (stmt: Stmt): string => {
  switch (stmt.kind) {
    case "tir.While":
      return "a while loop";
    case "tir.Evaluate":
      return "a call";
    case "tir.Jump":
      return `a ${stmt.jump}`;
    case "tir.Block":
      return `the block ${stmt.name}`;
    default:
      return "this statement";
  }
};
