/** Arguments of buffer constructors: `T.Buffer`, `T.match_buffer`, `T.alloc_buffer`, `T.decl_buffer` and their kin. */
import type { AstBase, Call, Expr, Subscript } from "../../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { makeBuffer, type Buffer } from "../../../ir/tir/buffer.js";
import {
  binary,
  intImm,
  makeVar,
  pointerVar,
  type PrimExpr,
  type Var,
} from "../../../ir/tir/expr.js";
import { bind } from "../../../ir/tir/stmt.js";
import { bytesOf, float32, int32, type DType } from "../../../support/dtype.js";
import { isIdentifier } from "../../../support/identifier.js";
import { codes } from "../../codes.js";
import { report, spanOf, type ElabContext } from "../../context.js";
import { lookup } from "../../scope.js";
import type { Value } from "../../value.js";
import { elaborateDType, plainLiteral } from "../literal.js";
import { elaborateStringExpr } from "../dimension.js";
import { bindArguments } from "./arguments.js";
import { elaboratePrimExpr, elaborateValue } from "./reader.js";
import { constInt, describe, isPrim, toPrim } from "./operand.js";
import type { StatementList } from "./statement-list.js";
import { expandItems } from "./starred.js";

/** Parameters of every buffer constructor, in order of `T.Buffer`. */
export const BUFFER_PARAMS = [
  "shape?", "dtype?", "data?", "strides?", "elem_offset?", "byte_offset?", "scope?", "align?", "offset_factor?",
  "buffer_type?", "axis_separators?", "layout?",
]; // prettier-ignore
/** `T.match_buffer` and old constructors have no byte_offset by position. */
export const MATCH_PARAMS = [
  "shape?", "dtype?", "data?", "strides?", "elem_offset?", "scope?", "align?", "offset_factor?", "buffer_type?",
  "axis_separators?", "/byte_offset?", "/layout?", "/logical_scope?",
]; // prettier-ignore

export interface BufferWish {
  readonly name: string;
  readonly scope?: string;
  /** Used when the text gives no shape (a match of a region). */
  readonly shape?: readonly PrimExpr[];
  readonly at: AstBase;
  readonly scalar?: boolean;
  /** Where a pointer expression given as `data` is bound to a name. */
  readonly list?: StatementList;
}

/** A buffer from bound arguments; undefined is an error that was reported. */
export function bufferFrom(
  ctx: ElabContext,
  values: ReadonlyMap<string, Expr>,
  wish: BufferWish,
): Buffer | undefined {
  const given = (name: string): Expr | undefined => {
    const at = values.get(name);
    return at === undefined || (at.kind === "Constant" && at.value === "None") ? undefined : at;
  };
  const shapeAt = given("shape");
  const shape = shapeAt === undefined ? wish.shape : elaborateShape(ctx, shapeAt);
  const dtypeAt = given("dtype");
  const dtype = dtypeAt === undefined ? float32 : bufferDType(ctx, dtypeAt);
  if (shape === undefined && shapeAt === undefined) {
    report(
      ctx,
      codes.missingArgument({ at: spanOf(ctx, wish.at), callee: "a buffer", name: "shape" }),
    );
  }
  if (shape === undefined || dtype === undefined) return undefined;
  const indexType = shape.find((d) => d.kind === "tir.Var")?.dtype ?? shape[0]?.dtype ?? int32;
  const scopeAt = given("scope");
  const scope = scopeAt === undefined ? undefined : stringOf(ctx, scopeAt);
  const dataAt = given("data");
  const data = dataAt === undefined ? undefined : pointerOf(ctx, dataAt, wish, dtype);
  const stridesAt = given("strides");
  const strides = stridesAt === undefined ? [] : (elaborateShape(ctx, stridesAt) ?? []);
  const align = integer(ctx, given("align"), "align");
  const offsetFactor = integer(ctx, given("offset_factor"), "offset_factor") ?? 0;
  const separatorsAt = given("axis_separators");
  const layoutAt = values.get("layout");
  const kindAt = given("buffer_type") ?? given("logical_scope");
  const kind = kindAt === undefined ? undefined : stringOf(ctx, kindAt);
  const isAuto = kind !== undefined && kind !== "" && kind !== "default" && kind !== "global";
  return makeBuffer({
    name: wish.name,
    dtype,
    shape,
    data,
    strides,
    elemOffset: offsetOf(
      ctx,
      given("elem_offset"),
      given("byte_offset"),
      dtype,
      offsetFactor,
      indexType,
      wish,
    ),
    scope: scope ?? data?.pointer?.scope ?? wish.scope ?? "global",
    align: align === undefined || align === -1 || align === 64 ? 0 : align,
    offsetFactor,
    axisSeparators: separatorsAt === undefined ? [] : integers(ctx, separatorsAt),
    scalar: wish.scalar ?? false,
    layout: isAuto
      ? new Map([["buffer_type", kind]])
      : layoutAt === undefined
        ? undefined
        : layoutOf(ctx, layoutAt),
    span: spanOf(ctx, wish.at),
  });
}

/** None is written `layout=None` and differs from an absent layout only there. */
const layoutOf = (ctx: ElabContext, at: Expr): AttrValue | undefined => ctx.attribute(ctx, at);

function offsetOf(
  ctx: ElabContext,
  at: Expr | undefined,
  bytesAt: Expr | undefined,
  dtype: DType,
  factor: number,
  indexType: DType,
  wish: BufferWish,
): PrimExpr | undefined {
  if (at !== undefined) {
    const value =
      at.kind === "Str" ? stringSymbol(ctx, at.value, at, int32) : elaboratePrimExpr(ctx, at);
    return value?.kind === "tir.IntImm" && value.value === 0 ? undefined : value;
  }
  if (bytesAt !== undefined) {
    const bytes = elaboratePrimExpr(ctx, bytesAt);
    if (bytes === undefined) return undefined;
    const size = bytesOf(dtype);
    const count = constInt(bytes);
    if (count !== undefined && count % size === 0)
      return count === 0 ? undefined : intImm(count / size, bytes.dtype);
    return binary("floordiv", bytes, intImm(size, bytes.dtype), spanOf(ctx, bytesAt));
  }
  // A buffer with a known offset factor has an offset of its own, which the match binds.
  if (factor === 0) return undefined;
  return makeVar(`${wish.name}_elem_offset`, indexType, spanOf(ctx, wish.at));
}

/** Dimensions of a shape: a tuple, a list, one expression, or a template constant; strings introduce symbols. */
export function elaborateShape(ctx: ElabContext, at: Expr): PrimExpr[] | undefined {
  if (at.kind !== "Tuple" && at.kind !== "List") {
    if (at.kind === "Str") {
      const one = stringSymbol(ctx, at.value, at, int32);
      return one === undefined ? undefined : [one];
    }
    return dimensionsOf(ctx, elaborateValue(ctx, at), at);
  }
  const dims: PrimExpr[] = [];
  for (const item of expandItems(ctx, at.items)) {
    const dim =
      item.kind === "Str"
        ? stringSymbol(ctx, item.value, item, int32)
        : elaboratePrimExpr(ctx, item);
    if (dim === undefined) return undefined;
    dims.push(dim);
  }
  return dims;
}

function dimensionsOf(ctx: ElabContext, value: Value, at: Expr): PrimExpr[] | undefined {
  if (value.kind !== "items") {
    const one = toPrim(ctx, value, at);
    return one === undefined ? undefined : [one];
  }
  const dims: PrimExpr[] = [];
  for (const item of value.items) {
    const dim = toPrim(ctx, item, at);
    if (dim === undefined) return undefined;
    dims.push(dim);
  }
  return dims;
}

/** A dimension in a string: an identifier introduces a symbol of the function, anything else is an expression. */
export function stringSymbol(
  ctx: ElabContext,
  text: string,
  at: Expr,
  dtype: DType,
): PrimExpr | undefined {
  if (!isIdentifier(text))
    return elaborateStringExpr(ctx, text, at, ctx.tir?.declared.values().next().value ?? dtype);
  const scope = ctx.functionScope ?? ctx.scope;
  const known = lookup(ctx.scope, text);
  if (known?.kind === "scalar") return known.var;
  const made: Var = makeVar(text, ctx.tir?.declared.get(text) ?? dtype, spanOf(ctx, at));
  scope.names.set(text, { kind: "scalar", var: made });
  ctx.tir?.symbols.set(text, made);
  return made;
}

function bufferDType(ctx: ElabContext, at: Expr): DType | undefined {
  const direct = elaborateDType(ctx, at);
  if (direct !== undefined || at.kind === "Str") return direct;
  const value = elaborateValue(ctx, at);
  if (value.kind === "type") return value.dtype;
  if (value.kind !== "error") report(ctx, codes.bufferDType({ at: spanOf(ctx, at) }));
  return undefined;
}

/** `data=`: a pointer variable. */
function pointerOf(ctx: ElabContext, at: Expr, wish: BufferWish, dtype: DType): Var | undefined {
  const value = elaborateValue(ctx, at);
  if (
    isPrim(value) &&
    value.kind !== "tir.Var" &&
    value.dtype.code === "handle" &&
    wish.list !== undefined
  ) {
    const v = pointerVar(`${wish.name}_ptr`, dtype, "global", spanOf(ctx, at));
    wish.list.push(bind(v, value, spanOf(ctx, at)));
    return v;
  }
  if (value.kind === "tir.Var") return value;
  if (value.kind === "tir.Buffer") return value.data;
  if (value.kind !== "error") {
    const found =
      isPrim(value) && value.dtype.code === "handle"
        ? "an expression; give it a name first"
        : describe(value);
    report(ctx, codes.expectedKind({ at: spanOf(ctx, at), expected: "a pointer variable", found }));
  }
  return undefined;
}

/** A string known while reading. */
export function stringOf(ctx: ElabContext, at: Expr): string | undefined {
  const value = elaborateValue(ctx, at);
  if (value.kind === "tir.StringImm") return value.value;
  if (value.kind !== "error")
    report(
      ctx,
      codes.expectedKind({ at: spanOf(ctx, at), expected: "a string", found: describe(value) }),
    );
  return undefined;
}

function integer(ctx: ElabContext, at: Expr | undefined, what: string): number | undefined {
  if (at === undefined) return undefined;
  const value = elaborateValue(ctx, at);
  const n = constInt(value);
  if (n === undefined && value.kind !== "error")
    report(ctx, codes.conditionConstant({ at: spanOf(ctx, at), what: `\`${what}\`` }));
  return n;
}

function integers(ctx: ElabContext, at: Expr): number[] {
  const value = plainLiteral(ctx, at);
  if (Array.isArray(value) && value.every((v) => typeof v === "number")) return value as number[];
  report(ctx, codes.conditionConstant({ at: spanOf(ctx, at), what: "`axis_separators`" }));
  return [];
}

/** A constructor call `T.X(shape, dtype, …)` as a buffer. */
export function bufferCall(
  ctx: ElabContext,
  call: Call,
  callee: string,
  params: readonly string[],
  wish: BufferWish,
): Buffer | undefined {
  const { values } = bindArguments(ctx, callee, call, params);
  return bufferFrom(ctx, values, wish);
}

/** `T.Buffer[(m, n), "float32"]` and `T.Buffer[n, "float32"]` of old text, as arguments. */
export function bracketArguments(expr: Subscript): Map<string, Expr> {
  const values = new Map<string, Expr>();
  const { items } = expr;
  if (items[0] !== undefined) values.set("shape", items[0]);
  if (items[1] !== undefined) values.set("dtype", items[1]);
  return values;
}
