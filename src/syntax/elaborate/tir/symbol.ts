/** `n = T.int32()`: declarations of symbols (and of pointer variables). */
import type { Call } from "../../../../grammar/ast/nodes.js";
import { makeVar, type Var } from "../../../ir/tir/expr.js";
import { tryDType, type DType } from "../../../support/dtype.js";
import { codes } from "../../codes.js";
import { define, memberOf, report, spanOf, type ElabContext } from "../../context.js";
import { elaborateCall } from "./call.js";

/** Whether a call declares a variable: a type called without a value. */
export function isDeclaration(ctx: ElabContext, call: Call): boolean {
  const member = memberOf(ctx, call.func);
  if (member === undefined || member.dialect !== "T") return false;
  const { name } = member;
  if (
    name === "var" ||
    name === "Var" ||
    name === "SizeVar" ||
    name === "Ptr" ||
    name === "ptr" ||
    name === "buffer_var"
  )
    return true;
  if (name === "handle") return true;
  if (name.indexOf(".") >= 0 || tryDType(name) === undefined) return false;
  return call.args.every((a) => a.name === "is_size_var");
}

/** The dtype that a declaration gives; undefined for pointers and old forms. */
export function declaredDType(ctx: ElabContext, call: Call): DType | undefined {
  const member = memberOf(ctx, call.func);
  return member === undefined ? undefined : tryDType(member.name);
}

/** Declares `name` when the call is a declaration; a symbol that stood in a string before is the same variable. */
export function symbolDeclaration(ctx: ElabContext, name: string, call: Call): boolean {
  if (!isDeclaration(ctx, call)) return false;
  const made = elaborateCall(ctx, call);
  if (made.kind !== "tir.Var") {
    define(ctx, name, { kind: "error" });
    return true;
  }
  const known = ctx.tir?.symbols.get(name);
  if (known !== undefined) {
    if (known.dtype !== made.dtype) {
      const at = spanOf(ctx, call);
      report(
        ctx,
        codes.symbolDType({ at, name, first: known.dtype.name, second: made.dtype.name }),
      );
    }
    define(ctx, name, { kind: "scalar", var: known });
    return true;
  }
  const v: Var = makeVar(name, made.dtype, spanOf(ctx, call), {
    ...(made.pointer !== undefined && { pointer: made.pointer }),
    isSize: made.isSize,
  });
  define(ctx, name, { kind: "scalar", var: v });
  return true;
}
