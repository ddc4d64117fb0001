/** Statements on vectors: Ramp, Broadcast, Shuffle, vector loads and stores, masks. */
import {
  binary, boolImm, broadcast, call, cast, compare, floatImm, intImm, load, makeVar, ramp, select, shuffle, unary, type PrimExpr, type Var,
} from "../../ir/tir/expr.js"; // prettier-ignore
import { bind, seq, store, type Stmt } from "../../ir/tir/stmt.js";
import {
  dtype,
  int32,
  isBool,
  isFloat,
  isInteger,
  withLanes,
  type DType,
} from "../../support/dtype.js";
import { indexFor } from "./index-expr.js";
import { constant, extend, freshName, type Memory, type Scope } from "./scope.js";
import { valueOf } from "./value-expr.js";

const lastExtent = (m: Memory): number => {
  const last = m.dims[m.dims.length - 1]?.expr;
  return last?.kind === "tir.IntImm" ? Number(last.value) : 0;
};

/** A store of several lanes into a memory whose last dimension is constant; undefined when there is none. */
export function vectorStore(s: Scope): Stmt | undefined {
  const { rng } = s;
  const targets = s.memories.filter(
    (m) => m.writable && m.buffer.dtype.lanes === 1 && lastExtent(m) >= 2,
  );
  if (targets.length === 0) return undefined;
  const target = rng.pick(targets);
  const type = target.buffer.dtype;
  const lanes = rng.between(2, Math.min(lastExtent(target), 8));
  const at = vectorIndex(s, target, lanes);
  const v = makeVar(freshName(s, "v"), withLanes(type, lanes));
  const isBound = rng.chance(0.4) && !isBool(type);
  const value = vectorValue(s, type, lanes, 3, []);
  const stored = isBound ? vectorValue(s, type, lanes, 1, [v]) : value;
  const mask = rng.chance(0.3) ? vectorValue(s, dtype("bool"), lanes, 1, []) : undefined;
  const put = store(target.buffer, at, stored, undefined, mask);
  return isBound ? seq([bind(v, value), put]) : put;
}

/** Indices of `lanes` distinct elements along the last dimension. */
function vectorIndex(s: Scope, m: Memory, lanes: number): PrimExpr[] {
  const { rng } = s;
  const extent = lastExtent(m);
  const heads = m.dims.slice(0, -1).map((d) => indexFor(s, d));
  const widest = Math.floor((extent - 1) / (lanes - 1));
  const stride = rng.chance(0.7) ? 1 : rng.between(1, Math.max(1, widest));
  const backwards = rng.chance(0.15);
  const room = extent - 1 - stride * (lanes - 1);
  const base = rng.between(0, room) + (backwards ? stride * (lanes - 1) : 0);
  return [
    ...heads,
    ramp(constant(s, base), constant(s, backwards ? -stride : stride), intImm(lanes)),
  ];
}

/** An expression of that many lanes. */
export function vectorValue(
  s: Scope,
  type: DType,
  lanes: number,
  depth: number,
  vars: readonly Var[],
): PrimExpr {
  const { rng } = s;
  const full = withLanes(type, lanes);
  const sub = (t = type): PrimExpr => vectorValue(s, t, lanes, depth - 1, vars);
  const fitting = vars.filter((v) => v.dtype === full);
  if (fitting.length > 0 && rng.chance(0.5)) return rng.pick(fitting);
  if (depth <= 0) return vectorLeaf(s, type, lanes);
  if (isBool(type)) {
    const t = rng.pick(s.types.filter((x) => !isBool(x)));
    return rng.chance(0.2)
      ? unary("not", sub())
      : compare(rng.pick(["lt", "ge", "eq", "ne"] as const), sub(t), sub(t));
  }
  switch (rng.below(10)) {
    case 0:
      return select(sub(dtype("bool")), sub(), sub());
    case 1: {
      const from = rng.pick(s.types.filter((t) => !isBool(t)));
      return from === type ? sub() : cast(sub(from), full);
    }
    case 2:
      return shuffled(s, type, lanes, depth);
    case 3:
      if (isFloat(type))
        return call(rng.pick(["sqrt", "abs", "exp", "tanh", "floor"]), [sub()], full);
      return unary(rng.pick(["neg", "bitnot"] as const), sub());
    case 4:
      if (isInteger(type) && type.bits >= 8) {
        const op = rng.pick(["floordiv", "floormod", "shr"] as const);
        const by = op === "shr" ? rng.between(0, 7) : rng.pick([1, 2, 3, 4, 8]);
        return binary(op, sub(), broadcast(intImm(by, type), intImm(lanes)));
      }
      return sub();
    default: {
      const ops = isFloat(type)
        ? (["add", "sub", "mul", "div", "min", "max"] as const)
        : (["add", "sub", "mul", "min", "max", "bitand", "bitor", "bitxor"] as const);
      return binary(rng.pick(ops), sub(), sub());
    }
  }
}

function vectorLeaf(s: Scope, type: DType, lanes: number): PrimExpr {
  const { rng } = s;
  const sources = s.memories.filter((m) => m.buffer.dtype === type && lastExtent(m) >= lanes);
  if (sources.length > 0 && rng.chance(0.6)) {
    const source = rng.pick(sources);
    return load(source.buffer, vectorIndex(s, source, lanes));
  }
  if (isInteger(type) && type.bits >= 32 && rng.chance(0.3))
    return ramp(
      intImm(rng.between(type.code === "int" ? -5 : 0, 5), type),
      intImm(rng.between(1, 3), type),
      intImm(lanes),
    );
  return broadcast(valueOf(extend(s, { axes: s.axes }), type, 1), intImm(lanes));
}

function shuffled(s: Scope, type: DType, lanes: number, depth: number): PrimExpr {
  const { rng } = s;
  const vectors = Array.from({ length: rng.between(1, 2) }, () =>
    vectorValue(s, type, lanes, depth - 1, []),
  );
  const total = vectors.length * lanes;
  return shuffle(
    vectors,
    Array.from({ length: lanes }, () => intImm(rng.below(total), int32)),
  );
}

/** The sum of some lanes as a scalar. */
export function laneSum(s: Scope, type: DType): PrimExpr {
  const { rng } = s;
  const vector = vectorValue(s, type, 4, 1, []);
  const lane = (k: number): PrimExpr => shuffle([vector], [intImm(k, int32)]);
  return binary(isFloat(type) ? "add" : "bitxor", lane(rng.below(4)), lane(rng.below(4)));
}

export const zeroOf = (type: DType): PrimExpr =>
  isBool(type)
    ? boolImm(false)
    : isFloat(type)
      ? floatImm(type.name === "float8_e8m0fnu" ? 1 : 0, type)
      : intImm(0, type);
