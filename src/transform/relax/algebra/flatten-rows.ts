import type { Call, Expr } from "../../../ir/relax/expr.js";
import { shapeExpr } from "../../../ir/relax/expr.js";
import { binary, type PrimExpr } from "../../../ir/tir/expr.js";
import { makeCall } from "../../../op/make-call.js";
import { definePass } from "../../pass.js";
import { ELEMENTWISE } from "../elementwise.js";
import { opName, rewriteCalls, type RuleSite } from "./rewrite-calls.js";

/**
 * Precondition: none. Result: many matrices times one are the rows of a single product, and elementwise operators on it
 * work on the rows too, as long as their other operands are scalars or vectors along them. The elements are the same;
 * what follows a product is next to it again, so that it can be fused into it.
 */
export const flattenRows = definePass({
  name: "flatten-rows",
  dialect: "relax",
  summary: "Computes many matrices times one as the rows of one product.",
  options: {},
  run: (module) =>
    rewriteCalls(module, (call, site) => {
      const name = opName(call);
      if (name === "matmul") return productOfRows(call, site);
      return name !== undefined && ELEMENTWISE.has(name) ? onRows(name, call, site) : undefined;
    }),
});

function productOfRows(call: Call, site: RuleSite): Expr | undefined {
  const [a, b] = call.args;
  const [left, right, result] = [site.dims(a), site.dims(b), site.dims(call)];
  if (left === undefined || right?.length !== 2 || left.length < 3 || result === undefined)
    return undefined;
  const rows = site.emit("reshape", [
    a!,
    shapeExpr([site.at.infer.simplify(product(left.slice(0, -1))), left.at(-1)!]),
  ]);
  const made = site.emit("matmul", [rows, b!], Object.fromEntries(call.attrs));
  return makeCall("reshape", [made, shapeExpr(result)]);
}

/** An elementwise operator on a matrix that was given more dimensions. */
function onRows(name: string, call: Call, site: RuleSite): Expr | undefined {
  const result = site.dims(call);
  const inner = call.args.map((x) => rowsOf(x, site));
  const first = inner.find((x) => x !== undefined);
  if (result === undefined || first === undefined) return undefined;
  const { rows } = first;
  const sameRows = (x: Expr): boolean => {
    const [own, given] = [site.dims(x), site.dims(rows)];
    return own !== undefined && own.every((d, i) => site.at.infer.equal(d, given![i]!) === true);
  };
  const args = call.args.map((x, i) => {
    const its = inner[i];
    if (its !== undefined) return sameRows(its.rows) ? its.rows : undefined;
    const rank = site.dims(x)?.length;
    return rank !== undefined && rank <= 1 ? x : undefined;
  });
  if (!args.every((x) => x !== undefined)) return undefined;
  // Broadcasting must not have made the result larger than the rows.
  const whole = site.dims(first.value)!;
  const isSame =
    whole.length === result.length &&
    whole.every((d, i) => site.at.infer.equal(d, result[i]!) === true);
  if (!isSame) return undefined;
  const made = site.emit(name, args, Object.fromEntries(call.attrs));
  return makeCall("reshape", [made, shapeExpr(result)]);
}

/** The matrix whose rows a tensor of more dimensions has, with the same last dimension. */
function rowsOf(
  value: Expr,
  site: RuleSite,
): { readonly rows: Expr; readonly value: Expr } | undefined {
  const [rows] = site.callOf(value, "reshape")?.args ?? [];
  const [inner, outer] = [site.dims(rows), site.dims(value)];
  if (rows === undefined || inner?.length !== 2 || outer === undefined || outer.length < 3)
    return undefined;
  return site.at.infer.equal(inner[1]!, outer.at(-1)!) === true ? { rows, value } : undefined;
}

const product = (dims: readonly PrimExpr[]): PrimExpr => dims.reduce((a, b) => binary("mul", a, b));
