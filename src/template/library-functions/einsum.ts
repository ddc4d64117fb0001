/** Functions of `S` that read strings and numbers which text cannot take apart. */
import type { AstBase } from "../../../grammar/ast/nodes.js";
import { compare, intImm } from "../../ir/tir/expr.js";
import { toText } from "../statics.js";
import { toExpr } from "../operators.js";
import type { State } from "../state.js";
import { intValue, isStaticNumber, pack, strValue, type Value } from "../values.js";
import {
  itemsOf,
  libraryFunctionOf as f,
  unfit,
  wrong,
  type LibraryFunction,
} from "./library-function.js";

/** Letters of the operands, of the result, and those that are summed over; `...` takes fresh letters. */
function einsum(s: State, [subscripts, shapes]: readonly Value[], at: AstBase): Value {
  const text = toText(s, subscripts!, at).replaceAll(" ", "").replaceAll("...", "…");
  const ranks = itemsOf(s, shapes!, at).map((p) => itemsOf(s, p, at).length);
  const [left = "", right] = text.split("->");
  const parts = left.split(",");
  if (parts.length !== ranks.length)
    return unfit(s, at, `"${text}" has ${parts.length} operands, but ${ranks.length} are given`);
  const used = new Set(text);
  const fresh = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"].filter(
    (c) => !used.has(c),
  );
  const hidden = parts.map((p, i) => (p.includes("…") ? ranks[i]! - (p.length - 1) : 0));
  const most = Math.max(0, ...hidden);
  const rest = fresh.slice(0, most).join("");
  const ins = parts.map((p, i) => p.replace("…", rest.slice(most - Math.max(0, hidden[i]!))));
  ins.forEach((p, i) => {
    if (p.length !== ranks[i])
      unfit(s, at, `"${parts[i]!}" names ${p.length} dimensions of ${ranks[i]!}`);
  });
  const letters = [...new Set(ins.join(""))];
  const count = (c: string): number => [...ins.join("")].filter((x) => x === c).length;
  const implicit = letters
    .filter((c) => !rest.includes(c) && count(c) === 1)
    .sort()
    .join("");
  const out =
    right === undefined ? (left.includes("…") ? rest : "") + implicit : right.replace("…", rest);
  const reduced = letters.filter((c) => !out.includes(c)).join("");
  return pack([pack(ins.map(strValue)), strValue(out), strValue(reduced)]);
}

/** Lengths of letters, by the operands that they stand in; 1 gives way to others. */
function dimsOf(s: State, [letters, ins, shapes]: readonly Value[], at: AstBase): Value {
  const names = itemsOf(s, ins!, at).map((v) => toText(s, v, at));
  const lists = itemsOf(s, shapes!, at).map((p) => itemsOf(s, p, at));
  return pack(
    [...toText(s, letters!, at)].map((c) => {
      let found: Value | undefined;
      names.forEach((n, i) => {
        const d = lists[i]?.[n.indexOf(c)];
        if (n.includes(c) && d !== undefined && (found === undefined || isUnit(s, found, at)))
          found = d;
      });
      return found ?? unfit(s, at, `no operand has the letter ${c}`);
    }),
  );
}

function isUnit(s: State, v: Value, at: AstBase): boolean {
  const e = toExpr(s, v, at);
  return s.analyzer.prove(compare("eq", e, intImm(1, e.dtype))) === true;
}

/** A real as a 31-bit fraction and a power of two: `x = M * 2**(s - 31)`. */
function fixedPoint(s: State, [x]: readonly Value[], at: AstBase): Value {
  if (!isStaticNumber(x!) || !Number.isFinite(Number(x.value)))
    return wrong(s, at, "S.fixed_point takes a number");
  const value = Number(x.value);
  if (value === 0) return pack([intValue(0), intValue(0)]);
  let exponent = Math.floor(Math.log2(Math.abs(value))) + 1;
  let fraction = value / 2 ** exponent;
  while (Math.abs(fraction) >= 1) [fraction, exponent] = [fraction / 2, exponent + 1];
  while (Math.abs(fraction) < 0.5) [fraction, exponent] = [fraction * 2, exponent - 1];
  let multiplier = Math.round(fraction * 2 ** 31);
  if (multiplier === 2 ** 31) [multiplier, exponent] = [2 ** 30, exponent + 1];
  return pack([intValue(multiplier), intValue(exponent)]);
}

export const parsingFunctions: readonly LibraryFunction[] = [
  f("einsum", "subscripts, shapes", "a pack `(ins, out, red)` of strings", "Letters of each operand, of the result, and those summed over; `...` is spelled out.", einsum),
  f("dims_of", "letters, ins, shapes", "a pack of length `len(letters)`", "Lengths of letters of an einsum.", dimsOf),
  f("fixed_point", "x", "a pack `(M, s)` of ints", "`x` as `M * 2**(s - 31)`.", fixedPoint),
]; // prettier-ignore
