/** Vector expressions that compilers have operations for. */
import type {
  Binary,
  Cast,
  Compare,
  IfThenElse,
  Load,
  PrimExpr,
  Select,
} from "../../../ir/tir/expr.js";
import { bool, isFloat, isSigned, laneOf, type DType } from "../../../support/dtype.js";
import {
  isPowerOfTwo,
  vectorRoutine,
  vectorType,
  type VectorOperation,
  type VectorType,
} from "../routine/vector.js";
import { vectorElementary } from "../routine/vector-elementary.js";
import { coerce } from "../../coerce.js";
import type { FunctionContext } from "./context.js";
import { elementType, emitPointer, emitPosition } from "./element.js";
import { comparedType, COMPARISONS, emitExpr } from "./expr.js";
import { called, infix, primary, type Piece } from "./text.js";
import { cTypeOf, isSmallFloat, laneName } from "./types.js";
import { emitVector, namedVector, vectorTypeOf } from "./vector.js";

/** Types whose lanes compilers compute as they are. */
export function isNative(type: DType): boolean {
  const lane = laneOf(type);
  if (!isPowerOfTwo(type.lanes) || type.lanes > 64 || type.lanes < 2) return false;
  if (isFloat(lane)) return !isSmallFloat(lane);
  return (lane.code === "int" || lane.code === "uint") && lane.bits >= 8;
}

/** An operation on operands that are all computed already. */
function operate(
  cx: FunctionContext,
  op: Omit<VectorOperation, "name"> & { readonly name: string },
  args: readonly Piece[],
): Piece {
  return called(vectorRoutine(cx.shared, op), ...args);
}

/** The value by vector operations; undefined where lanes are computed one by one. */
export function nativeVector(cx: FunctionContext, e: PrimExpr): Piece | undefined {
  switch (e.kind) {
    case "tir.Broadcast":
      return e.value.dtype.lanes === 1 ? emitSplat(cx, e.value, e.dtype) : undefined;
    case "tir.Ramp":
      return isNative(e.dtype) ? emitRamp(cx, e) : undefined;
    case "tir.Load":
      return emitContiguous(cx, e);
    case "tir.Binary":
      return isNative(e.dtype) ? emitBinary(cx, e) : undefined;
    case "tir.Unary":
      if (e.op !== "neg" || !isNative(e.dtype) || !isFloat(e.dtype)) return undefined;
      return operate(
        cx,
        {
          name: "neg",
          result: vectorTypeOf(e.dtype),
          params: [vectorTypeOf(e.dtype)],
          native: "-(a)",
          each: (l) => `-${l("a")}`,
        },
        [emitVector(cx, e.a)],
      );
    case "tir.Cast":
      return emitCast(cx, e);
    case "tir.Compare": {
      const type = comparedType(e.a.dtype, e.b.dtype);
      if (!isPowerOfTwo(e.dtype.lanes) || !isNative({ ...type, lanes: e.dtype.lanes })) return undefined; // prettier-ignore
      return emitCompare(cx, e, type);
    }
    case "tir.Select":
    case "tir.IfThenElse":
      return emitSelect(cx, e);
    case "tir.Call": {
      if (!isNative(e.dtype) || !isFloat(e.dtype)) return undefined;
      const args = e.args.filter((a): a is PrimExpr => "dtype" in a && a.kind !== "tir.Buffer");
      if (args.length !== 1 || args[0]!.dtype.lanes !== e.dtype.lanes) return undefined;
      const routine = vectorElementary(cx.shared, e.op, vectorTypeOf(e.dtype));
      if (routine === undefined) return undefined;
      const x = emitVector(cx, coerce(args[0]!, e.dtype));
      const name = cx.names.take(e.op);
      cx.lines.add(`${routine.type} ${name} = ${x.text};`);
      cx.lines.add(`${routine.name}(&${name});`);
      return primary(name);
    }
    default:
      return undefined;
  }
}

function emitSplat(cx: FunctionContext, value: PrimExpr, type: DType): Piece | undefined {
  if (!isNative(type) && !(isSmallFloat(laneOf(type)) && isPowerOfTwo(type.lanes)))
    return undefined;
  const vector = vectorTypeOf(type);
  const lane = cTypeOf(vector.lane);
  return operate(
    cx,
    {
      name: "splat",
      result: vector,
      params: [lane],
      // Taking 0 off keeps every value, the negative zero too.
      native: `(${lane})(a) - (rx_${vector.lane}x${vector.lanes}){0}`,
      each: (l) => l("a"),
    },
    [emitExpr(cx, value)],
  );
}

function emitRamp(
  cx: FunctionContext,
  e: Extract<PrimExpr, { kind: "tir.Ramp" }>,
): Piece | undefined {
  if (isFloat(e.dtype)) return undefined;
  const vector = vectorTypeOf(e.dtype);
  const lane = cTypeOf(vector.lane);
  const steps = Array.from({ length: vector.lanes }, (_, k) => k).join(", ");
  const wide = vector.lane.endsWith("64") ? "uint64_t" : "uint32_t";
  return operate(
    cx,
    {
      name: "ramp",
      result: vector,
      params: [lane, lane],
      native: `(rx_${vector.lane}x${vector.lanes}){${steps}} * (${lane})(b) + (${lane})(a)`,
      each: (l) => `(${wide})${l("a")} + (${wide})k * (${wide})${l("b")}`,
    },
    [emitExpr(cx, e.base), emitExpr(cx, coerce(e.stride, laneOf(e.base.dtype)))],
  );
}

/** Loads of neighbours whose lanes need no decoding. */
function emitContiguous(cx: FunctionContext, e: Load): Piece | undefined {
  const last = e.indices[e.indices.length - 1];
  const lane = laneOf(e.buffer.dtype);
  if (e.predicate !== undefined || cx.variables.has(e.buffer)) return undefined;
  if (!isNative(e.dtype)) return undefined;
  let indices = e.indices;
  if (e.buffer.dtype.lanes === 1) {
    if (last?.kind !== "tir.Ramp" || !isOne(last.stride)) return undefined;
    if (e.indices.slice(0, -1).some((i) => i.dtype.lanes > 1)) return undefined;
    if (e.buffer.strides.length > 0 && !isOne(e.buffer.strides[e.buffer.strides.length - 1]!))
      return undefined;
    indices = [...e.indices.slice(0, -1), last.base];
  } else if (e.indices.some((i) => i.dtype.lanes > 1)) return undefined;
  const vector = vectorTypeOf(e.dtype);
  const address = addressOf(cx, e.buffer, indices);
  return operate(
    cx,
    {
      name: "load",
      result: vector,
      params: [`const ${elementType(lane)} *`],
      native: `*(const rx_${vector.lane}x${vector.lanes}_at *)(a)`,
      each: () => "a[k]",
    },
    [address],
  );
}

/** Pointer to an element. */
export function addressOf(
  cx: FunctionContext,
  buffer: Load["buffer"],
  indices: readonly PrimExpr[],
): Piece {
  const pointer = emitPointer(cx, buffer);
  const at = emitPosition(cx, buffer, indices);
  return at.text === "0" ? pointer : infix("+", pointer, at);
}

const isOne = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && Number(e.value) === 1;

const ARITHMETIC: Readonly<Record<string, string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  bitand: "&",
  bitor: "|",
  bitxor: "^",
};

function emitBinary(cx: FunctionContext, e: Binary): Piece | undefined {
  const type = laneOf(e.dtype);
  const vector = vectorTypeOf(e.dtype);
  const [x, y] = [coerce(e.a, type), coerce(e.b, type)];
  if (x.dtype.lanes !== e.dtype.lanes || y.dtype.lanes !== e.dtype.lanes) return undefined;
  const name = `rx_${vector.lane}x${vector.lanes}`;
  const op = ARITHMETIC[e.op];
  const float = isFloat(type);
  if (e.op === "min" || e.op === "max") {
    const sign = e.op === "min" ? "<" : ">";
    const mask = maskType(vector);
    return operate(
      cx,
      {
        name: e.op,
        result: vector,
        params: [vector, vector],
        native: `(${name})((((a) ${sign} (b)) & (${mask})(a)) | (~((a) ${sign} (b)) & (${mask})(b)))`,
        each: (l) => `${l("a")} ${sign} ${l("b")} ? ${l("a")} : ${l("b")}`,
      },
      (ensureMask(cx, vector), [namedVector(cx, x), namedVector(cx, y)]),
    );
  }
  if (op === undefined || (op === "/" && !float)) return undefined;
  const signed = isSigned(type);
  const wraps = signed && /^(add|sub|mul)$/.test(e.op);
  const unsigned: VectorType = { lane: vector.lane.replace("i", "u"), lanes: vector.lanes };
  const u = `rx_${unsigned.lane}x${unsigned.lanes}`;
  const wide = type.bits === 64 ? "uint64_t" : "uint32_t";
  if (wraps) vectorType(cx.shared, unsigned);
  return operate(
    cx,
    {
      name: e.op,
      result: vector,
      params: [vector, vector],
      native: wraps ? `(${name})((${u})(a) ${op} (${u})(b))` : `(a) ${op} (b)`,
      each: (l) =>
        float ? `${l("a")} ${op} ${l("b")}` : `(${wide})${l("a")} ${op} (${wide})${l("b")}`,
    },
    [emitVector(cx, x), emitVector(cx, y)],
  );
}

/** Name of the integers that comparisons of a vector give: 0, or all bits. */
const maskType = ({ lane, lanes }: VectorType): string => `rx_i${lane.slice(1)}x${lanes}`;
const ensureMask = (cx: FunctionContext, v: VectorType): string =>
  vectorType(cx.shared, { lane: `i${v.lane.slice(1)}`, lanes: v.lanes });

/** Conversions without rounding to small floats, saturation or truth. */
function emitCast(cx: FunctionContext, e: Cast): Piece | undefined {
  if (!isNative(e.dtype)) return undefined;
  const from = e.value.dtype;
  if (from.lanes !== e.dtype.lanes) return undefined;
  const fromBool = from.code === "bool";
  if (!fromBool && !isNative(from) && !(isSmallFloat(laneOf(from)) && isPowerOfTwo(from.lanes)))
    return undefined;
  if (isFloat(from) && !isFloat(e.dtype)) return undefined;
  const [source, target] = [vectorTypeOf(from), vectorTypeOf(e.dtype)];
  const x = emitVector(cx, e.value);
  if (source.lane === target.lane) return x;
  return operate(
    cx,
    {
      name: `of_${source.lane}`,
      result: target,
      params: [source],
      native: `__builtin_convertvector((a), rx_${target.lane}x${target.lanes})`,
      each: (l) => l("a"),
    },
    [x],
  );
}

function emitCompare(cx: FunctionContext, e: Compare, type: DType): Piece | undefined {
  const { lanes } = e.dtype;
  const [x, y] = [coerce(e.a, type), coerce(e.b, type)];
  if (x.dtype.lanes !== lanes || y.dtype.lanes !== lanes) return undefined;
  const op = COMPARISONS[e.op];
  const source: VectorType = { lane: laneName(laneOf(type)), lanes };
  return operate(
    cx,
    {
      name: `${e.op}_${source.lane}`,
      result: { lane: "u8", lanes },
      params: [source, source],
      native: `__builtin_convertvector((a) ${op} (b), rx_u8x${lanes}) & 1`,
      each: (l) => `${l("a")} ${op} ${l("b")}`,
    },
    [emitVector(cx, x), emitVector(cx, y)],
  );
}

/** All bits of the lanes where a condition holds, as integers as wide as the lanes chosen. */
function emitMask(cx: FunctionContext, cond: PrimExpr, like: VectorType): Piece {
  const mask: VectorType = { lane: `i${like.lane.slice(1)}`, lanes: like.lanes };
  const name = vectorType(cx.shared, mask);
  if (cond.kind === "tir.Compare") {
    const type = comparedType(cond.a.dtype, cond.b.dtype);
    const source: VectorType = { lane: laneName(laneOf(type)), lanes: like.lanes };
    const [x, y] = [coerce(cond.a, type), coerce(cond.b, type)];
    const sameWidth = source.lane.slice(1) === like.lane.slice(1);
    if (
      sameWidth &&
      isNative({ ...laneOf(type), lanes: like.lanes }) &&
      x.dtype.lanes === y.dtype.lanes
    ) {
      const op = COMPARISONS[cond.op];
      return operate(
        cx,
        {
          name: `${cond.op}_${source.lane}`,
          result: mask,
          params: [source, source],
          native: `(${name})((a) ${op} (b))`,
          each: (l) => `-(${l("a")} ${op} ${l("b")})`,
        },
        [emitVector(cx, x), emitVector(cx, y)],
      );
    }
  }
  return operate(
    cx,
    {
      name: "mask",
      result: mask,
      params: [{ lane: "u8", lanes: like.lanes }],
      native: `-__builtin_convertvector((a), ${name})`,
      each: (l) => `-(int)${l("a")}`,
    },
    [emitVector(cx, cond)],
  );
}

function emitSelect(cx: FunctionContext, e: Select | IfThenElse): Piece | undefined {
  const small = isSmallFloat(laneOf(e.dtype)) && isPowerOfTwo(e.dtype.lanes);
  if (!isNative(e.dtype) && !small) return undefined;
  const [then, otherwise] = [coerce(e.then, e.dtype), coerce(e.otherwise, e.dtype)];
  if (
    e.cond.dtype.lanes === 1 &&
    then.dtype.lanes === e.dtype.lanes &&
    otherwise.dtype.lanes === e.dtype.lanes
  )
    // prettier-ignore
    return emitBranches(cx, e, then, otherwise);
  // A choice that protects its sides, and one whose sides are scalars, goes lane by lane.
  if (e.kind === "tir.IfThenElse" || e.cond.dtype.lanes !== e.dtype.lanes) return undefined;
  if (e.cond.dtype.code !== "bool") return undefined;
  if (then.dtype.lanes !== e.dtype.lanes || otherwise.dtype.lanes !== e.dtype.lanes)
    return undefined;
  const vector = vectorTypeOf(e.dtype);
  const mask: VectorType = { lane: `i${vector.lane.slice(1)}`, lanes: vector.lanes };
  const [name, m] = [`rx_${vector.lane}x${vector.lanes}`, `rx_${mask.lane}x${mask.lanes}`];
  const chosen = emitMask(cx, e.cond, vector);
  const held = nameFor(cx, chosen, m);
  return operate(
    cx,
    {
      name: "select",
      result: vector,
      params: [mask, vector, vector],
      native: `(${name})(((a) & (${m})(b)) | (~(a) & (${m})(c)))`,
      each: (l) => `${l("a")} != 0 ? ${l("b")} : ${l("c")}`,
    },
    [held, emitVector(cx, then), emitVector(cx, otherwise)],
  );
}

/** One condition for all lanes. */
function emitBranches(
  cx: FunctionContext,
  e: Select | IfThenElse,
  then: PrimExpr,
  otherwise: PrimExpr,
): Piece {
  const cond = emitExpr(cx, e.cond.dtype === bool ? e.cond : coerce(e.cond, bool));
  const name = cx.names.take("chosen");
  cx.lines.declare(name, `${vectorType(cx.shared, vectorTypeOf(e.dtype))} ${name};`);
  const side = (head: string, value: PrimExpr): void =>
    cx.lines.block(head, () => cx.lines.add(`${name} = ${emitVector(cx, value).text};`));
  side(`if (${cond.text})`, then);
  side("else", otherwise);
  return primary(name);
}

function nameFor(cx: FunctionContext, x: Piece, type: string): Piece {
  if (/^\w+$/.test(x.text)) return x;
  const name = cx.names.take("mask");
  cx.lines.declare(name, `const ${type} ${name} = ${x.text};`);
  return primary(name);
}
