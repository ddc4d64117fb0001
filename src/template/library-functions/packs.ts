/** Functions of `S` on packs: picking, dropping, inserting, arranging by letters, walking. */
import { intValue, pack, strValue, valueText, type Value } from "../values.js";
import { toStaticInt, toText } from "../statics.js";
import type { State } from "../state.js";
import type { AstBase } from "../../../grammar/ast/nodes.js";
import { boolValue } from "../values.js";
import { itemsOf, libraryFunctionOf as f, positions, unfit, wrong, type LibraryFunction } from "./library-function.js"; // prettier-ignore

/** The elements of a pack or string that stand at one position or at several. */
function pick(s: State, [p, axes]: readonly Value[], at: AstBase): Value {
  const items = itemsOf(s, p!, at);
  return pack(positions(s, axes!, items.length, at).map((i) => items[i]!));
}

function drop(s: State, [p, axes]: readonly Value[], at: AstBase): Value {
  const items = itemsOf(s, p!, at);
  const gone = new Set(positions(s, axes!, items.length, at));
  return pack(items.filter((_, i) => !gone.has(i)));
}

/** `q` at the positions; one value repeats, a pack has as many as there are positions. */
function placed(s: State, q: Value, count: number, at: AstBase): readonly Value[] {
  if (q.kind !== "pack") return Array.from({ length: count }, () => q);
  if (q.items.length !== count)
    return unfit(s, at, `${q.items.length} values for ${count} positions`);
  return q.items;
}

function insert(s: State, [p, axes, q]: readonly Value[], at: AstBase): Value {
  const items = itemsOf(s, p!, at);
  const count = axes!.kind === "pack" ? axes!.items.length : 1;
  const length = items.length + count;
  const where = positions(s, axes!, length, at);
  if (new Set(where).size !== count)
    return unfit(s, at, `${valueText(axes!)} names a position twice`);
  const values = placed(s, q!, count, at);
  const out: Value[] = [];
  let next = 0;
  for (let i = 0; i < length; i++) {
    const j = where.indexOf(i);
    out.push(j >= 0 ? values[j]! : items[next++]!);
  }
  return pack(out);
}

function replace(s: State, [p, axes, q]: readonly Value[], at: AstBase): Value {
  const out = [...itemsOf(s, p!, at)];
  const where = positions(s, axes!, out.length, at);
  const values = placed(s, q!, where.length, at);
  where.forEach((i, j) => (out[i] = values[j]!));
  return pack(out);
}

function inverse(s: State, [axes]: readonly Value[], at: AstBase): Value {
  const list = itemsOf(s, axes!, at);
  const order = positions(s, axes!, list.length, at);
  if (new Set(order).size !== list.length)
    return unfit(s, at, `${valueText(axes!)} is no permutation`);
  return pack(order.map((_, i) => intValue(order.indexOf(i))));
}

/** Letters of two layouts, a trailing `*` in one spelled out by the other's remaining ones. */
export function spellOut(
  order: string,
  letters: string,
): { readonly order: string; readonly letters: string } | undefined {
  const rest = (known: string, of: string): string =>
    [...of].filter((c) => !known.includes(c)).join("");
  if (letters.endsWith("*")) {
    if (order.includes("*")) return undefined;
    const head = letters.slice(0, -1);
    return { order, letters: head + rest(head, order) };
  }
  if (order.endsWith("*")) {
    const head = order.slice(0, -1);
    return { order: head + rest(head, letters), letters };
  }
  return { order, letters };
}

function arrange(s: State, args: readonly Value[], at: AstBase): Value {
  const [order, letters, p] = args as [Value, Value, Value];
  const spelled = spellOut(toText(s, order, at), toText(s, letters, at));
  if (spelled === undefined) return wrong(s, at, "only one of the two layouts may end in `*`");
  const items = itemsOf(s, p, at);
  if (items.length !== [...spelled.letters].length)
    return unfit(s, at, `${items.length} values for the letters "${spelled.letters}"`);
  return pack(
    [...spelled.order].map((c) => {
      const j = spelled.letters.indexOf(c);
      return j < 0 ? unfit(s, at, `"${spelled.letters}" has no letter ${c}`) : items[j]!;
    }),
  );
}

function plain(s: State, args: readonly Value[], at: AstBase): Value {
  const isPlain = (v: Value): boolean => {
    const text = toText(s, v, at);
    return /^[A-Z]*$/.test(text) && new Set(text).size === text.length;
  };
  return boolValue(args.every(isPlain));
}

function zip(s: State, args: readonly Value[], at: AstBase): Value {
  const lists = args.map((v) => itemsOf(s, v, at));
  const length = lists[0]!.length;
  const other = lists.find((l) => l.length !== length);
  if (other !== undefined)
    return unfit(s, at, `packs of lengths ${length} and ${other.length} are walked together`);
  return pack(lists[0]!.map((_, i) => pack(lists.map((l) => l[i]!))));
}

function range(s: State, args: readonly Value[], at: AstBase): Value {
  const [a, b, c] = args.map((v) => toStaticInt(s, v, at, "S.range"));
  const [low, high] = b === undefined ? [0, a!] : [a!, b];
  const step = c ?? 1;
  if (step === 0) return wrong(s, at, "S.range by steps of 0");
  if (Math.abs((high - low) / step) > 100_000)
    return wrong(s, at, "S.range of more than 100000 steps");
  const out: Value[] = [];
  for (let i = low; step > 0 ? i < high : i > high; i += step) out.push(intValue(i));
  return pack(out);
}

function each(s: State, [p]: readonly Value[], at: AstBase): Value {
  return p!.kind === "str" ? pack([...p!.value].map(strValue)) : pack(itemsOf(s, p!, at));
}

export const packFunctions: readonly LibraryFunction[] = [
  f("pick", "p, axes", "a pack of length `len(axes)`", "Elements at the positions; permutes when `axes` is a permutation.", pick),
  f("inverse", "axes", "a pack of ints of length `len(axes)`", "Inverse of a permutation.", inverse),
  f("drop", "p, axes", "a pack of length `len(p) - len(axes)`", "All but the elements at the positions.", drop),
  f("insert", "p, axes, q", "a pack of length `len(p) + len(axes)`", "`q` at the positions of the result, the elements of `p` in order between; one `q` repeats.", insert),
  f("replace", "p, axes, q", "a pack of length `len(p)`", "`p` with the elements at the positions replaced.", replace),
  f("arrange", "order, letters, p", "a pack of length `len(order)`", "The element named `letters[j]` is `p[j]`; they are listed in the order of `order`. A trailing `*` stands for the remaining letters of the other.", arrange),
  f("plain", "layout, …", "a bool", "Whether all are strings of distinct capitals, without blocks.", plain),
  f("each", "p", "the elements of `p`", "Walks over a pack at compile time.", each),
  f("zip", "p, …", "packs of the elements side by side", "Walks over several packs at once.", zip),
  { ...f("range", "n, …", "ints below `n`", "Counts at compile time: `S.range(n)`, `S.range(lo, hi)`, `S.range(lo, hi, step)`.", range), max: 3 },
]; // prettier-ignore
