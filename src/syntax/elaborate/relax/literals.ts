/** Values written as calls: `R.const`, `R.shape`, `R.tuple`, `R.prim_value`, `R.match_cast` and their kin. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { externFunc } from "../../../ir/module.js";
import {
  dtypeValue,
  primValue,
  shapeExpr,
  str,
  tuple,
  tupleGetItem,
  type Expr,
} from "../../../ir/relax/expr.js";
import { shapeInfo, tensorInfo, type StructInfo } from "../../../ir/relax/struct-info.js";
import { tryDType } from "../../../support/dtype.js";
import { elementCount } from "../../../support/ndarray.js";
import { plainLiteral } from "../literal.js";
import { relaxCodes } from "../../relax-codes.js";
import { takeArguments } from "./arguments.js";
import type { Form } from "./call.js";
import { itemOf } from "./call-op.js";
import { elaborateConstant } from "./constant.js";
import { elaborateExpr } from "./expression.js";
import { infoOf } from "./infer.js";
import { anyOperand, leaf, scalarOf, shapeOfItems } from "./operand.js";
import { bodySite } from "./symbols.js";
import { at, fail, type FunctionState } from "./state.js";
import { dimensions, elaborateType, requiredDType } from "./types.js";
import { describe, errorValue, isExpr } from "./value.js";

const primForm: Form = (state, call) => {
  const args = takeArguments(state, call, "prim_value", ["value"]);
  const node = args?.get("value");
  if (node === undefined) return errorValue;
  const value = elaborateExpr(state, node);
  const prim = scalarOf(value, at(state, node));
  if (prim !== undefined) return primValue(prim, at(state, call));
  if (value.kind !== "error") {
    fail(
      state,
      relaxCodes.expectedArgument({
        at: at(state, node),
        op: "prim_value",
        expected: "a scalar",
        name: "value",
        found: describe(value),
      }),
    );
  }
  return errorValue;
};

const shapeForm: Form = (state, call) => {
  const args = takeArguments(state, call, "shape", ["value|values", "span?"]);
  const node = args?.get("value");
  if (node === undefined) return errorValue;
  if (node.kind === "Tuple" || node.kind === "List") {
    const value = elaborateExpr(state, node);
    if (value.kind !== "items")
      return value.kind === "error" ? errorValue : shapeExpr([], at(state, call));
    const shape = shapeOfItems(state, value, { op: "shape", name: "value" });
    return shape === undefined ? errorValue : { ...shape, span: at(state, call) };
  }
  const value = elaborateExpr(state, node);
  if (value.kind === "literal" && Array.isArray(value.value)) {
    const items = value.value.map((v) => ({
      value: { kind: "literal" as const, value: v as never, node },
      node,
    }));
    return (
      shapeOfItems(
        state,
        { kind: "items", items, isList: true, node },
        { op: "shape", name: "value" },
      ) ?? errorValue
    );
  }
  if (value.kind !== "error") {
    fail(
      state,
      relaxCodes.expectedArgument({
        at: at(state, node),
        op: "shape",
        expected: "a list of integers",
        name: "value",
        found: describe(value),
      }),
    );
  }
  return errorValue;
};

const strForm: Form = (state, call) => {
  const node = takeArguments(state, call, "str", ["value"])?.get("value");
  if (node === undefined) return errorValue;
  const value = plainLiteral(state.ctx, node);
  if (typeof value === "string") return str(value, at(state, call));
  fail(
    state,
    relaxCodes.expectedArgument({
      at: at(state, node),
      op: "str",
      expected: "a string",
      name: "value",
      found: "another value",
    }),
  );
  return errorValue;
};

const dtypeForm: Form = (state, call) => {
  const node = takeArguments(state, call, "dtype", ["value"])?.get("value");
  if (node === undefined) return errorValue;
  const empty = node.kind === "Str" && node.value === "" ? tryDType("void") : undefined;
  const dtype = empty ?? requiredDType(state, node);
  return dtype === undefined ? errorValue : dtypeValue(dtype, at(state, call));
};

/** `R.tuple(a, b)`; also `relax.Tuple((a, b))` of 2022. */
const tupleForm: Form = (state, call) => {
  const only = call.args.length === 1 ? call.args[0]!.value : undefined;
  const nodes =
    only?.kind === "List" || (only?.kind === "Tuple" && isOldTuple(call))
      ? only.items
      : call.args.map((a) => a.value);
  const fields: Expr[] = [];
  for (const node of nodes) {
    const operand = anyOperand(state, itemOf(state, node), { op: "tuple", name: "fields" });
    if (operand === undefined) return errorValue;
    fields.push(operand);
  }
  return tuple(fields, at(state, call));
};

const isOldTuple = (call: A.Call): boolean =>
  call.func.kind === "Attribute" && call.func.name === "Tuple";

const itemForm: Form = (state, call) => {
  const args = takeArguments(state, call, "TupleGetItem", ["tuple_value|tup", "index", "span?"]);
  const node = args?.get("tuple_value");
  const indexNode = args?.get("index");
  if (node === undefined || indexNode === undefined) return errorValue;
  const value = elaborateExpr(state, node);
  const index = plainLiteral(state.ctx, indexNode);
  if (value.kind === "error") return errorValue;
  if (typeof index !== "number" || index < 0) {
    fail(state, relaxCodes.tupleIndex({ at: at(state, indexNode) }));
    return errorValue;
  }
  const whole = isExpr(value)
    ? value
    : anyOperand(state, { value, node }, { op: "TupleGetItem", name: "tuple_value" });
  return whole === undefined
    ? errorValue
    : tupleGetItem(leaf(state, whole, at(state, node)), index, at(state, call));
};

const externForm: Form = (state, call) => {
  const args = takeArguments(state, call, "ExternFunc", [
    "global_symbol",
    "ty|struct_info|sinfo?",
    "span?",
  ]);
  const node = args?.get("global_symbol");
  if (node === undefined) return errorValue;
  const symbol = plainLiteral(state.ctx, node);
  if (typeof symbol !== "string") {
    fail(
      state,
      relaxCodes.expectedArgument({
        at: at(state, node),
        op: "ExternFunc",
        expected: "a string",
        name: "global_symbol",
        found: "another value",
      }),
    );
    return errorValue;
  }
  const typeNode = args?.get("ty");
  if (typeNode === undefined) return externFunc(symbol, undefined, at(state, call));
  const info = elaborateType(state, typeNode, bodySite);
  if (info?.kind === "relax.FuncInfo") return externFunc(symbol, info, at(state, call));
  if (info !== undefined)
    fail(
      state,
      relaxCodes.expectedType({
        at: at(state, typeNode),
        what: "the type of a value",
        hints: ["a function's type is `R.Callable(…)`"],
      }),
    );
  return errorValue;
};

/** The value of a cast, which need not be a leaf. */
function castOperand(state: FunctionState, node: A.Expr, op: string): Expr | undefined {
  const item = itemOf(state, node);
  return isExpr(item.value) && item.value.kind !== "relax.Tuple"
    ? item.value
    : anyOperand(state, item, { op, name: "value" });
}

const castForm: Form = (state, call) => {
  const args = takeArguments(state, call, "match_cast", ["value", "ty|struct_info|sinfo"]);
  const node = args?.get("value");
  const typeNode = args?.get("ty");
  if (node === undefined || typeNode === undefined) return errorValue;
  const operand = castOperand(state, node, "match_cast");
  const info = elaborateType(state, typeNode, {
    strings: false,
    introduces: state.ctx.era === "2022",
  });
  return operand === undefined || info === undefined
    ? errorValue
    : { kind: "cast", value: operand, info, node: call };
};

/** `match_shape(x, (n, m))` of 2022: a cast to that shape, of the kind of its operand. */
const matchShapeForm: Form = (state, call) => {
  const args = takeArguments(state, call, "match_shape", ["value", "pattern|shape"]);
  const node = args?.get("value");
  const patternNode = args?.get("pattern");
  if (node === undefined || patternNode === undefined) return errorValue;
  const operand = castOperand(state, node, "match_shape");
  if (operand === undefined) return errorValue;
  const items =
    patternNode.kind === "Tuple" || patternNode.kind === "List" ? patternNode.items : [patternNode];
  const dims = dimensions(state, items, { strings: false, introduces: true });
  if (dims === undefined) return errorValue;
  const info = castTarget(infoOf(state.ctx, operand), dims, at(state, patternNode));
  if (info !== undefined) return { kind: "cast", value: operand, info, node: call };
  fail(state, relaxCodes.shapeOperand({ at: at(state, node) }));
  return errorValue;
};

function castTarget(
  info: StructInfo,
  dims: Parameters<typeof shapeExpr>[0],
  span: ReturnType<typeof at>,
): StructInfo | undefined {
  if (info.kind === "relax.ShapeInfo") return shapeInfo(dims, dims.length, span);
  if (info.kind === "relax.TensorInfo")
    return tensorInfo({ shape: shapeExpr(dims, span), dtype: info.dtype, span });
  return info.kind === "relax.ObjectInfo"
    ? tensorInfo({ shape: shapeExpr(dims, span), span })
    : undefined;
}

const constForm: Form = (state, call) => {
  const args = takeArguments(state, call, "const", ["value", "dtype?", "shape?"]);
  const node = args?.get("value");
  if (node === undefined) return errorValue;
  const made = elaborateConstant(state, node, args?.get("dtype"), call);
  const shapeNode = args?.get("shape");
  if (made === undefined || shapeNode === undefined) return made ?? errorValue;
  // Lengths below one of zero, which nested lists cannot say.
  const shape = plainLiteral(state.ctx, shapeNode);
  const lengths = Array.isArray(shape)
    ? (shape as readonly unknown[]).filter((d): d is number => typeof d === "number" && d >= 0)
    : [];
  if (
    Array.isArray(shape) &&
    lengths.length === shape.length &&
    elementCount(lengths) === elementCount(made.data.shape)
  ) {
    return { ...made, data: { ...made.data, shape: lengths } };
  }
  fail(state, relaxCodes.expectedShape({ at: at(state, shapeNode), what: "this" }));
  return errorValue;
};

/** Forms by name below `R`. */
export const literals: Readonly<Record<string, Form>> = Object.assign(
  Object.create(null) as Record<string, Form>,
  {
    const: constForm,
    prim_value: primForm,
    PrimValue: primForm,
    shape: shapeForm,
    ShapeExpr: shapeForm,
    str: strForm,
    StringImm: strForm,
    dtype: dtypeForm,
    DataTypeImm: dtypeForm,
    tuple: tupleForm,
    Tuple: tupleForm,
    TupleGetItem: itemForm,
    ExternFunc: externForm,
    extern: externForm,
    match_cast: castForm,
    match_shape: matchShapeForm,
  },
);
