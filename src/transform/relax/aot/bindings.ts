/** Bindings of Relax functions as statements. */
import { compare, intImm, load, type PrimExpr } from "../../../ir/tir/expr.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import { ifStmt, type Stmt } from "../../../ir/tir/stmt.js";
import type { Binding, Expr, If, SeqExpr, Var as Value } from "../../../ir/relax/expr.js";
import { dimsOf, type StructInfo } from "../../../ir/relax/struct-info.js";
import { bool, int64, isFloat } from "../../../support/dtype.js";
import {
  block,
  collect,
  copyTo,
  inFrame,
  nameValue,
  refuse,
  require,
  sameMemory,
  take,
  tensorBytes,
  tensorIn,
  viewOf,
  type Scope,
} from "./frame.js";
import type { Place, TensorPlace } from "./place.js";
import { larger, long } from "./size.js";
import { emitCall } from "./calls.js";

/** Writes the bindings of a sequence; the place of its result. */
export function emitSeq(s: Scope, body: SeqExpr): Place {
  for (const { bindings } of body.blocks) for (const b of bindings) emitBinding(s, b);
  return emitValue(s, body.body, undefined);
}

function emitBinding(s: Scope, b: Binding): void {
  if (b.value.kind === "relax.Function") refuse(s, "a function inside a function", b.span);
  const place = emitValue(s, b.value as Expr, b.var);
  if (b.kind === "relax.MatchCast") matchInfo(s, b.sinfo, place, b);
  s.values.set(b.var, place);
  const info = b.var.sinfo;
  const symbol = info?.kind === "relax.PrimInfo" ? info.value : undefined;
  if (symbol?.kind === "tir.Var" && place.kind === "scalar" && !s.symbols.has(symbol))
    s.symbols.set(symbol, nameValue(s.frame, symbol.name, place.value));
}

/** Binds the symbols of a type to what a value has, and requires the rest. */
export function matchInfo(
  s: Scope,
  info: StructInfo,
  place: Place,
  at: Pick<Binding, "span">,
): void {
  const dims = (
    wanted: readonly PrimExpr[] | undefined,
    given: readonly PrimExpr[],
    ndim: number,
  ): void => {
    // prettier-ignore
    if (ndim >= 0 && ndim !== given.length) refuse(s, "a match of another rank", at.span);
    wanted?.forEach((e, k) => {
      if (e.kind === "tir.Var" && !s.symbols.has(e)) s.symbols.set(e, given[k]!);
    });
    wanted?.forEach((e, k) =>
      require(s.frame, inFrame(s, e), given[k]!, "a size is not as declared"),
    );
  };
  if (info.kind === "relax.ObjectInfo") return;
  if (info.kind === "relax.TensorInfo" && place.kind === "tensor") {
    if ((info.dtype ?? place.buffer.dtype) !== place.buffer.dtype)
      refuse(s, "a match of another type", at.span);
    return dims(dimsOf(info), place.buffer.shape, info.ndim);
  }
  if (info.kind === "relax.ShapeInfo" && place.kind === "shape")
    return dims(info.values, place.dims, info.ndim);
  if (info.kind === "relax.PrimInfo" && place.kind === "scalar")
    return dims(info.value && [info.value], [place.value], 1);
  if (info.kind === "relax.TupleInfo" && place.kind === "tuple")
    return info.fields.forEach((f, k) => matchInfo(s, f, place.fields[k]!, at));
  refuse(s, "a match of another kind", at.span);
}

/** The place of a value; `bound` is the variable that takes it. */
export function emitValue(s: Scope, e: Expr, bound: Value | undefined): Place {
  switch (e.kind) {
    case "relax.Var":
      return s.values.get(e) ?? refuse(s, `\`${e.name}\``, e.span);
    case "relax.Const":
      return {
        kind: "tensor",
        buffer: s.frame.constants.bufferOf(e.data, bound?.name ?? "constant"),
      };
    case "relax.Tuple":
      return { kind: "tuple", fields: e.fields.map((x) => emitValue(s, x, undefined)) };
    case "relax.TupleGetItem": {
      const tuple = emitValue(s, e.tuple, undefined);
      const field = tuple.kind === "tuple" ? tuple.fields[e.index] : undefined;
      return field ?? refuse(s, "an item of no tuple", e.span);
    }
    case "relax.ShapeExpr":
      return { kind: "shape", dims: e.values.map((d) => inFrame(s, d)) };
    case "relax.PrimValue":
      return { kind: "scalar", value: inFrame(s, e.value) };
    case "relax.SeqExpr":
      return emitSeq(s, e);
    case "relax.If":
      return emitIf(s, e, bound);
    case "relax.Call":
      return emitCall(s, e, bound);
    default:
      return refuse(s, "a value that is no tensor, shape or scalar", e.span);
  }
}

/** Both branches hand their value over in one place; their memory is shared, as only one of them runs. */
function emitIf(s: Scope, e: If, bound: Value | undefined): Place {
  const { frame } = s;
  const cond = conditionOf(s, emitValue(s, e.cond, undefined), e);
  const top = frame.top;
  const branch = (
    body: SeqExpr,
  ): { place: Place; stmts: ReturnType<typeof collect>["stmts"]; top: PrimExpr } => {
    // prettier-ignore
    frame.top = top;
    const inner: Scope = { ...s, symbols: new Map(s.symbols) };
    const { value, stmts } = collect(frame, () => emitSeq(inner, body));
    return { place: value, stmts, top: frame.top };
  };
  const then = branch(e.then);
  const otherwise = branch(e.otherwise);
  frame.top = nameValue(frame, "after_branches", larger(then.top, otherwise.top));
  const hand = (x: typeof then, from: Place, to: Place): void => {
    const { stmts } = collect(frame, () => copyPlace(s, from, to));
    x.stmts.push(...stmts);
  };
  const branches = [...then.stmts, ...otherwise.stmts];
  const place = joined(
    s,
    then.place,
    otherwise.place,
    bound?.sinfo,
    bound?.name ?? "joined",
    e,
    branches,
  );
  hand(then, then.place, place);
  hand(otherwise, otherwise.place, place);
  frame.body.push(ifStmt(cond, block(then.stmts), block(otherwise.stmts), e.span));
  return place;
}

function conditionOf(s: Scope, cond: Place, e: If): PrimExpr {
  const asBool = (x: PrimExpr): PrimExpr =>
    x.dtype === bool ? x : compare("ne", x, intImm(0, x.dtype));
  if (cond.kind === "scalar") return asBool(cond.value);
  if (cond.kind !== "tensor" || isFloat(cond.buffer.dtype))
    return refuse(s, "a condition that is no scalar", e.span);
  const { buffer } = cond;
  return asBool(load(buffer, buffer.shape.map(() => intImm(0, int64)))); // prettier-ignore
}

/** One place for what either of two places may hold. */
function joined(
  s: Scope,
  a: Place,
  b: Place,
  info: StructInfo | undefined,
  hint: string,
  e: If,
  branches: readonly Stmt[],
): Place {
  const { frame } = s;
  if (a.kind === "tuple" && b.kind === "tuple" && a.fields.length === b.fields.length) {
    const infos = info?.kind === "relax.TupleInfo" ? info.fields : [];
    return { kind: "tuple", fields: a.fields.map((f, k) => joined(s, f, b.fields[k]!, infos[k], hint, e, branches)) }; // prettier-ignore
  }
  if (a.kind !== "tensor" || b.kind !== "tensor" || a.buffer.dtype !== b.buffer.dtype)
    return refuse(s, "a choice between values that are no tensors", e.span);
  const dims = sharedShape(s, a, b, info);
  if (dims === undefined) return refuse(s, "a choice between tensors of sizes that only a branch tells,", e.span); // prettier-ignore
  if (sameMemory(frame, a.buffer, b.buffer)) {
    // A declaration in a branch does not hold behind it.
    const outside = [a, b].find((p) => !isDeclaredIn(branches, p.buffer));
    return { kind: "tensor", buffer: viewOf(frame, outside?.buffer ?? a.buffer, long(0), dims, a.buffer.dtype, hint, outside === undefined) }; // prettier-ignore
  }
  const storage = take(frame, tensorBytes(dims, a.buffer.dtype), hint, e.span);
  return { kind: "tensor", buffer: tensorIn(frame, storage, long(0), dims, a.buffer.dtype, hint) };
}

const isDeclaredIn = (stmts: readonly Stmt[], buffer: Buffer): boolean =>
  stmts.some((s) => s.kind === "tir.Decl" && s.buffer === buffer);

/** The shape of both, in terms that hold behind the branches. */
function sharedShape(
  s: Scope,
  a: TensorPlace,
  b: TensorPlace,
  info: StructInfo | undefined,
): readonly PrimExpr[] | undefined {
  const declared = info?.kind === "relax.TensorInfo" ? dimsOf(info) : undefined;
  const isOpen = (e: PrimExpr): boolean => {
    try {
      inFrame(s, e);
      return false;
    } catch {
      return true;
    }
  };
  if (declared !== undefined && !declared.some(isOpen)) return declared.map((d) => inFrame(s, d));
  const [x, y] = [a.buffer.shape, b.buffer.shape];
  const same = x.length === y.length && x.every((d, k) => d === y[k]);
  return same ? x : undefined;
}

/** Copies tensors to where they are wanted. */
export function copyPlace(s: Scope, from: Place, to: Place): void {
  if (from.kind === "tuple" && to.kind === "tuple")
    return from.fields.forEach((f, k) => copyPlace(s, f, to.fields[k]!));
  if (from.kind === "tensor" && to.kind === "tensor") copyTo(s.frame, from.buffer, to.buffer);
}
