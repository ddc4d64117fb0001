/** Index arithmetic in 64 bits, where it does not overflow. */
import type { PrimExpr } from "../../../ir/tir/expr.js";
import { int64, isInteger, withLanes } from "../../../support/dtype.js";
import type { Ref } from "../text/function.js";
import { emitCast } from "./cast.js";
import type { FunctionContext } from "./context.js";
import { emitExpr } from "./expr.js";
import { splatValue, typeOf } from "./value.js";

const OPS: Partial<Record<string, string>> = { add: "add nsw", sub: "sub nsw", mul: "mul nsw" };

const literal = (ref: Ref): bigint | undefined => (/^-?\d+$/.test(ref) ? BigInt(ref) : undefined);

function folded(op: string, a: Ref, b: Ref): Ref | undefined {
  const [x, y] = [literal(a), literal(b)];
  if (x !== undefined && y !== undefined)
    return String(BigInt.asIntN(64, op === "add" ? x + y : op === "sub" ? x - y : x * y));
  if (op === "mul") return x === 0n || y === 0n ? "0" : x === 1n ? b : y === 1n ? a : undefined;
  if (y === 0n) return a;
  return op === "add" && x === 0n ? b : undefined;
}

/** Sum or product of 64-bit scalars. */
export function indexOp(cx: FunctionContext, op: "add" | "sub" | "mul", a: Ref, b: Ref): Ref {
  return folded(op, a, b) ?? cx.f.value(`${OPS[op]!} i64 ${a}, ${b}`);
}

/** An index as what varies and a constant. */
export interface IndexParts {
  readonly varying: Ref;
  readonly constant: bigint;
}

/** A scalar index with its constant apart, so that neighbours share what varies. */
export function indexParts(cx: FunctionContext, e: PrimExpr): IndexParts {
  if (e.kind === "tir.IntImm") return { varying: "0", constant: BigInt(e.value) };
  const isIndex = isInteger(e.dtype) && e.dtype.bits >= 32 && e.dtype.code === "int";
  if (e.kind === "tir.Binary" && isIndex && e.dtype.lanes === 1) {
    if (e.op === "add" || e.op === "sub") {
      const [a, b] = [indexParts(cx, e.a), indexParts(cx, e.b)];
      const constant = e.op === "add" ? a.constant + b.constant : a.constant - b.constant;
      return { varying: indexOp(cx, e.op, a.varying, b.varying), constant };
    }
    if (e.op === "mul") {
      const [a, b] = [indexParts(cx, e.a), indexParts(cx, e.b)];
      const [x, by] = b.varying === "0" ? [a, b.constant] : [b, a.constant];
      if (a.varying === "0" || b.varying === "0")
        return { varying: indexOp(cx, "mul", x.varying, String(by)), constant: x.constant * by };
      const whole = ({ varying, constant }: IndexParts): Ref =>
        indexOp(cx, "add", varying, String(constant));
      return { varying: indexOp(cx, "mul", whole(a), whole(b)), constant: 0n };
    }
  }
  const ref = emitIndex(cx, e);
  const value = literal(ref);
  return value === undefined ? { varying: ref, constant: 0n } : { varying: "0", constant: value };
}

/** The value of an index (or a vector of them) as 64-bit integers. */
export function emitIndex(cx: FunctionContext, e: PrimExpr): Ref {
  const type = withLanes(int64, e.dtype.lanes);
  switch (e.kind) {
    case "tir.IntImm":
      return String(e.value);
    case "tir.Var": {
      const wide = cx.wide.get(e);
      if (wide !== undefined) return wide;
      break;
    }
    case "tir.Binary": {
      const op = OPS[e.op];
      const isIndex = isInteger(e.dtype) && e.dtype.bits >= 32 && e.dtype.code === "int";
      if (op === undefined || !isIndex || e.a.dtype.lanes !== e.b.dtype.lanes) break;
      const a = emitIndex(cx, e.a);
      const b = emitIndex(cx, e.b);
      if (type.lanes === 1) return indexOp(cx, e.op as "add", a, b);
      return cx.f.value(`${op} ${typeOf(cx, type)} ${a}, ${b}`);
    }
    case "tir.Cast":
      if (e.dtype.code === "int" && e.dtype.bits === 64 && isInteger(e.value.dtype))
        return emitIndex(cx, e.value);
      break;
    case "tir.Broadcast":
      return splatValue(cx, emitIndex(cx, e.value), type);
    case "tir.Ramp": {
      const base = splatValue(cx, emitIndex(cx, e.base), type);
      const text = typeOf(cx, type);
      const stride = emitIndex(cx, e.stride);
      const known = literal(stride);
      const steps =
        known === undefined
          ? cx.f.value(
              `mul nsw ${text} ${steppedBy(1n, type.lanes)}, ${splatValue(cx, stride, type)}`,
            )
          : steppedBy(known, type.lanes);
      return cx.f.value(`add nsw ${text} ${base}, ${steps}`);
    }
    default:
  }
  return emitCast(cx, emitExpr(cx, e), e.dtype, type);
}

/** The multiples of a number from 0 on. */
const steppedBy = (stride: bigint, lanes: number): string =>
  `<${Array.from({ length: lanes }, (_, k) => `i64 ${BigInt.asIntN(64, stride * BigInt(k))}`).join(", ")}>`;

/** A 64-bit constant. */
export const index = (value: number): Ref => String(value);
