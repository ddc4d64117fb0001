/** `sch.target` in schedules: figures of the target; what is not known is `None`. */
import type { AstBase } from "../../../grammar/ast/nodes.js";
import type { Arguments } from "../../template/arguments.js";
import { codes as templateCodes } from "../../template/codes.js";
import { fail, placeOf, type State } from "../../template/state.js";
import { toDType, toStaticInt, toText } from "../../template/statics.js";
import { boolValue, intValue, none, strValue, type Value } from "../../template/values.js";
import { lanesOf, type TargetDescription } from "../../support/target-description.js";

/** Members of the target, for messages and the static check. */
export const TARGET_FIGURES = ["kind", "vector_bits", "vector_registers", "fma", "cores"] as const;
export const TARGET_FUNCTIONS = ["lanes", "cache", "has"] as const;

/** A figure; undefined where there is no such member. */
export function targetFigure(target: TargetDescription, name: string): Value | undefined {
  const known = (n: number): Value => (n > 0 ? intValue(n) : none);
  switch (name) {
    case "kind":
      return strValue(target.kind);
    case "vector_bits":
      return known(target.vectorBits);
    case "vector_registers":
      return known(target.vectorRegisters);
    case "fma":
      return boolValue(target.fma);
    case "cores":
      return intValue(target.cores);
    default:
      return undefined;
  }
}

/** A figure that depends on something: `lanes(dt)`, `cache(2)`, `has("avx512f")`. */
export function callTarget(
  target: TargetDescription,
  name: string,
  s: State,
  { positional, named }: Arguments,
  at: AstBase,
): Value {
  const [x] = positional;
  if (x === undefined || positional.length > 1 || named.size > 0) {
    const what = `sch.target.${name} takes one argument`;
    return fail(templateCodes.invalidArgument({ ...placeOf(s, at), what }));
  }
  if (name === "lanes") return intValue(lanesOf(target, toDType(s, x, at)));
  if (name === "has") return boolValue(target.features.has(toText(s, x, at)));
  const bytes = target.caches[toStaticInt(s, x, at, "the level of a cache") - 1];
  return bytes === undefined ? none : intValue(bytes);
}
