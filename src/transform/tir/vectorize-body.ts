/** The vector form of a loop body; undefined where there is none. */
import { visit } from "../../ir/core/visit.js";
import {
broadcast,call,ifThenElse,intImm,letIn,load,logic,makeVar,select,unary,
type Call,type CallArg,type Load,type PrimExpr,type Var,
} from "../../ir/tir/expr.js"; // prettier-ignore
import {
  bind,
  evaluate,
  forLoop,
  ifStmt,
  seq,
  store,
  type If,
  type Stmt,
} from "../../ir/tir/stmt.js";
import { isInteger, withLanes } from "../../support/dtype.js";
import { elementaryNames } from "../../support/numeric/transcendental.js";
import { addIndex, castIndex, mulIndex, sameLanes, spread, subIndex } from "./strides.js";

/** Intrinsics that act on each lane for itself. */
const LANEWISE = new Set([
  ...elementaryNames, "sqrt", "floor", "ceil", "trunc", "round", "nearbyint", "fabs", "abs", "copysign", "fmod",
  "isnan", "isinf", "isfinite", "popcount", "clz", "likely", "fma", "q_multiply_shift", "reinterpret",
]); // prettier-ignore

/** Raised (as a value) where a part has no vector form. */
const NONE = undefined;

interface Scope {
  readonly lanes: number;
  /** Conditions that differ between lanes become masks; otherwise such bodies have no vector form. */
  readonly masks: boolean;
  /** Lanes that take part. */
  readonly mask?: PrimExpr | undefined;
  /** Scalar variables that became vectors. */
  readonly vectors: Map<Var, PrimExpr>;
}

/** `body` for all values of `v` at once. */
export function vectorizeStmt(
  body: Stmt,
  v: Var,
  values: PrimExpr,
  masks = false,
): Stmt | undefined {
  return statement({ lanes: values.dtype.lanes, masks, vectors: new Map([[v, values]]) }, body);
}

function statement(s: Scope, stmt: Stmt): Stmt | undefined {
  switch (stmt.kind) {
    case "tir.Seq": {
      const parts = all(stmt.body, (child) => statement(s, child));
      return parts && seq(parts, stmt.span);
    }
    case "tir.Store": {
      const indices = all(stmt.indices, (i) => expression(s, i));
      const value = expression(s, stmt.value);
      if (
        indices === NONE ||
        value === NONE ||
        stmt.predicate !== undefined ||
        stmt.buffer.dtype.lanes !== 1
      )
        return NONE;
      if (stmt.value.dtype.lanes !== 1) return NONE;
      const isVector = indices.some((i) => i.dtype.lanes > 1);
      // All iterations write one element: the order matters.
      if (!isVector) return NONE;
      return store(stmt.buffer, evened(indices), spread(value, s.lanes), stmt.span, s.mask);
    }
    case "tir.If": {
      const cond = expression(s, stmt.cond);
      if (cond === NONE) return NONE;
      if (cond.dtype.lanes > 1) return s.masks ? masked(s, stmt, cond) : NONE;
      const then = statement(s, stmt.then);
      const otherwise = stmt.otherwise && statement(s, stmt.otherwise);
      if (then === NONE || (stmt.otherwise !== undefined && otherwise === NONE)) return NONE;
      return ifStmt(cond, then, otherwise, stmt.span);
    }
    case "tir.For": {
      const min = expression(s, stmt.min);
      const extent = expression(s, stmt.extent);
      if (
        min === NONE ||
        extent === NONE ||
        min.dtype.lanes > 1 ||
        extent.dtype.lanes > 1 ||
        hasJump(stmt.body)
      )
        return NONE;
      const inner = statement(s, stmt.body);
      return inner && forLoop({ ...stmt, min, extent, body: inner });
    }
    case "tir.Bind": {
      const value = expression(s, stmt.value);
      if (value === NONE || stmt.var.dtype.lanes !== 1) return NONE;
      // Values are computed for all lanes.
      if (s.mask !== undefined && !isTotal(stmt.value)) return NONE;
      if (value.dtype.lanes === 1)
        return value === stmt.value ? stmt : bind(stmt.var, value, stmt.span);
      const v = makeVar(stmt.var.name, withLanes(stmt.var.dtype, s.lanes), stmt.var.span);
      s.vectors.set(stmt.var, v);
      return bind(v, value, stmt.span);
    }
    case "tir.Evaluate":
      return stmt.value.kind === "tir.IntImm" ? evaluate(stmt.value) : NONE;
    case "tir.AttrStmt": {
      const inner = statement(s, stmt.body);
      return inner && { ...stmt, body: inner };
    }
    default:
      return NONE;
  }
}

/** Both ways in order, each for its lanes. */
function masked(s: Scope, stmt: If, cond: PrimExpr): Stmt | undefined {
  const within = (mask: PrimExpr): Scope => ({
    ...s,
    mask: s.mask === undefined ? mask : logic("and", s.mask, mask),
  });
  // The condition stands at each store.
  const isOneStore = stmt.then.kind === "tir.Store" && stmt.otherwise === undefined;
  if (!isOneStore && !isTotal(stmt.cond)) return NONE;
  const then = statement(within(cond), stmt.then);
  if (then === NONE || stmt.otherwise === undefined) return then;
  const otherwise = statement(within(unary("not", cond)), stmt.otherwise);
  return otherwise && seq([then, otherwise], stmt.span);
}

function hasJump(body: Stmt): boolean {
  let found = false;
  visit(body, {
    enter: (n) => void ((n.kind === "tir.Jump" || n.kind === "tir.Return") && (found = true)),
  });
  return found;
}

function all<T, R>(items: readonly T[], map: (item: T) => R | undefined): R[] | undefined {
  const out: R[] = [];
  for (const item of items) {
    const mapped = map(item);
    if (mapped === undefined) return undefined;
    out.push(mapped);
  }
  return out;
}

/** With two or more vector indices, all are vectors. */
function evened(indices: readonly PrimExpr[]): readonly PrimExpr[] {
  const vectors = indices.filter((i) => i.dtype.lanes > 1);
  const isPlain = vectors.length === 1 && indices[indices.length - 1]!.dtype.lanes > 1;
  return vectors.length === 0 || isPlain
    ? indices
    : indices.map((i) => spread(i, vectors[0]!.dtype.lanes));
}

function expression(s: Scope, e: PrimExpr): PrimExpr | undefined {
  if (e.dtype.lanes !== 1 || e.dtype.scalable) return NONE;
  switch (e.kind) {
    case "tir.Var":
      return s.vectors.get(e) ?? e;
    case "tir.IntImm":
    case "tir.FloatImm":
    case "tir.StringImm":
      return e;
    case "tir.Cast": {
      const value = expression(s, e.value);
      return (
        value &&
        same(e, e.value, value, () =>
          value.kind === "tir.Ramp" && isInteger(e.dtype)
            ? castIndex(value, e.dtype)
            : { ...e, value, dtype: withLanes(e.dtype, value.dtype.lanes) },
        )
      );
    }
    case "tir.Unary": {
      const a = expression(s, e.a);
      return a && same(e, e.a, a, () => ({ ...e, a, dtype: withLanes(e.dtype, a.dtype.lanes) }));
    }
    case "tir.Binary":
    case "tir.Compare":
    case "tir.Logic": {
      const a = expression(s, e.a);
      const b = expression(s, e.b);
      if (a === NONE || b === NONE) return NONE;
      if (a === e.a && b === e.b) return e;
      if (
        e.kind === "tir.Binary" &&
        isInteger(e.a.dtype) &&
        isInteger(e.b.dtype) &&
        e.dtype.code === "int"
      ) {
        if (e.op === "add") return addIndex(a, b);
        if (e.op === "sub") return subIndex(a, b);
        if (e.op === "mul") return mulIndex(a, b);
      }
      // A side that is not evaluated for some lanes must not be able to stop.
      if (e.kind === "tir.Logic" && !isTotal(e.b)) return NONE;
      const [x, y] = sameLanes(a, b);
      return { ...e, a: x, b: y, dtype: withLanes(e.dtype, x.dtype.lanes) };
    }
    case "tir.Select":
    case "tir.IfThenElse":
      return choice(s, e);
    case "tir.Load":
      return access(s, e);
    case "tir.Let": {
      const value = expression(s, e.value);
      if (value === NONE || e.var.dtype.lanes !== 1) return NONE;
      const v =
        value.dtype.lanes === 1
          ? e.var
          : makeVar(e.var.name, withLanes(e.var.dtype, s.lanes), e.var.span);
      if (v !== e.var) s.vectors.set(e.var, v);
      const body = expression(s, e.body);
      return body && (value === e.value && body === e.body ? e : letIn(v, value, body, e.span));
    }
    case "tir.Call":
      return lanewise(s, e);
    default:
      return NONE;
  }
}

const same = (e: PrimExpr, before: PrimExpr, after: PrimExpr, make: () => PrimExpr): PrimExpr =>
  before === after ? e : make();

/** Evaluation cannot stop: no load, no call, no division. */
export function isTotal(e: PrimExpr): boolean {
  let total = true;
  visit(e, {
    enter(n) {
      if (n.kind === "tir.Load" || n.kind === "tir.Call" || n.kind === "tir.CallGlobal")
        total = false;
      if (n.kind === "tir.Binary" && /div|mod/.test(n.op) && !isNonZero(n.b)) total = false;
    },
  });
  return total;
}

const isNonZero = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && e.value !== 0;

function choice(
  s: Scope,
  e: Extract<PrimExpr, { kind: "tir.Select" | "tir.IfThenElse" }>,
): PrimExpr | undefined {
  const cond = expression(s, e.cond);
  const then = expression(s, e.then);
  const otherwise = expression(s, e.otherwise);
  if (cond === NONE || then === NONE || otherwise === NONE) return NONE;
  if (cond === e.cond && then === e.then && otherwise === e.otherwise) return e;
  if (
    e.kind === "tir.IfThenElse" &&
    cond.dtype.lanes > 1 &&
    !(isTotal(e.then) && isTotal(e.otherwise))
  ) {
    if (!s.masks) return NONE;
    return ifThenElse(cond, spread(then, s.lanes), spread(otherwise, s.lanes), e.span);
  }
  const lanes = Math.max(cond.dtype.lanes, then.dtype.lanes, otherwise.dtype.lanes);
  if (cond.dtype.lanes === 1) {
    // One branch for all lanes.
    return ifThenElse(cond, spread(then, lanes), spread(otherwise, lanes), e.span);
  }
  return select(cond, spread(then, lanes), spread(otherwise, lanes), e.span);
}

function access(s: Scope, e: Load): PrimExpr | undefined {
  const indices = all(e.indices, (i) => expression(s, i));
  if (indices === NONE || e.predicate !== undefined) return NONE;
  if (indices.every((i, k) => i === e.indices[k])) return e;
  if (indices.every((i) => i.dtype.lanes === 1)) return load(e.buffer, indices, e.span);
  const even = evened(indices);
  return { ...load(e.buffer, even, e.span), dtype: withLanes(e.dtype, s.lanes) };
}

function lanewise(s: Scope, e: Call): PrimExpr | undefined {
  const args = all(e.args, (a): CallArg | undefined =>
    "dtype" in a && a.kind !== "tir.Buffer" ? expression(s, a) : a,
  );
  if (args === NONE) return NONE;
  const lanes = Math.max(
    1,
    ...args.map((a) => ("dtype" in a && a.dtype !== undefined ? a.dtype.lanes : 1)),
  );
  if (lanes === 1) {
    if (args.every((a, k) => a === e.args[k])) return e;
    return call(e.op, args, e.dtype, e.span, e.attrs);
  }
  if (!LANEWISE.has(e.op)) return NONE;
  const wide = args.map((a): CallArg =>
    "dtype" in a && a.kind !== "tir.Buffer" && a.dtype.lanes === 1
      ? broadcast(a, intImm(lanes))
      : a,
  );
  return call(e.op, wide, withLanes(e.dtype, lanes), e.span, e.attrs);
}
