/** Type annotations of R: text to struct info. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { shapeExpr, type ShapeExpr, type Var } from "../../../ir/relax/expr.js";
import {
  funcInfo,
  objectInfo,
  primInfo,
  shapeInfo,
  tensorInfo,
  tupleInfo,
  type DTensorInfo,
  type FuncInfo,
  type StructInfo,
  type TensorInfo,
} from "../../../ir/relax/struct-info.js";
import type { PrimExpr } from "../../../ir/tir/expr.js";
import { tryDType, type DType } from "../../../support/dtype.js";
import { memberOf, resolve } from "../../context.js";
import { relaxCodes } from "../../relax-codes.js";
import { elaborateDType, plainLiteral } from "../literal.js";
import { meshOf, parseDevice, placementOf } from "./device.js";
import { elaborateExpr } from "./expression.js";
import { infoOf } from "./infer.js";
import { warnParens } from "./operand.js";
import { at, fail, type FunctionState } from "./state.js";
import { constructorName, elaborateDim, type DimensionSite } from "./symbols.js";
import { isExpr } from "./value.js";

/** Names of type constructors below `R`, and bare in text of 2022. */
const TYPES = new Set([
  "Tensor", "Shape", "Tuple", "Callable", "Prim", "Object", "Any", "Void", "Dim", "DTensor", "dist.DTensor",
]); // prettier-ignore

/** The constructor that an expression names, without its arguments. */
export function typeName(state: FunctionState, expr: A.Expr): string | undefined {
  const name = constructorName(state.ctx, expr);
  return name !== undefined && TYPES.has(name) ? name : undefined;
}

/** A type, or undefined when the expression is none (nothing is reported). */
export function tryType(
  state: FunctionState,
  expr: A.Expr,
  site: DimensionSite,
): StructInfo | undefined {
  return isTypeText(state, expr) ? elaborateType(state, expr, site) : undefined;
}

/** The value of `x.ty`, the type of a value written in place. */
function typeOfValue(state: FunctionState, expr: A.Expr): StructInfo | undefined {
  if (
    expr.kind !== "Attribute" ||
    !OF_VALUE.has(expr.name) ||
    memberOf(state.ctx, expr) !== undefined
  )
    return undefined;
  if (expr.value.kind !== "Name" || resolve(state.ctx, expr.value.id)?.kind !== "relax")
    return undefined;
  const value = elaborateExpr(state, expr.value);
  return isExpr(value) ? infoOf(state.ctx, value) : undefined;
}

const OF_VALUE = new Set(["ty", "struct_info", "struct_info_"]);

/** Whether an expression is written as a type. */
export function isTypeText(state: FunctionState, expr: A.Expr): boolean {
  if (expr.kind === "Call") return typeName(state, expr.func) !== undefined;
  if (expr.kind === "Subscript") return typeName(state, expr.value) !== undefined;
  if (typeName(state, expr) !== undefined) return true;
  const member = memberOf(state.ctx, expr);
  return (
    (member?.dialect === "T" && tryDType(member.name) !== undefined) ||
    typeOfValue(state, expr) !== undefined
  );
}

/** Reads a type. Mistakes are reported; the result is then `undefined`. */
export function elaborateType(
  state: FunctionState,
  expr: A.Expr,
  site: DimensionSite,
): StructInfo | undefined {
  switch (expr.kind) {
    case "Constant":
      if (expr.value === "None") return tupleInfo([], at(state, expr));
      break;
    case "Str": {
      // A quoted annotation.
      break;
    }
    case "Name":
    case "Attribute": {
      const name = typeName(state, expr);
      if (name !== undefined) return construct(state, name, [], expr, site);
      const member = memberOf(state.ctx, expr);
      const dtype = member?.dialect === "T" ? tryDType(member.name) : undefined;
      if (dtype !== undefined) return primInfo(dtype, undefined, at(state, expr));
      const known = typeOfValue(state, expr);
      if (known !== undefined) return known;
      break;
    }
    case "Call": {
      const name = typeName(state, expr.func);
      if (name !== undefined) return construct(state, name, expr.args, expr, site);
      break;
    }
    case "Subscript": {
      // `Tensor[(m, n), "float32"]` of 2022
      const name = typeName(state, expr.value);
      if (name === undefined) break;
      const items =
        expr.items.length === 1 && expr.items[0]!.kind === "Tuple" && name !== "Tensor"
          ? expr.items[0]!.items
          : expr.items;
      const args = items.map((value): A.Argument => ({
        kind: "Argument",
        value,
        start: value.start,
        end: value.end,
      }));
      return construct(state, name, args, expr, site);
    }
    case "ErrorExpr":
      return undefined;
    default:
      break;
  }
  fail(state, relaxCodes.expectedType({ at: at(state, expr), what: describeText(state, expr) }));
  return undefined;
}

function describeText(state: FunctionState, expr: A.Expr): string {
  const text =
    state.ctx.spanOverride === undefined ? state.ctx.source.text.slice(expr.start, expr.end) : "";
  return text !== "" && text.length <= 40 && !text.includes("\n") ? `\`${text}\`` : "this";
}

const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  Tensor: ["shape", "dtype", "vdevice", "ndim"],
  Shape: ["values", "ndim"],
  Prim: ["dtype", "value"],
  Callable: ["params", "ret", "purity", "derive_func"],
  DTensor: ["shape", "dtype", "device_mesh", "placement", "ndim"],
  Object: [],
  Any: [],
  Void: [],
  Dim: [],
};

/** Keywords of 2022. */
const OLD_KEYWORDS: Readonly<Record<string, string>> = {
  "Tensor.rank": "ndim",
  "Shape.rank": "ndim",
};

type Given = ReadonlyMap<string, A.Expr>;

function construct(
  state: FunctionState,
  constructor: string,
  args: readonly A.Argument[],
  expr: A.Expr,
  site: DimensionSite,
): StructInfo | undefined {
  const name = constructor === "dist.DTensor" ? "DTensor" : constructor;
  if (name === "Tuple") return tupleType(state, args, expr, site);
  const given = new Map<string, A.Expr>();
  const names = PARAMETERS[name]!;
  let position = 0;
  for (const a of args) {
    const key = a.name ?? names[position++];
    if (key === undefined) {
      fail(state, relaxCodes.typeArgument({ at: at(state, a), type: name, limit: names.length }));
      return undefined;
    }
    const known = OLD_KEYWORDS[`${name}.${key}`] ?? key;
    if (!names.includes(known)) {
      fail(
        state,
        relaxCodes.typeKeyword({
          at: at(state, a),
          type: name,
          name: key,
          hints: [knownParameters(names)],
        }),
      );
      return undefined;
    }
    if (given.has(known))
      fail(state, relaxCodes.repeatedArgument({ at: at(state, a), op: `R.${name}`, name: key }));
    given.set(known, a.value);
  }
  switch (name) {
    case "Tensor":
      return tensorType(state, given, expr, site);
    case "Shape":
      return shapeType(state, given, expr, site);
    case "Prim":
      return primType(state, given, expr, site);
    case "Callable":
      return callableType(state, given, expr, site);
    case "DTensor":
      return dtensorType(state, given, expr, site);
    case "Void":
      return tupleInfo([], at(state, expr));
    case "Dim":
      return shapeInfo(undefined, -1, at(state, expr));
    default:
      return { ...objectInfo, span: at(state, expr) };
  }
}

const knownParameters = (names: readonly string[]): string =>
  names.length === 0 ? "it has none" : `it has ${names.map((n) => `\`${n}\``).join(", ")}`;

/** `None` and `_` stand for "not known". */
const isUnknown = (expr: A.Expr | undefined): boolean =>
  expr === undefined ||
  (expr.kind === "Constant" && expr.value === "None") ||
  (expr.kind === "Name" && expr.id === "_");

function tensorType(
  state: FunctionState,
  given: Given,
  expr: A.Expr,
  site: DimensionSite,
): TensorInfo | undefined {
  let shapeText = given.get("shape");
  let dtypeText = given.get("dtype");
  if (dtypeText === undefined && shapeText !== undefined && isDTypeText(state, shapeText)) {
    dtypeText = shapeText;
    shapeText = undefined;
  }
  const dtype = optionalDType(state, dtypeText);
  const ndim = rankOf(state, given.get("ndim"));
  const deviceText = given.get("vdevice");
  const vdevice = isUnknown(deviceText) ? undefined : parseDevice(state, deviceText!);
  if (dtype === null || ndim === null || vdevice === null) return undefined;
  const shape = isUnknown(shapeText) ? undefined : shapeOf(state, shapeText!, site);
  if (shape === null) return undefined;
  const info = tensorInfo({ shape, dtype, ndim: ndim ?? -1, vdevice, span: at(state, expr) });
  return rankAgrees(state, ndim, info.ndim, shape !== undefined, given.get("ndim"))
    ? info
    : undefined;
}

function rankAgrees(
  state: FunctionState,
  ndim: number | undefined,
  found: number,
  hasShape: boolean,
  node: A.Expr | undefined,
): boolean {
  if (ndim === undefined || ndim === -1 || !hasShape || ndim === found) return true;
  fail(state, relaxCodes.rankAndShape({ at: at(state, node!), found, ndim }));
  return false;
}

/** Whether a lone first argument is a dtype: a string (`R.Tensor("float32")`). */
function isDTypeText(state: FunctionState, expr: A.Expr): boolean {
  if (expr.kind === "Str") return true;
  if (expr.kind !== "Name") return false;
  const entity = resolve(state.ctx, expr.id);
  return entity?.kind === "constant" && typeof entity.value === "string";
}

/** `undefined`: not known; `null`: reported. */
function optionalDType(state: FunctionState, expr: A.Expr | undefined): DType | undefined | null {
  if (isUnknown(expr)) return undefined;
  if (expr!.kind === "Str" && (expr!.value === "" || expr!.value === "void")) return undefined;
  return requiredDType(state, expr!) ?? null;
}

/** A dtype; reports when there is none. */
export function requiredDType(state: FunctionState, expr: A.Expr): DType | undefined {
  const dtype = elaborateDType(state.ctx, expr);
  if (dtype === undefined && expr.kind !== "Str")
    fail(state, relaxCodes.expectedDType({ at: at(state, expr) }));
  return dtype;
}

function rankOf(state: FunctionState, expr: A.Expr | undefined): number | undefined | null {
  if (expr === undefined) return undefined;
  const value = plainLiteral(state.ctx, expr);
  if (typeof value === "number" && Number.isInteger(value) && value >= -1) return value;
  fail(state, relaxCodes.badRank({ at: at(state, expr) }));
  return null;
}

/** The shape of a tensor type: dimensions, or a variable that holds a shape. `null`: reported. */
export function shapeOf(
  state: FunctionState,
  expr: A.Expr,
  site: DimensionSite,
): ShapeExpr | Var | null {
  if (expr.kind === "Str" && site.strings) {
    // `("m")`, which is no tuple.
    warnParens(state, expr);
    const dims = dimensions(state, [expr], site);
    return dims === undefined ? null : shapeExpr(dims, at(state, expr));
  }
  if (expr.kind === "Tuple" || expr.kind === "List") {
    const dims = dimensions(state, expr.items, site);
    return dims === undefined ? null : shapeExpr(dims, at(state, expr));
  }
  if (
    expr.kind === "Call" &&
    constructorName(state.ctx, expr.func) === "shape" &&
    expr.args.length === 1
  ) {
    return shapeOf(state, expr.args[0]!.value, site);
  }
  if (expr.kind === "Name") {
    const entity = resolve(state.ctx, expr.id);
    if (entity?.kind === "relax" && entity.value.kind === "relax.Var") {
      const info = entity.value.sinfo?.kind;
      if (info === "relax.ShapeInfo" || info === "relax.ObjectInfo") return entity.value;
    }
    if (entity?.kind === "constant" && Array.isArray(entity.value)) {
      const dims = entity.value.map((value) => constantDim(value as unknown, expr));
      const values = dimensions(
        state,
        dims.flatMap((d) => d ?? []),
        site,
      );
      if (values !== undefined && dims.every((d) => d !== undefined))
        return shapeExpr(values, at(state, expr));
    }
    if (entity?.kind === "error") return null;
  }
  fail(state, relaxCodes.expectedShape({ at: at(state, expr), what: describeText(state, expr) }));
  return null;
}

const constantDim = (value: unknown, place: A.Expr): A.Num | undefined =>
  typeof value === "number" || typeof value === "bigint"
    ? { kind: "Num", raw: String(value), start: place.start, end: place.end }
    : undefined;

/** All dimensions, or undefined when one of them cannot be read. */
export function dimensions(
  state: FunctionState,
  items: readonly A.Expr[],
  site: DimensionSite,
): PrimExpr[] | undefined {
  const dims: PrimExpr[] = [];
  for (const item of items) {
    if (item.kind === "Starred") {
      const value = plainLiteral(state.ctx, item.value);
      const inner = Array.isArray(value)
        ? value.map((v) => constantDim(v as unknown, item))
        : [undefined];
      if (inner.some((d) => d === undefined)) {
        fail(
          state,
          relaxCodes.expectedShape({ at: at(state, item), what: describeText(state, item) }),
        );
        return undefined;
      }
      const values = dimensions(state, inner as A.Num[], site);
      if (values !== undefined) dims.push(...values);
      continue;
    }
    const dim = elaborateDim(state, item, site);
    if (dim !== undefined) dims.push(dim);
  }
  return dims.length >= items.length ? dims : undefined;
}

function shapeType(
  state: FunctionState,
  given: Given,
  expr: A.Expr,
  site: DimensionSite,
): StructInfo | undefined {
  const ndim = rankOf(state, given.get("ndim"));
  if (ndim === null) return undefined;
  const text = given.get("values");
  if (isUnknown(text)) return shapeInfo(undefined, ndim ?? -1, at(state, expr));
  const shape = shapeOf(state, text!, site);
  if (shape === null || shape.kind !== "relax.ShapeExpr") return undefined;
  const info = shapeInfo(shape.values, shape.values.length, at(state, expr));
  return rankAgrees(state, ndim, info.ndim, true, given.get("ndim")) ? info : undefined;
}

function primType(
  state: FunctionState,
  given: Given,
  expr: A.Expr,
  site: DimensionSite,
): StructInfo | undefined {
  const valueText = given.get("value");
  const dtype = optionalDType(state, given.get("dtype"));
  if (dtype === null) return undefined;
  if (valueText === undefined) {
    if (dtype !== undefined) return primInfo(dtype, undefined, at(state, expr));
    fail(state, relaxCodes.missingArgument({ at: at(state, expr), op: "R.Prim", name: "dtype" }));
    return undefined;
  }
  const value = elaborateDim(state, valueText, { ...site, anyDType: true });
  return value === undefined ? undefined : primInfo(dtype ?? value.dtype, value, at(state, expr));
}

function tupleType(
  state: FunctionState,
  args: readonly A.Argument[],
  expr: A.Expr,
  site: DimensionSite,
): StructInfo | undefined {
  const first = args[0]?.value;
  const items =
    args.length === 1 && (first!.kind === "List" || first!.kind === "Tuple")
      ? first!.items
      : args.map((a) => a.value);
  const named = args.find((a) => a.name !== undefined);
  if (named !== undefined) {
    fail(
      state,
      relaxCodes.typeKeyword({
        at: at(state, named),
        type: "Tuple",
        name: named.name!,
        hints: ["it takes types only"],
      }),
    );
    return undefined;
  }
  const fields = items.map((item) => elaborateType(state, item, site));
  return fields.some((f) => f === undefined)
    ? undefined
    : tupleInfo(fields as StructInfo[], at(state, expr));
}

function callableType(
  state: FunctionState,
  given: Given,
  expr: A.Expr,
  site: DimensionSite,
): FuncInfo | undefined {
  const paramsText = given.get("params");
  const retText = given.get("ret");
  const ret = isUnknown(retText) ? undefined : elaborateType(state, retText!, site);
  if (!isUnknown(retText) && ret === undefined) return undefined;
  const deriveText = given.get("derive_func");
  const derive = deriveText === undefined ? undefined : plainLiteral(state.ctx, deriveText);
  const purityText = given.get("purity");
  const purity = purityText === undefined ? undefined : plainLiteral(state.ctx, purityText);
  if (purity !== undefined && purity !== null && typeof purity !== "boolean") {
    fail(
      state,
      relaxCodes.expectedArgument({
        at: at(state, purityText!),
        op: "R.Callable",
        expected: "True or False",
        name: "purity",
        found: "another value",
      }),
    );
  }
  const name = typeof derive === "string" ? derive : undefined;
  if (isUnknown(paramsText)) {
    return {
      ...funcInfo(undefined, ret ?? objectInfo, purity === true, name),
      span: at(state, expr),
    };
  }
  const items =
    paramsText!.kind === "Tuple" || paramsText!.kind === "List" ? paramsText!.items : [paramsText!];
  const params = items.map((item) => elaborateType(state, item, site));
  if (params.some((p) => p === undefined)) return undefined;
  return {
    ...funcInfo(params as StructInfo[], ret ?? objectInfo, purity !== false, name),
    span: at(state, expr),
  };
}

function dtensorType(
  state: FunctionState,
  given: Given,
  expr: A.Expr,
  site: DimensionSite,
): DTensorInfo | undefined {
  const tensor = tensorType(state, given, expr, site);
  const meshText = given.get("device_mesh");
  const mesh = meshText === undefined ? "mesh[0]" : meshOf(state, meshText);
  const placementText = given.get("placement");
  const placement = placementText === undefined ? "" : placementOf(state, placementText);
  if (tensor === undefined || mesh === undefined || placement === undefined) return undefined;
  return { kind: "relax.DTensorInfo", tensor, mesh, placement, span: at(state, expr) };
}
