/** Calls in R: operators, functions, closures, T scalars, and forms with a meaning of their own. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { externFunc } from "../../../ir/module.js";
import { op as opNode, relaxCall, type Call, type Expr } from "../../../ir/relax/expr.js";
import { lookupOp, opRegistry } from "../../../op/registry.js";
import { functionOf, memberOf, resolve } from "../../context.js";
import { relaxCodes } from "../../relax-codes.js";
import { callFamily } from "./call-family.js";
import { elaborateOpCall, itemOf } from "./call-op.js";
import { elaborateExpr, functionValue } from "./expression.js";
import { expansions } from "./expansions.js";
import { infoOf } from "./infer.js";
import { literals } from "./literals.js";
import { expandMacro } from "./macro.js";
import { castTo } from "../tir/operators.js";
import { anyOperand, leaf, scalarOf } from "./operand.js";
import { refusals } from "./refused.js";
import { at, fail, type FunctionState } from "./state.js";
import { elaborateScalar } from "./symbols.js";
import { requiredDType } from "./types.js";
import { describe, errorValue, isExpr, isPrim, type RValue } from "./value.js";

/** A form that is read by its own function. */
export type Form = (state: FunctionState, call: A.Call) => RValue;

/** Spellings of operators that changed. */
const RENAMED: Readonly<Record<string, string>> = { "nn.matmul": "matmul" };

/** Any call; not a type constructor. */
export function elaborateCall(state: FunctionState, call: A.Call): RValue {
  const { ctx } = state;
  const { func } = call;
  const member = memberOf(ctx, func);
  if (member?.dialect === "R") return memberCall(state, member.name, call);
  if (member?.dialect === "T") return elaborateScalar(state, call) ?? errorValue;
  if (member?.name === "meta_var" && call.args.length === 1)
    return elaborateExpr(state, call.args[0]!.value);
  if (member !== undefined) return memberCall(state, member.name, call, member.dialect);
  const name = functionOf(ctx, func);
  if (name !== undefined) return callOf(state, functionValue(state, name, func), call);
  if (func.kind === "Name") {
    const entity = resolve(ctx, func.id);
    if (entity?.kind === "macro") return expandMacro(state, entity.macro, call);
    if (entity === undefined && (isKnown(func.id) || lookupOp(func.id) !== undefined))
      return memberCall(state, func.id, call);
    if (entity === undefined && looksLikeOp(func.id)) return memberCall(state, func.id, call);
  }
  if (func.kind === "Attribute") {
    const path = unresolvedPath(state, func);
    if (path !== undefined) return memberCall(state, path, call);
    return methodCall(state, func, call);
  }
  return callOf(state, elaborateExpr(state, func), call);
}

const isKnown = (name: string): boolean => name in callFamily || name in literals;
/** An unknown bare name gets the operator table's suggestions when one is near. */
const looksLikeOp = (name: string): boolean => opRegistry.suggest(name) !== undefined;

/** `nn.matmul` of 2022: a dotted path whose root stands for nothing. */
function unresolvedPath(state: FunctionState, func: A.Attribute): string | undefined {
  let path = func.name;
  let node: A.Expr = func.value;
  while (node.kind === "Attribute") {
    path = `${node.name}.${path}`;
    node = node.value;
  }
  return node.kind === "Name" && resolve(state.ctx, node.id) === undefined
    ? `${node.id}.${path}`
    : undefined;
}

function memberCall(state: FunctionState, name: string, call: A.Call, dialect = "R"): RValue {
  const form = callFamily[name] ?? literals[name] ?? expansions[name];
  if (form !== undefined) return form(state, call);
  if (refusals(state, name, call)) return errorValue;
  const def = dialect === "R" ? (lookupOp(name) ?? lookupOp(RENAMED[name] ?? name)) : undefined;
  if (def !== undefined) return elaborateOpCall(state, def, call);
  const near = opRegistry.suggest(name)?.replace(/`([^`]+)`/g, "`R.$1`");
  const hint =
    near ??
    '`relaxc list ops` lists the operators; for a function outside, write `R.call_packed("name", …)`';
  fail(
    state,
    relaxCodes.unknownOperator({
      at: at(state, call.func),
      name: `${dialect}.${name}`,
      hints: [hint],
    }),
  );
  return errorValue;
}

/** `x.astype("float16")`. */
function methodCall(state: FunctionState, func: A.Attribute, call: A.Call): RValue {
  const object = elaborateExpr(state, func.value);
  if (object.kind === "error") return errorValue;
  const only = call.args[0];
  if (
    func.name === "astype" &&
    (isExpr(object) || isPrim(object)) &&
    call.args.length === 1 &&
    (only!.name ?? "dtype") === "dtype"
  ) {
    const dtype = requiredDType(state, only!.value);
    if (dtype === undefined) return errorValue;
    const prim = scalarOf(object, at(state, func.value));
    if (prim !== undefined) return castTo(prim, dtype);
    const operand = leaf(state, object as Expr, at(state, func.value));
    return relaxCall(opNode("astype"), [operand], {
      attrs: new Map([["dtype", dtype.name]]),
      span: at(state, call),
    });
  }
  fail(
    state,
    relaxCodes.unknownMethod({
      at: at(state, func),
      name: func.name,
      hints: ["it has `shape` and `astype(dtype)`"],
    }),
  );
  return errorValue;
}

/** Call of a function of the module, an external function or a closure. */
export function callOf(state: FunctionState, callee: RValue, call: A.Call): RValue {
  if (callee.kind === "error") return errorValue;
  const value: Expr | undefined = isExpr(callee)
    ? leaf(state, callee, at(state, call.func))
    : undefined;
  if (value === undefined || !isCallable(state, value)) {
    const what = callee.kind === "relax.Var" ? `\`${callee.name}\`` : describe(callee);
    fail(state, relaxCodes.notCallable({ at: at(state, call.func), what }));
    return errorValue;
  }
  const args: Expr[] = [];
  for (const a of call.args) {
    if (a.name !== undefined || a.doubleStar || a.value.kind === "Starred") {
      fail(
        state,
        relaxCodes.unknownKeyword({
          at: at(state, a),
          op: nameOf(value),
          name: a.name ?? "*",
          hints: ["functions take operands by position"],
        }),
      );
      return errorValue;
    }
    const operand = anyOperand(state, itemOf(state, a.value), {
      op: nameOf(value),
      name: `argument ${args.length + 1}`,
    });
    if (operand === undefined) return errorValue;
    args.push(operand);
  }
  return relaxCall(value as Call["op"], args, { span: at(state, call) });
}

const nameOf = (value: Expr): string => {
  if (value.kind === "relax.Var" || value.kind === "ir.GlobalVar") return value.name;
  return value.kind === "ir.ExternFunc" ? value.symbol : "function";
};

function isCallable(state: FunctionState, value: Expr): boolean {
  if (value.kind === "ir.GlobalVar" || value.kind === "ir.ExternFunc") return true;
  if (value.kind !== "relax.Var") return false;
  const info = infoOf(state.ctx, value);
  return info.kind === "relax.FuncInfo" || info.kind === "relax.ObjectInfo";
}

/** The external function of a name written in the text. */
export const externNamed = (symbol: string, state: FunctionState, node: A.AstBase): Expr =>
  externFunc(symbol, undefined, at(state, node));
