/** Functions of `S` on shapes and indices: broadcasting, linear positions, folds, limits. */
import type { AstBase } from "../../../grammar/ast/nodes.js";
import { boolImm, compare, intImm, select, type PrimExpr } from "../../ir/tir/expr.js";
import { int64 } from "../../support/dtype.js";
import { require } from "../guards.js";
import { arithmetic, binaryOperator, choice, comparison, elementwise, logical, negation, toExpr, truth } from "../operators.js"; // prettier-ignore
import type { State } from "../state.js";
import {
  boolValue,
  dimValue,
  exprValue,
  intValue,
  isStaticNumber,
  laterPhase,
  pack,
  type Value,
} from "../values.js";
import {
  itemsOf,
  libraryFunctionOf as f,
  unfit,
  type LibraryFunction,
} from "./library-function.js";

const isOne = (s: State, e: PrimExpr): boolean =>
  e.kind === "tir.IntImm"
    ? e.value === 1
    : s.analyzer.prove(compare("eq", e, intImm(1, e.dtype))) === true;

/** A length of the broadcast of two. */
function broadcastDim(s: State, a: Value, b: Value, at: AstBase): Value {
  const x = toExpr(s, a, at);
  const y = toExpr(s, b, at);
  if (isOne(s, x)) return b;
  if (isOne(s, y)) return a;
  const equal = s.analyzer.equal(x, y);
  if (equal === true) return x.kind === "tir.IntImm" ? a : y.kind === "tir.IntImm" ? b : a;
  const one = intImm(1, int64);
  const either = [comparison(s, at, "==", a, b), comparison(s, at, "==", a, intValue(1)), comparison(s, at, "==", b, intValue(1))]; // prettier-ignore
  require(s, either.reduce((p, q) =>
    logical(s, at, "or", p, q),
  ), "lengths that are broadcast must be equal or 1", at);
  if (x.kind === "tir.IntImm" && x.value !== 1) return a;
  if (y.kind === "tir.IntImm" && y.value !== 1) return b;
  return dimValue(s.analyzer.simplify(select(compare("eq", x, one), y, x)));
}

/** The shape of a right-aligned broadcast. */
export function broadcast(s: State, shapes: readonly Value[], at: AstBase): Value {
  return pack(
    shapes
      .map((p) => itemsOf(s, p, at))
      .reduce((a, b) => {
        const rank = Math.max(a.length, b.length);
        return Array.from({ length: rank }, (_, i): Value => {
          const x = a[i - rank + a.length];
          const y = b[i - rank + b.length];
          return x === undefined ? y! : y === undefined ? x : broadcastDim(s, x, y, at);
        });
      }),
  );
}

/** The index into a shape from an index of its broadcast. */
export function unbroadcast(s: State, [v, a]: readonly Value[], at: AstBase): Value {
  const index = itemsOf(s, v!, at);
  const shape = itemsOf(s, a!, at);
  const skip = index.length - shape.length;
  if (skip < 0)
    return unfit(s, at, `an index of length ${index.length} into a shape of rank ${shape.length}`);
  return pack(
    shape.map((d, i) => {
      const position = index[i + skip]!;
      const extent = toExpr(s, d, at);
      if (isOne(s, extent)) return exprValue(intImm(0, int64), "index");
      const below = comparison(s, at, "<", position, d);
      const known = below.kind === "expr" ? s.analyzer.prove(below.expr) : truth(below);
      if (known === true) return position;
      const phase = position.kind === "expr" ? laterPhase("index", position.phase) : "index";
      const isUnit = compare("eq", extent, intImm(1, int64));
      return exprValue(select(isUnit, intImm(0, int64), toExpr(s, position, at)), phase);
    }),
  );
}

const fold =
  (op: "*" | "+", empty: number): LibraryFunction["run"] =>
  (s, [p], at) => {
    const items = itemsOf(s, p!, at);
    return items.length === 0
      ? intValue(empty)
      : items.reduce((a, b) => binaryOperator(s, at, op, a, b));
  };

const junction =
  (op: "and" | "or"): LibraryFunction["run"] =>
  (s, [p], at) => {
    let result: Value = boolValue(op === "and");
    for (const item of itemsOf(s, p!, at)) {
      const known = item.kind === "pack" ? undefined : truth(item);
      if (known !== undefined) {
        if (known !== (op === "and")) return boolValue(known);
      } else
        result =
          result.kind === "bool"
            ? logical(s, at, op, boolToExpr(result), item)
            : logical(s, at, op, result, item);
    }
    return result;
  };
const boolToExpr = (v: Extract<Value, { kind: "bool" }>): Value =>
  exprValue(boolImm(v.value), "dim");

/** Row-major position. */
export function ravel(s: State, [v, shape]: readonly Value[], at: AstBase): Value {
  const index = itemsOf(s, v!, at);
  const dims = itemsOf(s, shape!, at);
  if (index.length !== dims.length)
    return unfit(s, at, `an index of length ${index.length} into a shape of rank ${dims.length}`);
  let sum: Value = intValue(0);
  index.forEach((x, i) => {
    sum = i === 0 ? x : binaryOperator(s, at, "+", binaryOperator(s, at, "*", sum, dims[i]!), x);
  });
  return sum;
}

/** The index of a row-major position, which is in range: the outermost remainder is left out. */
function unravel(s: State, [e, shape]: readonly Value[], at: AstBase): Value {
  const dims = itemsOf(s, shape!, at);
  const out: Value[] = [];
  let rest = e!;
  for (let i = dims.length - 1; i >= 0; i--) {
    out.unshift(i === 0 ? rest : binaryOperator(s, at, "%", rest, dims[i]!));
    if (i > 0) rest = binaryOperator(s, at, "//", rest, dims[i]!);
  }
  return pack(out);
}

const clamp: LibraryFunction["run"] = (s, args, at) =>
  elementwise(s, at, args, ([x, lo, hi]) =>
    arithmetic(s, at, "min", arithmetic(s, at, "max", x!, lo!), hi!),
  );

/** Quotient rounded up. */
const ceildiv: LibraryFunction["run"] = (s, args, at) =>
  elementwise(s, at, args, ([a, b]) => {
    if (isStaticNumber(b!) && Number(b.value) <= 0)
      return negation(s, at, "-", binaryOperator(s, at, "//", negation(s, at, "-", a!), b));
    const up = binaryOperator(s, at, "-", binaryOperator(s, at, "+", a!, b!), intValue(1));
    return binaryOperator(s, at, "//", up, b!);
  });

/** Negative positions count from the end. */
const wrap: LibraryFunction["run"] = (s, args, at) =>
  elementwise(s, at, args, ([i, n]) =>
    choice(
      s,
      at,
      false,
      comparison(s, at, "<", i!, intValue(0)),
      binaryOperator(s, at, "+", i!, n!),
      i!,
    ),
  );

export const shapeFunctions: readonly LibraryFunction[] = [
  f("broadcast", "a, …", "a pack of the greatest length", "Right-aligned broadcast of shapes; what is not proved becomes a precondition.", broadcast),
  f("unbroadcast", "v, a", "a pack of length `len(a)`", "Index into the shape `a` from the index `v` of its broadcast.", unbroadcast),
  f("product", "p", "an element", "Product; 1 when empty.", fold("*", 1)),
  f("sum", "p", "an element", "Sum; 0 when empty.", fold("+", 0)),
  f("all", "p", "a condition", "`and` of all elements; true when empty.", junction("and")),
  f("any", "p", "a condition", "`or` of all elements; false when empty.", junction("or")),
  f("ravel", "v, shape", "an index", "Row-major position of an index.", ravel),
  f("unravel", "e, shape", "a pack of length `len(shape)`", "Index of a row-major position that is in range.", unravel),
  f("clamp", "x, lo, hi", "as the arguments", "`x`, but at least `lo` and at most `hi`.", clamp),
  f("ceildiv", "a, b", "as the arguments", "Quotient rounded up.", ceildiv),
  f("wrap", "i, n", "as the arguments", "`i + n` where `i` is negative, else `i`.", wrap),
]; // prettier-ignore
