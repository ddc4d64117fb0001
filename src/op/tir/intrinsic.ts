/** How an intrinsic of T is declared. */

/** Where the dtype of a call comes from. */
export type ResultRule =
  /** Of the first operand. */
  | "first"
  | "second"
  /** bool, with the lanes of the first operand. */
  | "bool"
  /** Common type of the operands, which are converted to it. */
  | "join"
  /** Written as the first argument: `T.reinterpret("float32", x)`. */
  | "leading"
  /** Written as the last argument: `T.tvm_struct_get(a, 0, 1, "handle")`. */
  | "trailing"
  /** Common type of two vectors, lanes added. */
  | `fixed:${string}`;

export interface Intrinsic {
  /** Canonical name below `T`. */
  readonly name: string;
  /** Other spellings, read in every era. */
  readonly aliases?: readonly string[];
  /** Operand names, without a dtype argument; `*` starts the rest. Optional ones end in `?`. */
  readonly params: readonly string[];
  readonly result: ResultRule;
  /** No effect, and no dependence on anything but its operands. */
  readonly pure: boolean;
  readonly summary: string;
}

/** Number of operands an intrinsic takes. */
export function arityOf(intrinsic: Intrinsic): { readonly min: number; readonly max: number } {
  let min = 0;
  let max = 0;
  for (const param of intrinsic.params) {
    if (param.startsWith("*")) return { min, max: Infinity };
    max++;
    if (!param.endsWith("?")) min++;
  }
  return { min, max };
}
