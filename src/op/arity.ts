/** Number of operands. */
import { typeCodes } from "./codes.js";
import { fail } from "./fail.js";
import type { OpDef } from "./op.js";
import type { Site } from "./site.js";

/** Fewest and most operands of an operator. */
export function arityOf(op: OpDef): { readonly min: number; readonly max: number } {
  let min = 0;
  let max = 0;
  for (const param of op.params) {
    if (param.role !== "arg") continue;
    if (param.variadic) return { min, max: Infinity };
    max++;
    if (!param.optional && param.default === undefined) min = max;
  }
  return { min, max };
}

export function checkArity(site: Site): void {
  const { min, max } = arityOf(site.op);
  const found = site.call.args.length;
  if (found >= min && found <= max) return;
  const expected =
    min === max ? String(min) : max === Infinity ? `at least ${min}` : `${min} to ${max}`;
  const names = site.op.params.filter((p) => p.role === "arg").map((p) => p.name);
  fail(
    typeCodes.arity({
      op: site.op.name,
      expected,
      found,
      names: names.join(", "),
      at: site.call.span,
    }),
  );
}
