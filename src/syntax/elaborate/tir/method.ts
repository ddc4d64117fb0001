/** Methods of buffers and expressions. */
import type { Call, Expr } from "../../../../grammar/ast/nodes.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import {
  binary,
  call as makeCall,
  intImm,
  load,
  ramp,
  stringImm,
  type PrimExpr,
} from "../../../ir/tir/expr.js";
import { handle, int32, laneOf, withLanes, type DType } from "../../../support/dtype.js";
import { mulInt } from "../../../support/int.js";
import { codes } from "../../codes.js";
import { report, spanOf, type ElabContext } from "../../context.js";
import type { MethodValue, Value } from "../../value.js";
import { elaborateDType } from "../literal.js";
import { bindArguments } from "./arguments.js";
import { opaqueCall } from "./opaque.js";
import { elaboratePrimExpr, elaborateValue, errorValue } from "./reader.js";
import { differenceOf, sumOf } from "../../../arith/index.js";
import { constInt, toPrim } from "./operand.js";
import { castTo, comparison } from "./operators.js";

export function callMethod(ctx: ElabContext, method: MethodValue, call: Call): Value {
  const { object, name } = method;
  if (object.kind === "error") return errorValue;
  if (object.kind === "tir.Buffer") return bufferMethod(ctx, object, name, call);
  const value = toPrim(ctx, object, call);
  if (value === undefined) return errorValue;
  if (name === "astype") return astype(ctx, value, call);
  if (name === "equal") {
    const { values } = bindArguments(ctx, ".equal", call, ["other"]);
    const other = values.get("other");
    const b = other && elaboratePrimExpr(ctx, other);
    return b === undefined ? errorValue : comparison(ctx, "eq", value, b, call);
  }
  return opaqueCall(ctx, `.${name}`, call, [value]);
}

function astype(ctx: ElabContext, value: PrimExpr, call: Call): Value {
  const { values } = bindArguments(ctx, ".astype", call, ["dtype", "span?"]);
  const at = values.get("dtype");
  const dtype = at && elaborateDType(ctx, at);
  if (at !== undefined && dtype === undefined && at.kind !== "Str") {
    report(
      ctx,
      codes.expectedKind({ at: spanOf(ctx, at), expected: "a dtype", found: "something else" }),
    );
  }
  return dtype === undefined ? errorValue : castTo(value, dtype);
}

function bufferMethod(ctx: ElabContext, buffer: Buffer, name: string, call: Call): Value {
  switch (name) {
    case "access_ptr":
      return accessPointer(ctx, buffer, call);
    case "vload":
      return vectorLoad(ctx, buffer, call);
    case "scope":
      bindArguments(ctx, ".scope", call, []);
      return stringImm(buffer.scope, spanOf(ctx, call));
    case "vstore":
      report(
        ctx,
        codes.expectedExpression({
          at: spanOf(ctx, call),
          what: "`.vstore(…)`, which is a statement,",
        }),
      );
      return errorValue;
    default:
      // Views of the accelerator dialect are kept as written.
      return opaqueCall(ctx, `.${name}`, call, [buffer]);
  }
}

const MASKS: Readonly<Record<string, number>> = { r: 1, w: 2, rw: 3, wr: 3 };

/** `A.access_ptr("r", …)` as `T.tvm_access_ptr(type, data, offset, extent, mask)`. */
function accessPointer(ctx: ElabContext, buffer: Buffer, call: Call): Value {
  const params = ["access_mask", "ptr_type?", "content_lanes?", "offset?", "extent?"];
  const { values } = bindArguments(ctx, ".access_ptr", call, params);
  const maskAt = values.get("access_mask");
  if (maskAt === undefined) return errorValue;
  const maskValue = elaborateValue(ctx, maskAt);
  const mask = maskValue.kind === "tir.StringImm" ? MASKS[maskValue.value] : constInt(maskValue);
  if (mask === undefined) {
    report(
      ctx,
      codes.conditionConstant({
        at: spanOf(ctx, maskAt),
        what: 'the access mask ("r", "w" or "rw")',
      }),
    );
    return errorValue;
  }
  const read = (name: string): PrimExpr | undefined => {
    const at = values.get(name);
    return at === undefined || (at.kind === "Constant" && at.value === "None")
      ? undefined
      : elaboratePrimExpr(ctx, at);
  };
  const lanes = constInt(read("content_lanes")) ?? 1;
  const ptrAt = values.get("ptr_type");
  const ptrType = ptrAt === undefined ? handle : (elaborateDType(ctx, ptrAt) ?? handle);
  const indexType = buffer.shape[0]?.dtype ?? int32;
  const offset = read("offset") ?? intImm(0, indexType);
  let extent = read("extent") ?? differenceOf(storageSize(buffer, indexType), offset);
  let start = sumOf(buffer.elemOffset ?? intImm(0, indexType), offset);
  let element = buffer.dtype;
  if (lanes > 1) {
    element = withLanes(laneOf(element), lanes * element.lanes);
    extent = divideBy(extent, lanes);
    start = divideBy(start, lanes);
  }
  const type = makeCall("type_annotation", [], element, spanOf(ctx, call));
  return makeCall(
    "tvm_access_ptr",
    [type, buffer.data, start, extent, intImm(mask, int32)],
    ptrType,
    spanOf(ctx, call),
  );
}

const divideBy = (e: PrimExpr, by: number): PrimExpr =>
  e.kind === "tir.IntImm" && typeof e.value === "number"
    ? intImm(Math.trunc(e.value / by), e.dtype)
    : binary("div", e, intImm(by, e.dtype));

/** Elements from the first to behind the last: product of the shape, or outer stride times outer extent. */
function storageSize(buffer: Buffer, dtype: DType): PrimExpr {
  if (buffer.strides.length > 0 && buffer.shape.length > 0)
    return product(buffer.strides[0]!, buffer.shape[0]!);
  let size: PrimExpr = intImm(1, dtype);
  for (const d of buffer.shape) size = product(size, d);
  return size;
}

function product(a: PrimExpr, b: PrimExpr): PrimExpr {
  if (a.kind === "tir.IntImm" && b.kind === "tir.IntImm")
    return intImm(mulInt(a.value, b.value), a.dtype);
  if (a.kind === "tir.IntImm" && a.value === 1) return b;
  if (b.kind === "tir.IntImm" && b.value === 1) return a;
  return binary("mul", a, b);
}

/** `A.vload([i], "float32x4")`: the last index becomes a ramp of as many lanes as the dtype has more. */
function vectorLoad(ctx: ElabContext, buffer: Buffer, call: Call): Value {
  const { values } = bindArguments(ctx, ".vload", call, ["begin", "dtype?", "predicate?"]);
  const begin = values.get("begin");
  if (begin === undefined) return errorValue;
  const dtypeAt = values.get("dtype");
  const dtype = dtypeAt === undefined ? buffer.dtype : elaborateDType(ctx, dtypeAt);
  const indices = dtype && vectorIndex(ctx, buffer, begin, dtype);
  if (indices === undefined) return errorValue;
  const predicateAt = values.get("predicate");
  const predicate =
    predicateAt === undefined || predicateAt.kind === "Constant"
      ? undefined
      : elaboratePrimExpr(ctx, predicateAt);
  return load(buffer, indices, spanOf(ctx, call), predicate);
}

/** The indices of a vector access that starts at `begin`. */
export function vectorIndex(
  ctx: ElabContext,
  buffer: Buffer,
  begin: Expr,
  dtype: DType,
): PrimExpr[] | undefined {
  const value = elaborateValue(ctx, begin);
  const items: readonly Value[] = value.kind === "items" ? value.items : [value];
  const indices: PrimExpr[] = [];
  for (const item of items) {
    const index = toPrim(ctx, item, begin);
    if (index === undefined) return undefined;
    indices.push(index);
  }
  if (indices.length !== buffer.shape.length) {
    const at = spanOf(ctx, begin);
    report(
      ctx,
      codes.indexCount({
        at,
        buffer: buffer.name,
        rank: buffer.shape.length,
        count: indices.length,
      }),
    );
    return undefined;
  }
  const last = indices[indices.length - 1];
  if (
    last !== undefined &&
    last.dtype.lanes === 1 &&
    (dtype.lanes > buffer.dtype.lanes || dtype.scalable)
  ) {
    const count = intImm(dtype.lanes / buffer.dtype.lanes, int32);
    const lanes = dtype.scalable ? binary("mul", makeCall("vscale", [], int32), count) : count;
    indices[indices.length - 1] = ramp(last, intImm(1, last.dtype), lanes, last.span);
  }
  return indices;
}
