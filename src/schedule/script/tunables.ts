/** Defaults of schedule parameters that a search may replace: `S.choice`, `S.int`, `S.tile`. */
import type { AstBase } from "../../../grammar/ast/nodes.js";
import { bindArguments, type Arguments } from "../../template/arguments.js";
import { codes as templateCodes } from "../../template/codes.js";
import { fail, placeOf, type State } from "../../template/state.js";
import { toStaticInt } from "../../template/statics.js";
import { intValue, none, pack, valueText, type Value } from "../../template/values.js";

export const TUNABLES: readonly string[] = ["choice", "int", "tile"];

/** All values that a tunable may take, the default first. */
export function tunableValues(
  s: State,
  name: string,
  args: Arguments,
  at: AstBase,
): readonly Value[] {
  const wrong = (what: string): never => fail(templateCodes.invalidArgument({ ...placeOf(s, at), what })); // prettier-ignore
  const params = name === "choice" ? ["candidates", "default?"] : name === "int" ? ["low", "high", "default?"] : ["parts", "most", "default?"]; // prettier-ignore
  const bound = bindArguments(s, at, `S.${name}`, params, args);
  const whole = (key: string): number => toStaticInt(s, bound.get(key)!, at, `\`${key}\``);
  const all = candidates();
  const preferred = bound.get("default") ?? all[0];
  if (preferred === undefined) return wrong(`S.${name} has no candidates`);
  return [preferred, ...all.filter((v) => valueText(v) !== valueText(preferred))];

  function candidates(): readonly Value[] {
    if (name === "choice") {
      const list = bound.get("candidates")!;
      return list.kind === "pack" ? list.items : wrong(`${valueText(list)} is no list`);
    }
    if (name === "int") {
      const low = whole("low");
      const count = whole("high") - low + 1;
      if (count < 1 || count > 4096) return wrong("the bounds of S.int are not 1 to 4096 values");
      return Array.from({ length: count }, (_, k) => intValue(low + k));
    }
    // The outermost part takes what is left; the others are powers of two.
    const parts = whole("parts");
    const powers = Array.from({ length: 31 }, (_, k) => 2 ** k).filter((n) => n <= whole("most"));
    if (parts < 1 || parts > 4) return wrong("S.tile makes 1 to 4 parts");
    let lists: Value[][] = [[none]];
    for (let k = 1; k < parts; k++)
      lists = lists.flatMap((list) => powers.map((n) => [...list, intValue(n)]));
    return lists.reverse().map(pack);
  }
}

/** The default of a tunable. */
export const tunableValue = (s: State, name: string, args: Arguments, at: AstBase): Value =>
  tunableValues(s, name, args, at)[0]!;
