/** Names of R that stand for several operators. */
import type { Expr } from "../../../ir/relax/expr.js";
import { op as opNode, primValue, relaxCall } from "../../../ir/relax/expr.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { intImm } from "../../../ir/tir/expr.js";
import { int64 } from "../../../support/dtype.js";
import type * as A from "../../../../grammar/ast/nodes.js";
import { relaxCodes } from "../../relax-codes.js";
import { takeArguments } from "./arguments.js";
import type { Form } from "./call.js";
import { itemOf } from "./call-op.js";
import { anyOperand, leaf } from "./operand.js";
import { at, fail, type FunctionState } from "./state.js";
import { requiredDType } from "./types.js";
import { errorValue } from "./value.js";

function operand(
  state: FunctionState,
  node: A.Expr | undefined,
  op: string,
  name: string,
): Expr | undefined {
  return node === undefined ? undefined : anyOperand(state, itemOf(state, node), { op, name });
}

const isNone = (node: A.Expr | undefined): boolean =>
  node === undefined || (node.kind === "Constant" && node.value === "None");

/** `R.linear(x, w, b)` is `x @ wᵀ + b`. */
const linear: Form = (state, call) => {
  const args = takeArguments(state, call, "linear", ["data", "weight", "bias?", "out_dtype?"]);
  if (args === undefined) return errorValue;
  const span = at(state, call);
  const data = operand(state, args.get("data"), "linear", "data");
  const weight = operand(state, args.get("weight"), "linear", "weight");
  const dtype = isNone(args.get("out_dtype")) ? null : requiredDType(state, args.get("out_dtype")!);
  if (data === undefined || weight === undefined || dtype === undefined) return errorValue;
  const axes = new Map<string, AttrValue>([["axes", null]]);
  const turned = leaf(
    state,
    relaxCall(opNode("permute_dims"), [weight], { attrs: axes, span }),
    span,
  );
  const attrs = new Map<string, AttrValue>([["out_dtype", dtype?.name ?? null]]);
  const product = relaxCall(opNode("matmul"), [data, turned], { attrs, span });
  if (isNone(args.get("bias"))) return product;
  const bias = operand(state, args.get("bias"), "linear", "bias");
  return bias === undefined
    ? errorValue
    : relaxCall(opNode("add"), [leaf(state, product, span), bias], { span });
};

/** `R.nn.relu6(x)` is `R.clip(x, 0, 6)`. */
const relu6: Form = (state, call) => {
  const args = takeArguments(state, call, "nn.relu6", ["data"]);
  const data = operand(state, args?.get("data"), "nn.relu6", "data");
  const bound = (value: number): Expr => primValue(intImm(value, int64));
  return data === undefined
    ? errorValue
    : relaxCall(opNode("clip"), [data, bound(0), bound(6)], { span: at(state, call) });
};

/** `R.wrap_param`-like names that are gone are reported by the caller. */
const shapeEquals: Form = (state, call) => {
  fail(
    state,
    relaxCodes.unknownOperator({
      at: at(state, call.func),
      name: "R.shape_equals",
      hints: ["compare shapes with `R.match_cast`"],
    }),
  );
  return errorValue;
};

/** Forms by name below `R`. */
export const expansions: Readonly<Record<string, Form>> = Object.assign(
  Object.create(null) as Record<string, Form>,
  {
    linear,
    "nn.relu6": relu6,
    shape_equals: shapeEquals,
  },
);
