/** Calls whose text changed between eras or does not follow a signature: the `call_tir` family and packed calls. */
import type * as A from "../../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { externFunc } from "../../../ir/module.js";
import {
  constant,
  op as opNode,
  relaxCall,
  shapeExpr,
  type Call,
  type Expr,
} from "../../../ir/relax/expr.js";
import { tensorInfo, tupleInfo, type StructInfo } from "../../../ir/relax/struct-info.js";
import { lookupOp } from "../../../op/registry.js";
import type { DType } from "../../../support/dtype.js";
import { elaborateAttrValue } from "../attributes.js";
import { plainLiteral } from "../literal.js";
import { relaxCodes } from "../../relax-codes.js";
import { takeArguments } from "./arguments.js";
import { opOfBuiltin } from "./builtins.js";
import type { Form } from "./call.js";
import { elaborateOpCall, itemOf } from "./call-op.js";
import { elaborateConstant } from "./constant.js";
import { elaborateExpr } from "./expression.js";
import { anyOperand, elaborateOperand } from "./operand.js";
import { outputTypes } from "./output-types.js";
import { at, fail, type FunctionState } from "./state.js";
import { dimensions, isTypeText, requiredDType } from "./types.js";
import { errorValue, type RValue } from "./value.js";

/** `R.call_packed("f", a, b, ty_args=…)`: a plain call of an external function. */
const callPacked: Form = (state, call) => {
  const [first, ...others] = call.args;
  if (first === undefined || (first.name !== undefined && first.name !== "func")) {
    fail(
      state,
      relaxCodes.missingArgument({ at: at(state, call), op: "call_packed", name: "func" }),
    );
    return errorValue;
  }
  const callee = packedCallee(state, first.value);
  if (callee === undefined) return errorValue;
  const args: Expr[] = [];
  const attrs = new Map<string, AttrValue>();
  let sinfoArgs: readonly StructInfo[] = [];
  for (const a of others) {
    if (a.name === undefined) {
      if (a.value.kind === "Starred") {
        fail(
          state,
          relaxCodes.expressionNotAllowed({ at: at(state, a), construct: "`*` in a call" }),
        );
        return errorValue;
      }
      const operand = anyOperand(state, itemOf(state, a.value), {
        op: "call_packed",
        name: `argument ${args.length + 1}`,
      });
      if (operand === undefined) return errorValue;
      args.push(operand);
    } else if (TYPE_KEYWORDS.has(a.name)) {
      if (a.value.kind === "Constant" && a.value.value === "None") continue;
      const infos = outputTypes(state, a.value, "call_packed");
      if (infos === undefined) return errorValue;
      sinfoArgs = infos.all;
    } else if (!(a.name === "attrs_type_key" && isDictAttrs(a.value))) {
      const value = elaborateAttrValue(state.ctx, a.value);
      if (value === undefined) return errorValue;
      attrs.set(a.name, value);
    }
  }
  return packed(state, callee, args, attrs, sinfoArgs, call);
};

const TYPE_KEYWORDS = new Set(["ty_args", "sinfo_args", "type_args"]);
/** The default kind of attributes, which says nothing. */
const isDictAttrs = (expr: A.Expr): boolean =>
  expr.kind === "Str" && (expr.value === "DictAttrs" || expr.value === "ir.DictAttrs");

function packedCallee(state: FunctionState, node: A.Expr): Call["op"] | undefined {
  const name = plainLiteral(state.ctx, node);
  if (typeof name === "string") return externFunc(name, undefined, at(state, node));
  const operand = elaborateOperand(
    state,
    itemOf(state, node),
    { name: "func", role: "arg", type: "func" },
    "call_packed",
  );
  return operand as Call["op"] | undefined;
}

/** Builtins that are operators in disguise become them. */
function packed(
  state: FunctionState,
  callee: Call["op"],
  args: readonly Expr[],
  attrs: ReadonlyMap<string, AttrValue>,
  sinfoArgs: readonly StructInfo[],
  call: A.Call,
): RValue {
  const name = callee.kind === "ir.ExternFunc" ? callee.symbol : "";
  const same = opOfBuiltin(name);
  if (same !== undefined && attrs.size === 0 && isOld(state)) {
    return relaxCall(opNode(same, callee.span), args, { span: at(state, call) });
  }
  return relaxCall(callee, args, { attrs, sinfoArgs, span: at(state, call) });
}

const isOld = (state: FunctionState): boolean => state.ctx.era === "2022";

/** `R.call_tir`, in all spellings: `(f, args, out_ty)`, and `(f, args, shape, dtype=…)` of 2022. */
const callTir: Form = (state, call) => {
  const old = call.args.some((a) => a.name === "dtype") || isOldShape(state, call);
  if (old) return oldCallTir(state, call);
  const made = elaborateOpCall(state, lookupOp("call_tir")!, call);
  return made.kind === "error" ? made : externCallee(made);
};

/** A callee that the module does not hold is an external function, called in destination-passing style. */
function externCallee(call: Call): Call {
  const [callee] = call.args;
  if (callee?.kind !== "ir.ExternFunc" || call.args.length > 2) return call;
  return relaxCall(opNode("call_dps_packed", call.op.span), call.args, {
    sinfoArgs: call.sinfoArgs,
    span: call.span,
  });
}

/** Whether the third argument is a shape instead of a type. */
function isOldShape(state: FunctionState, call: A.Call): boolean {
  const third = call.args[2];
  if (third === undefined || third.name !== undefined) return false;
  const { value } = third;
  if (value.kind === "Tuple" || value.kind === "List")
    return value.items.length === 0 || !value.items.every((i) => isTypeText(state, i));
  return false;
}

function oldCallTir(state: FunctionState, call: A.Call): RValue {
  const args = takeArguments(state, call, "call_tir", [
    "func|gvar",
    "args",
    "shape",
    "dtype",
    "tir_vars?",
  ]);
  if (args === undefined) return errorValue;
  const def = lookupOp("call_tir")!;
  const callee = elaborateOperand(
    state,
    itemOf(state, args.get("func")!),
    def.params[0]!,
    "call_tir",
  );
  const operands = elaborateOperand(
    state,
    itemOf(state, args.get("args")!),
    def.params[1]!,
    "call_tir",
  );
  const outputs = oldOutputs(state, args.get("shape")!, args.get("dtype")!, call);
  if (callee === undefined || operands === undefined || outputs === undefined) return errorValue;
  const all: Expr[] = [callee, operands];
  const vars = args.get("tir_vars");
  if (vars !== undefined) {
    const shape = elaborateOperand(state, itemOf(state, vars), def.params[3]!, "call_tir");
    if (shape === undefined) return errorValue;
    all.push(shape);
  }
  return externCallee(
    relaxCall(opNode("call_tir", at(state, call.func)), all, {
      sinfoArgs: [outputs],
      span: at(state, call),
    }),
  );
}

/** Output types from shapes and dtypes: one of each, or a tuple of each. */
function oldOutputs(
  state: FunctionState,
  shapeNode: A.Expr,
  dtypeNode: A.Expr,
  call: A.Call,
): StructInfo | undefined {
  const dtypeItems =
    dtypeNode.kind === "Tuple" || dtypeNode.kind === "List" ? dtypeNode.items : undefined;
  const site = { strings: false, introduces: true };
  const one = (node: A.Expr, dtype: DType): StructInfo | undefined => {
    const items = node.kind === "Tuple" || node.kind === "List" ? node.items : undefined;
    if (items === undefined) return oneFromValue(state, node, dtype);
    const dims = dimensions(state, items, site);
    return dims === undefined
      ? undefined
      : tensorInfo({ shape: shapeExpr(dims, at(state, node)), dtype, span: at(state, node) });
  };
  if (dtypeItems === undefined) {
    const dtype = requiredDType(state, dtypeNode);
    return dtype === undefined ? undefined : one(shapeNode, dtype);
  }
  const shapes =
    shapeNode.kind === "Tuple" || shapeNode.kind === "List" ? shapeNode.items : [shapeNode];
  if (shapes.length !== dtypeItems.length) {
    fail(
      state,
      relaxCodes.oldOutputs({
        at: at(state, call),
        shapes: shapes.length,
        dtypes: dtypeItems.length,
      }),
    );
    return undefined;
  }
  const fields = shapes.map((s, i) => {
    const dtype = requiredDType(state, dtypeItems[i]!);
    return dtype === undefined ? undefined : one(s, dtype);
  });
  return fields.some((f) => f === undefined)
    ? undefined
    : tupleInfo(fields as StructInfo[], at(state, call));
}

/** The shape of an output given as a value: a shape variable, or `x.shape` bound first. */
function oneFromValue(state: FunctionState, node: A.Expr, dtype: DType): StructInfo | undefined {
  const operand = anyOperand(state, itemOf(state, node), { op: "call_tir", name: "shape" });
  if (operand === undefined) return undefined;
  if (operand.kind === "relax.ShapeExpr" || operand.kind === "relax.Var") {
    return tensorInfo({ shape: operand, dtype, span: at(state, node) });
  }
  if (operand.kind === "relax.PrimValue")
    return tensorInfo({ shape: shapeExpr([operand.value]), dtype, span: at(state, node) });
  fail(state, relaxCodes.expectedShape({ at: at(state, node), what: "this" }));
  return undefined;
}

/** Forms that are `call_tir` with another name or more attributes. */
const viaTable =
  (name: string): Form =>
  (state, call) =>
    elaborateOpCall(state, lookupOp(name)!, call);

/** `R.dist.const(value, type)`: a constant; its type is that of the binding. */
const distConst: Form = (state, call) => {
  const args = takeArguments(state, call, "dist.const", ["value", "ty|struct_info|sinfo"]);
  const node = args?.get("value");
  const typeNode = args?.get("ty");
  if (node === undefined || typeNode === undefined) return errorValue;
  const infos = outputTypes(state, typeNode, "dist.const");
  const info = infos?.one;
  if (info?.kind !== "relax.DTensorInfo") {
    if (infos !== undefined)
      fail(
        state,
        relaxCodes.expectedType({
          at: at(state, typeNode),
          what: "this",
          hints: ["`R.dist.const` takes an `R.DTensor(…)`"],
        }),
      );
    return errorValue;
  }
  const inner = node.kind === "Call" ? elaborateExpr(state, node) : undefined;
  const data =
    inner?.kind === "relax.Const"
      ? inner.data
      : elaborateConstant(state, node, info.tensor.dtype, call)?.data;
  if (data === undefined) return errorValue;
  return constant(data, at(state, call), info);
};

/** Forms by name below `R`. */
export const callFamily: Readonly<Record<string, Form>> = Object.assign(
  Object.create(null) as Record<string, Form>,
  {
    call_packed: callPacked,
    call_tir: callTir,
    "dist.call_tir": viaTable("call_tir"),
    "dist.const": distConst,
  },
);
