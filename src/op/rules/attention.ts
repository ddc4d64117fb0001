/** Scaled dot-product attention: queries (b, s, h, d), keys (b, t, h, d), values (b, t, h, v), result (b, s, h, v). */
import type { PrimExpr } from "../../ir/tir/expr.js";
import { shapeCodes } from "../codes.js";
import { dimText } from "../describe.js";
import { fail } from "../fail.js";
import type { Rule, Site } from "../site.js";
import { optionalStr, wrongAttr } from "./attribute.js";
import { constOf, isOne, mustEqual } from "./dims.js";
import { hasOperand, tensorAt } from "./operand.js";
import { commonElement, dimsOfTensor, needRank, rankOnly, tensorOf, bare } from "./result.js";

function equal(site: Site, what: string, expected: PrimExpr, found: PrimExpr): void {
  if (mustEqual(site.ctx, found, expected, `${what} of attention`)) return;
  fail(
    shapeCodes.channels({
      op: site.op.name,
      what,
      found: dimText(found),
      expected: dimText(expected),
      at: site.call.span,
    }),
  );
}

function multiple(site: Site, what: string, heads: PrimExpr, divisor: PrimExpr): void {
  const [a, b] = [constOf(heads), constOf(divisor)];
  if (a === undefined || b === undefined || (b !== 0 && BigInt(a) % BigInt(b) === 0n)) return;
  fail(
    shapeCodes.divisible({
      op: site.op.name,
      what,
      length: dimText(heads),
      divisor: dimText(divisor),
      at: site.call.span,
    }),
  );
}

export const attentionRule: Rule = (site) => {
  const inputs = [0, 1, 2, ...(hasOperand(site, 3) ? [3] : [])].map((i) => {
    const t = tensorAt(site, i);
    needRank(site, i, t, 4);
    return t;
  });
  const mask = optionalStr(site, "causal_mask");
  if (mask !== undefined && mask !== "TopLeft" && mask !== "BottomRight") {
    wrongAttr(site, "causal_mask", `"TopLeft" or "BottomRight"`, mask);
  }
  const from = { dtype: commonElement(site, inputs.slice(0, 3)), vdevice: inputs[0]!.vdevice };
  const [q, k, v, bias] = inputs.map(dimsOfTensor);
  if (!q || !k || !v) return rankOnly(4, from);
  equal(site, "the batch of the keys", q[0]!, k[0]!);
  equal(site, "the batch of the values", q[0]!, v[0]!);
  multiple(site, "the number of query heads", q[2]!, k[2]!);
  multiple(site, "the number of query heads", q[2]!, v[2]!);
  equal(site, "the sequence length of the values", k[1]!, v[1]!);
  equal(site, "the head dimension of the keys", q[3]!, k[3]!);
  if (bias) {
    const wanted = [q[0]!, q[2]!, q[1]!, k[1]!];
    wanted.forEach((d, i) => {
      if (i === 3 || !isOne(bias[i]!)) equal(site, `dimension ${i} of the bias`, d, bias[i]!);
    });
  }
  return tensorOf([q[0]!, q[1]!, q[2]!, v[3]!], from);
};

/** Packed sequences: the result is like the queries, with the head dimension of the values. */
export const attentionVarLenRule: Rule = (site) => {
  const [query, key, value] = [0, 1, 2].map((i) => tensorAt(site, i));
  for (let i = 3; i < site.call.args.length; i++) tensorAt(site, i);
  commonElement(site, [query!, key!, value!]);
  const [q, v] = [dimsOfTensor(query!), dimsOfTensor(value!)];
  if (!q || !v || q.length !== v.length || q.length === 0) return bare(query!);
  return tensorOf(q.with(q.length - 1, v[v.length - 1]!), query!);
};
