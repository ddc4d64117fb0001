/** Functions of `S` on element types. */
import { floatImm, intImm } from "../../ir/tir/expr.js";
import { bool, float32, isFloat, isInteger, type DType } from "../../support/dtype.js";
import { toDType } from "../statics.js";
import { integerLimit } from "../../support/integer-limit.js";
import { lowestOf } from "../limits.js";
import { boolValue, dtypeValue, exprValue, intValue, type Value } from "../values.js";
import { libraryFunctionOf as f, wrong, type LibraryFunction } from "./library-function.js";

const on =
  (run: (d: DType) => Value): LibraryFunction["run"] =>
  (s, [v], at) =>
    run(toDType(s, v!, at));

const limit =
  (most: boolean): LibraryFunction["run"] =>
  (s, [v], at) => {
    const d = toDType(s, v!, at);
    return isFloat(d)
      ? wrong(s, at, `${d.name} is no integer type`)
      : intValue(integerLimit(d, most));
  };

/** Sums of narrow floats are kept in float32. */
export const accumulator = (d: DType): DType => (isFloat(d) && d.bits < 32 ? float32 : d);

export const typeFunctions: readonly LibraryFunction[] = [
  f("acc", "dt", "a dtype", "Type in which sums are kept: float32 for floats below 32 bits, else `dt`.", on((d) => dtypeValue(accumulator(d)))),
  f("lowest", "dt", "a literal", "−∞ for floats, the least value for integers.", on(lowestOf)),
  f("nan", "dt", "a literal", "Not a number.", on((d) => (isFloat(d) ? exprValue(floatImm(NaN, d), "dim") : exprValue(intImm(0, d), "dim")))),
  f("is_int", "dt", "a bool", "Whether the type is an integer; not for bool.", on((d) => boolValue(isInteger(d)))),
  f("is_float", "dt", "a bool", "Whether the type is a float.", on((d) => boolValue(isFloat(d)))),
  f("bits", "dt", "an int", "Bits of an element.", on((d) => intValue(d === bool ? 1 : d.bits))),
  f("min_int", "dt", "an int", "Least value of an integer type.", limit(false)),
  f("max_int", "dt", "an int", "Greatest value of an integer type.", limit(true)),
]; // prettier-ignore
