/** Calls: intrinsics, operators in function form, literal objects, functions of the module, methods. */
import type { Call, Expr } from "../../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { call as makeCall, callGlobal, dtypeImm, type CallArg } from "../../../ir/tir/expr.js";
import { arityOf, intrinsicOf, isOpenName, type Intrinsic } from "../../../op/tir/index.js";
import { tryDType, voidType, type DType } from "../../../support/dtype.js";
import { didYouMean } from "../../../support/suggest.js";
import { codes } from "../../codes.js";
import { memberOf, report, spanOf, type ElabContext, type Member } from "../../context.js";
import type { Value } from "../../value.js";
import { elaborateDType } from "../literal.js";
import { argumentsOf, unknownKeyword } from "./arguments.js";
import { callMethod } from "./method.js";
import { elaborateValue, errorValue } from "./reader.js";
import { isExprArg, resultType } from "./intrinsic-type.js";
import { isOpaque, opaqueCall } from "./opaque.js";
import { inlineExpression } from "./macro.js";
import { describe, toCallArg, toPrim } from "./operand.js";
import { castTo, matchTypes } from "./operators.js";
import { constructScalar, specialCalls } from "./special-call.js";
import { memberNames, statementMembers } from "./members.js";

export function elaborateCall(ctx: ElabContext, call: Call): Value {
  const member = memberOf(ctx, call.func);
  if (member !== undefined) return callMember(ctx, member, call);
  const callee = elaborateValue(ctx, call.func);
  switch (callee.kind) {
    case "ir.GlobalVar":
      return callFunction(ctx, callee.name, call);
    case "method":
      return callMethod(ctx, callee, call);
    case "macro":
      return inlineExpression(ctx, callee.macro, call);
    case "type":
      return constructScalar(ctx, callee.dtype.name, callee.dtype, call);
    case "error":
      // The arguments may hold mistakes of their own.
      for (const a of call.args) if (a.value.kind !== "Starred") elaborateValue(ctx, a.value);
      return errorValue;
    default: {
      if (callee.kind === "tir.Call" && isOpaque(callee.op))
        return opaqueCall(ctx, ".()", call, [callee]);
      report(
        ctx,
        codes.expectedKind({
          at: spanOf(ctx, call.func),
          expected: "a function",
          found: describe(callee),
        }),
      );
      return errorValue;
    }
  }
}

/** A call of a member of a dialect. */
export function callMember(ctx: ElabContext, member: Member, call: Call): Value {
  const { dialect, name } = member;
  if (dialect === "T") return callT(ctx, name, call);
  if (dialect === "I") {
    const special = specialCalls.get(`I.${name}`) ?? specialCalls.get(name.split(".").pop()!);
    if (special !== undefined) return special(ctx, call, name);
  }
  report(
    ctx,
    codes.expectedKind({
      at: spanOf(ctx, call.func),
      expected: "a call of `T`",
      found: `\`${dialect}.${name}\``,
    }),
  );
  return errorValue;
}

function callT(ctx: ElabContext, name: string, call: Call): Value {
  const special = specialCalls.get(name);
  if (special !== undefined) return special(ctx, call, name);
  const intrinsic = intrinsicOf(name);
  if (intrinsic !== undefined) return callIntrinsic(ctx, intrinsic, call);
  const dtype = tryDType(name);
  if (dtype !== undefined) return constructScalar(ctx, name, dtype, call);
  if (isOpenName(name) || isOpaque(name)) return opaqueCall(ctx, name, call);
  if (statementMembers.has(name)) {
    const hint = "give its result a name, or let it stand alone as a statement";
    report(
      ctx,
      codes.expectedExpression({ at: spanOf(ctx, call), what: `\`T.${name}(…)\``, hints: [hint] }),
    );
    return errorValue;
  }
  return unknownT(ctx, name, call.func);
}

/** Reports a member that T does not have. */
export function unknownT(ctx: ElabContext, name: string, at: Expr): Value {
  const near = didYouMean(name, memberNames())?.replace(/`([^`]+)`/g, "`T.$1`");
  const hint = near ?? 'for a function outside, write `T.call_extern(dtype, "name", …)`';
  report(ctx, codes.unknownMember({ at: spanOf(ctx, at), dialect: "T", name, hints: [hint] }));
  return errorValue;
}

// ---- intrinsics ------------------------------------------------------------

/** An intrinsic of the table: operands by position or keyword, the dtype where its rule says. */
export function callIntrinsic(ctx: ElabContext, intrinsic: Intrinsic, call: Call): Value {
  const callee = `T.${intrinsic.name}`;
  const span = spanOf(ctx, call);
  const operands: Expr[] = [];
  let written: DType | undefined;
  const attrs = new Map<string, AttrValue>();
  /** A dtype, or the type of a pointer, which is kept beside it. */
  const typeAt = (at: Expr): DType | undefined => {
    const direct = elaborateDType(ctx, at);
    if (direct !== undefined || at.kind !== "Attribute") return direct;
    const value = elaborateValue(ctx, at);
    if (value.kind !== "type") return undefined;
    if (value.pointer !== undefined)
      attrs.set("ty", [value.pointer.element.name, value.pointer.scope]);
    return value.dtype;
  };
  let failed = false;
  for (const argument of argumentsOf(ctx, call)) {
    if (argument.name === undefined) operands.push(argument.value);
    else if (argument.name === "dtype" && intrinsic.params.indexOf("dtype") < 0) {
      written = typeAt(argument.value);
      if (written === undefined) failed = notDType(ctx, argument.value);
    } else if (argument.name === "span") continue;
    else {
      const index = intrinsic.params.findIndex((p) => p.replace(/[?*]/g, "") === argument.name);
      const shift = intrinsic.result === "leading" && written === undefined ? 1 : 0;
      if (index < 0 || intrinsic.params[index]!.startsWith("*")) {
        const known = intrinsic.params
          .filter((p) => !p.startsWith("*"))
          .map((p) => p.replace("?", ""));
        unknownKeyword(ctx, callee, argument, argument.name, known);
        failed = true;
      } else if (operands[index + shift] !== undefined) {
        report(
          ctx,
          codes.repeatedArgument({ at: spanOf(ctx, argument), callee, name: argument.name }),
        );
        failed = true;
      } else operands[index + shift] = argument.value;
    }
  }
  if (intrinsic.result === "leading" && written === undefined) {
    const first = operands.shift();
    if (first !== undefined) written = typeAt(first);
    if (written === undefined) failed = notDType(ctx, first ?? call);
  }
  if (intrinsic.result === "trailing" && written === undefined) {
    const last = operands.pop();
    if (last !== undefined) written = typeAt(last);
    if (written === undefined) failed = notDType(ctx, last ?? call);
  }
  const { min, max } = arityOf(intrinsic);
  if (operands.length > max) {
    report(ctx, codes.tooManyArguments({ at: span, callee, limit: max, count: operands.length }));
    failed = true;
  }
  for (let i = 0; i < Math.max(min, operands.length); i++) {
    if (operands[i] === undefined && i < min) {
      report(
        ctx,
        codes.missingArgument({ at: span, callee, name: intrinsic.params[i]!.replace("?", "") }),
      );
      failed = true;
    }
  }
  const args: CallArg[] = [];
  for (const operand of operands) {
    if (operand === undefined) continue;
    const arg = toOperand(ctx, elaborateValue(ctx, operand), operand);
    if (arg === undefined) failed = true;
    else args.push(arg);
  }
  return failed ? errorValue : finish(ctx, intrinsic, args, written, attrs, call);
}

/** Operands of ordinary intrinsics are expressions, buffers (for pointers), types or literals. */
function toOperand(ctx: ElabContext, value: Value, at: Expr): CallArg | undefined {
  if (value.kind === "tir.BufferRegion") return toPrim(ctx, value, at);
  if (value.kind === "type") return dtypeImm(value.dtype, spanOf(ctx, at));
  return toCallArg(ctx, value, at);
}

function notDType(ctx: ElabContext, at: Expr): true {
  // An unknown name in a string was reported by the reader of dtypes.
  if (at.kind !== "Str")
    report(
      ctx,
      codes.expectedKind({ at: spanOf(ctx, at), expected: "a dtype", found: "something else" }),
    );
  return true;
}

function finish(
  ctx: ElabContext,
  intrinsic: Intrinsic,
  args: CallArg[],
  written: DType | undefined,
  attrs: ReadonlyMap<string, AttrValue>,
  call: Call,
): Value {
  const span = spanOf(ctx, call);
  if (intrinsic.result === "join" && args.length > 0 && args.every(isExprArg)) {
    const [a, b, c] = args;
    if (b !== undefined) {
      const [x, y] = matchTypes(a!, b);
      args = c === undefined ? [x, y] : [x, y, castTo(c, x.dtype)];
    }
  }
  return makeCall(
    intrinsic.name,
    args,
    written ?? resultType(intrinsic, args),
    span,
    attrs.size === 0 ? undefined : attrs,
  );
}

// ---- functions of the module -----------------------------------------------

function callFunction(ctx: ElabContext, name: string, call: Call): Value {
  const declared = ctx.functions.get(name);
  const args: CallArg[] = [];
  for (const argument of argumentsOf(ctx, call)) {
    if (argument.name !== undefined) {
      unknownKeyword(ctx, name, argument, argument.name, []);
      continue;
    }
    const arg = toCallArg(ctx, elaborateValue(ctx, argument.value), argument.value);
    if (arg !== undefined) args.push(arg);
  }
  if (declared === undefined) return errorValue;
  const expected = declared.def?.params.length;
  if (
    expected !== undefined &&
    expected !== call.args.length &&
    !call.args.some((a) => a.value.kind === "Starred")
  ) {
    report(
      ctx,
      codes.globalCallArity({
        at: spanOf(ctx, call),
        callee: name,
        expected,
        count: call.args.length,
      }),
    );
  }
  const { returns } = declared.def ?? {};
  const ret = returns === undefined ? undefined : elaborateDType(ctx, returns);
  return callGlobal(
    { kind: "ir.GlobalVar", name, span: spanOf(ctx, call.func) },
    args,
    ret ?? voidType,
    spanOf(ctx, call),
  );
}
