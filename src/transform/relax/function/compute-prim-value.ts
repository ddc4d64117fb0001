/** Scalar expressions as calls. */
import { varsOf } from "../../../ir/core/free-vars.js";
import { substitute } from "../../../ir/core/rewrite.js";
import { noAttrs } from "../../../ir/core/node.js";
import { globalVar, type IRModule } from "../../../ir/module.js";
import { primValue, relaxCall, type Expr, type PrimValue } from "../../../ir/relax/expr.js";
import { makeVar, type PrimExpr } from "../../../ir/tir/expr.js";
import { param, type PrimFunc } from "../../../ir/tir/function.js";
import { returnStmt } from "../../../ir/tir/stmt.js";
import { signatureOf } from "../../../op/deduce/index.js";
import { definePass } from "../../pass.js";
import { freshGlobal, makeValueKeys, rewriteFunction, updated, type Cursor } from "../rewrite/index.js"; // prettier-ignore

/**
 * Precondition: A-normal form.
 * Result: scalar operands are symbols and constants; what was computed from symbols is a call of a T function on them.
 * Sound because the T function evaluates the same expression.
 */
export const computePrimValue = definePass({
  name: "compute-prim-value",
  dialect: "module",
  summary: "Computes scalar operands by T functions of the symbols.",
  options: {},
  run(module) {
    const made = new Map<string, PrimFunc>();
    const byKey = new Map<string, string>();
    const callOf = (e: PrimExpr): Expr => {
      const vars = varsOf(e);
      const name = functionFor(module, e, made, byKey);
      return relaxCall(globalVar(name), vars.map((v) => primValue(v)), { span: e.span }); // prettier-ignore
    };
    const leaf = (e: Expr, at: Cursor): Expr => {
      if (e.kind === "relax.PrimValue") return isPlain(e) ? e : at.operand(callOf(e.value));
      if (e.kind !== "relax.Tuple") return e;
      const fields = e.fields.map((f) => leaf(f, at));
      return fields.every((f, i) => f === e.fields[i]) ? e : { ...e, fields };
    };
    const signature = (name: string) => {
      const func = made.get(name);
      return func && signatureOf(func);
    };
    const after = updated(module, (func, name) => {
      if (func.kind !== "relax.Function") return func;
      return rewriteFunction(
        module,
        name,
        func,
        {
          value(value, at) {
            if (value.kind === "relax.PrimValue") return isPlain(value) ? value : callOf(value.value); // prettier-ignore
            if (value.kind === "relax.If") {
              const cond = leaf(value.cond, at);
              return cond === value.cond ? value : { ...value, cond };
            }
            if (value.kind !== "relax.Call") return value;
            const args = value.args.map((a) => leaf(a, at));
            return args.every((a, i) => a === value.args[i]) ? value : { ...value, args };
          },
        },
        { signature },
      );
    });
    return updated(after, (func) => func, made);
  },
});

const isPlain = ({ value }: PrimValue): boolean =>
  value.kind === "tir.Var" || varsOf(value).length === 0;

/** The function that computes an expression from its symbols, in the order of their first occurrence. */
function functionFor(
  module: IRModule,
  e: PrimExpr,
  made: Map<string, PrimFunc>,
  byKey: Map<string, string>,
): string {
  const images = new Map(varsOf(e).map((v) => [v, makeVar(v.name, v.dtype)]));
  const value = substitute(e, images);
  // Variables count by their order, so that equal expressions have equal keys.
  const keyOf = makeValueKeys();
  const params = [...images.values()];
  const key = [...params, value].map((n) => `${keyOf(n)}:${n.dtype.name}`).join(" ");
  const known = byKey.get(key);
  if (known !== undefined) return known;
  const name = freshGlobal(module, "compute_symbolic_expr", new Set(made.keys()));
  made.set(name, {
    kind: "tir.PrimFunc",
    name,
    params: params.map((v) => param(v)),
    retType: e.dtype,
    attrs: noAttrs,
    isPrivate: true,
    sTir: true,
    persistent: false,
    body: returnStmt(value),
  });
  byKey.set(key, name);
  return name;
}
