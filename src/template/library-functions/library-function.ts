/** How a function of `S` is declared; the reference is derived from these. */
import type { AstBase } from "../../../grammar/ast/nodes.js";
import { codes } from "../codes.js";
import { toStaticInt } from "../statics.js";
import { fail, placeOf, type State } from "../state.js";
import { valueText, type Value } from "../values.js";

export interface LibraryFunction {
  /** Below `S`. */
  readonly name: string;
  /** As in a signature; `…` repeats the last one. */
  readonly params: string;
  readonly min: number;
  readonly max: number;
  /** Kind and length of the result. */
  readonly result: string;
  readonly summary: string;
  run(s: State, args: readonly Value[], at: AstBase): Value;
}

/** Declares a function whose arity follows from its parameters. */
export function libraryFunctionOf(
  name: string,
  params: string,
  result: string,
  summary: string,
  run: LibraryFunction["run"],
): LibraryFunction {
  const names = params.split(",").map((p) => p.trim());
  const isOpen = names.at(-1) === "…";
  const min = isOpen ? names.length - 1 : names.length;
  return { name, params, min, max: isOpen ? Infinity : names.length, result, summary, run };
}

/** Reports arguments of a wrong kind. */
export const wrong = (s: State, at: AstBase, what: string): never =>
  fail(codes.invalidArgument({ ...placeOf(s, at), what }));

/** Reports positions and lengths that do not fit. */
export const unfit = (s: State, at: AstBase, what: string): never =>
  fail(codes.packLength({ ...placeOf(s, at), what }));

/** The elements of a pack. */
export function itemsOf(s: State, v: Value, at: AstBase): readonly Value[] {
  return v.kind === "pack" ? v.items : wrong(s, at, `${valueText(v)} is no pack`);
}

/** Positions: one int or a tuple of ints, negative ones from the end of `length`. */
export function positions(s: State, v: Value, length: number, at: AstBase): number[] {
  const list = v.kind === "pack" ? v.items : [v];
  return list.map((x) => {
    const i = toStaticInt(s, x, at, "an axis");
    const found = i < 0 ? i + length : i;
    if (found < 0 || found >= length)
      return unfit(s, at, `axis ${i} of a pack of length ${length}`);
    return found;
  });
}
