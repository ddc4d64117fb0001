/** Static values as what a construct needs: types, integers, texts. */
import type * as ast from "../../grammar/ast/nodes.js";
import { tryDType, type DType } from "../support/dtype.js";
import { codes } from "./codes.js";
import { fail, placeOf, type State } from "./state.js";
import { valueText, type Value } from "./values.js";

/** A dtype, or the name of one. */
export function toDType(s: State, v: Value, at: ast.AstBase): DType {
  if (v.kind === "dtype") return v.dtype;
  const named = v.kind === "str" ? tryDType(v.value) : undefined;
  return (
    named ?? fail(codes.invalidArgument({ ...placeOf(s, at), what: `${valueText(v)} is no dtype` }))
  );
}

/** A static integer; dims and run-time values are refused with what needs it. */
export function toStaticInt(s: State, v: Value, at: ast.AstBase, construct: string): number {
  if (v.kind === "int" && typeof v.value === "number") return v.value;
  if (v.kind === "bool") return v.value ? 1 : 0;
  // Below `assert S.known(d)` a constant length is as good as a number.
  if (v.kind === "expr" && v.phase === "dim" && v.expr.kind === "tir.IntImm")
    return Number(v.expr.value);
  if (v.kind === "expr")
    return fail(codes.phase({ ...placeOf(s, at), what: valueText(v), construct }));
  return fail(codes.invalidArgument({ ...placeOf(s, at), what: `${valueText(v)} is no integer` }));
}

/** A static string. */
export function toText(s: State, v: Value, at: ast.AstBase): string {
  if (v.kind === "str") return v.value;
  return fail(codes.invalidArgument({ ...placeOf(s, at), what: `${valueText(v)} is no string` }));
}
