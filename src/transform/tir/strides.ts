/** Index arithmetic shared by passes: widths agree, constants fold. */
import type { Buffer } from "../../ir/tir/buffer.js";
import { binary, broadcast, cast, intImm, ramp, type PrimExpr } from "../../ir/tir/expr.js";
import { isInteger, laneOf, withLanes, type DType } from "../../support/dtype.js";
import { addInt, mulInt, subInt } from "../../support/int.js";

const isConst = (e: PrimExpr, value: number): boolean =>
  e.kind === "tir.IntImm" && e.value === value;

/** Both operands in the wider of their integer types. */
function agree(a: PrimExpr, b: PrimExpr): [PrimExpr, PrimExpr] {
  const x = laneOf(a.dtype);
  const y = laneOf(b.dtype);
  if (x === y || !isInteger(x) || !isInteger(y)) return [a, b];
  const type = x.bits >= y.bits ? x : y;
  const to = (e: PrimExpr): PrimExpr => castIndex(e, type);
  return [to(a), to(b)];
}

/** An index in another integer type. A Ramp of constants stays one, where no lane can wrap. */
export function castIndex(e: PrimExpr, type: DType): PrimExpr {
  if (laneOf(e.dtype) === type) return e;
  if (e.kind === "tir.IntImm") return intImm(e.value, type, e.span);
  if (e.kind === "tir.Ramp" && e.base.kind === "tir.IntImm" && e.stride.kind === "tir.IntImm") {
    const reach = Number(e.base.value) + Number(e.stride.value) * e.dtype.lanes;
    if (Math.abs(reach) < 2 ** 31 && Math.abs(Number(e.base.value)) < 2 ** 31 && type.bits >= 32)
      return ramp(castIndex(e.base, type), castIndex(e.stride, type), e.lanes);
  }
  return cast(e, withLanes(type, e.dtype.lanes, e.dtype.scalable), e.span);
}

/** `a + b` with the obvious simplifications, on scalars and vectors. */
export function addIndex(left: PrimExpr, right: PrimExpr): PrimExpr {
  const [a, b] = agree(left, right);
  if (isConst(a, 0)) return b;
  if (isConst(b, 0)) return a;
  if (a.kind === "tir.IntImm" && b.kind === "tir.IntImm")
    return intImm(addInt(a.value, b.value), a.dtype);
  if (a.kind === "tir.Ramp" && b.dtype.lanes === 1)
    return ramp(addIndex(a.base, b), a.stride, a.lanes);
  if (b.kind === "tir.Ramp" && a.dtype.lanes === 1)
    return ramp(addIndex(a, b.base), b.stride, b.lanes);
  if (a.dtype.lanes === b.dtype.lanes) {
    if (a.kind === "tir.Ramp" && b.kind === "tir.Ramp")
      return ramp(addIndex(a.base, b.base), addIndex(a.stride, b.stride), a.lanes);
    if (a.kind === "tir.Ramp" && b.kind === "tir.Broadcast") return addIndex(a, b.value);
    if (a.kind === "tir.Broadcast" && b.kind === "tir.Ramp") return addIndex(a.value, b);
  }
  return binary("add", ...sameLanes(a, b));
}

/** `a − b`. */
export function subIndex(left: PrimExpr, right: PrimExpr): PrimExpr {
  const [a, b] = agree(left, right);
  if (isConst(b, 0)) return a;
  if (a.kind === "tir.IntImm" && b.kind === "tir.IntImm")
    return intImm(subInt(a.value, b.value), a.dtype);
  if (a.kind === "tir.Ramp" && b.dtype.lanes === 1)
    return ramp(subIndex(a.base, b), a.stride, a.lanes);
  return binary("sub", ...sameLanes(a, b));
}

/** `a · b`. */
export function mulIndex(left: PrimExpr, right: PrimExpr): PrimExpr {
  const [a, b] = agree(left, right);
  if (isConst(a, 1)) return b;
  if (isConst(b, 1)) return a;
  if (a.dtype.lanes === 1 && isConst(a, 0) && b.dtype.lanes === 1) return a;
  if (b.dtype.lanes === 1 && isConst(b, 0) && a.dtype.lanes === 1) return b;
  if (a.kind === "tir.IntImm" && b.kind === "tir.IntImm")
    return intImm(mulInt(a.value, b.value), a.dtype);
  if (a.kind === "tir.Ramp" && b.dtype.lanes === 1)
    return ramp(mulIndex(a.base, b), mulIndex(a.stride, b), a.lanes);
  if (b.kind === "tir.Ramp" && a.dtype.lanes === 1)
    return ramp(mulIndex(a, b.base), mulIndex(a, b.stride), b.lanes);
  return binary("mul", ...sameLanes(a, b));
}

/** Broadcasts the scalar one of two operands to the lanes of the other. */
export function sameLanes(a: PrimExpr, b: PrimExpr): [PrimExpr, PrimExpr] {
  const lanes = Math.max(a.dtype.lanes, b.dtype.lanes);
  return [spread(a, lanes), spread(b, lanes)];
}

/** The expression with that many lanes. */
export const spread = (e: PrimExpr, lanes: number): PrimExpr =>
  lanes === 1 || e.dtype.lanes !== 1 || e.dtype.scalable ? e : broadcast(e, intImm(lanes));

/** The strides of a buffer in elements, written or row-major. */
export const stridesOf = (buffer: Buffer): readonly PrimExpr[] =>
  buffer.strides.length > 0 ? buffer.strides : rowMajor(buffer.shape);

/** The strides of a compact buffer of this shape. */
export function rowMajor(shape: readonly PrimExpr[]): readonly PrimExpr[] {
  const strides: PrimExpr[] = [];
  let step: PrimExpr = intImm(1, shape[0]?.dtype);
  for (let k = shape.length - 1; k >= 0; k--) {
    strides.unshift(step);
    step = mulIndex(step, shape[k]!);
  }
  return strides;
}

/** The number of elements a buffer spans. */
export function elementsOf(buffer: Buffer): PrimExpr {
  if (buffer.strides.length === 0)
    return buffer.shape.reduce<PrimExpr>(mulIndex, intImm(1, buffer.shape[0]?.dtype));
  const last = buffer.shape.reduce<PrimExpr>(
    (n, d, k) => addIndex(n, mulIndex(subIndex(d, intImm(1, d.dtype)), buffer.strides[k]!)),
    intImm(1, buffer.shape[0]?.dtype),
  );
  // Without any element the last position lies before the first.
  return last.kind === "tir.IntImm" ? last : binary("max", last, intImm(0, last.dtype));
}
