/** Numbers that differ between functions, as few parameters: multiples of a parameter need none of their own. */
import { binary, intImm, type PrimExpr, type Var } from "../ir/tir/expr.js";
import { int64 as INDEX } from "../support/dtype.js";
import { addInt, floorDivInt, gcdInt, mulInt, type Int } from "../support/int.js";

/** `factor * base + rest` in every function. */
interface Form {
  readonly base: number;
  readonly factor: Int;
  readonly rest: Int;
}

export interface Numbers {
  /** Values of each parameter, by function. */
  readonly params: readonly (readonly Int[])[];
  /** A number as an expression of the parameters. */
  at(position: number, params: readonly Var[]): PrimExpr;
}

/**
 * Expresses the numbers of several functions (each in the same order) by parameters; those that are equal stay. With
 * `divided`, parameters have no divisor in common: what all values are multiples of is a factor of the expressions.
 */
export function commonNumbers(
  functions: readonly (readonly Int[])[],
  { divided = false }: { readonly divided?: boolean } = {},
): Numbers {
  const columns = functions[0]!.map((_, i) => functions.map((numbers) => numbers[i]!));
  const keyOf = (column: readonly Int[]): string => column.join(" ");
  const varying = new Map<string, readonly Int[]>();
  for (const column of columns)
    if (column.some((n) => n !== column[0])) varying.set(keyOf(column), column);
  const size = (column: readonly Int[]): number =>
    column.reduce<number>((sum, n) => sum + Math.abs(Number(n)), 0);
  const params: (readonly Int[])[] = [];
  const forms = new Map<string, Form>();
  for (const [key, column] of [...varying].sort(([, a], [, b]) => size(a) - size(b))) {
    const found = params.map((base, i) => formOf(column, base, i)).find((f) => f !== undefined);
    if (found !== undefined) {
      forms.set(key, found);
      continue;
    }
    const factor = divided ? column.reduce(gcdInt) : 1;
    const base = params.push(column.map((n) => floorDivInt(n, factor))) - 1;
    forms.set(key, { base, factor, rest: 0 });
  }
  return {
    params,
    at(position, vars) {
      const form = forms.get(keyOf(columns[position]!));
      if (form === undefined) return intImm(columns[position]![0]!, INDEX);
      const v: PrimExpr = vars[form.base]!;
      const scaled = form.factor === 1 ? v : binary("mul", v, intImm(form.factor, INDEX));
      return form.rest === 0 ? scaled : binary("add", scaled, intImm(form.rest, INDEX));
    },
  };
}

/** Two functions alone always have some line through their numbers; a multiple is meant, an offset is chance. */
function formOf(column: readonly Int[], base: readonly Int[], index: number): Form | undefined {
  const run = Number(base[1]) - Number(base[0]);
  const rise = Number(column[1]) - Number(column[0]);
  const factor = rise / run;
  if (!Number.isSafeInteger(factor)) return undefined;
  const rest = addInt(column[0]!, mulInt(-factor, base[0]!));
  if (rest !== 0 && column.length < 3) return undefined;
  const fits = column.every((n, i) => addInt(mulInt(factor, base[i]!), rest) === n);
  return fits ? { base: index, factor, rest } : undefined;
}
