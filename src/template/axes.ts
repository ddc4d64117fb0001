/** Block variables: `T.axis.remap`, `T.axis.spatial` and its kin, over packs. */
import type * as ast from "../../grammar/ast/nodes.js";
import { range, type Range } from "../ir/tir/buffer.js";
import { intImm, makeVar, type PrimExpr } from "../ir/tir/expr.js";
import { iterVar, type IterKind } from "../ir/tir/stmt.js";
import { castTo } from "../syntax/elaborate/tir/operators.js";
import { int64 } from "../support/dtype.js";
import { bindArguments, type Arguments } from "./arguments.js";
import { codes } from "./codes.js";
import { toText } from "./statics.js";
import { unknown } from "./names.js";
import { arithmetic, toExpr } from "./operators.js";
import { fail, placeOf, spanOf, type State } from "./state.js";
import { exprValue, pack, valueText, type Value } from "./values.js";

const KINDS: Readonly<Record<string, IterKind>> = {
  "axis.spatial": "spatial", "axis.S": "spatial", "axis.reduce": "reduce", "axis.R": "reduce", "axis.scan": "scan",
  "axis.opaque": "opaque",
}; // prettier-ignore

const wrong = (s: State, at: ast.AstBase, what: string): never =>
  fail(codes.invalidArgument({ ...placeOf(s, at), what }));

/** A name for each element of a pack: `i` gives `i0`, `i1`, … */
export const numbered = (hint: string, i: number): string => `${hint}${i}`;

/** `vi, vk = T.axis.remap("SR", [i, k])`: one letter for each argument; a pack gives a pack. */
export function remap(s: State, args: Arguments, e: ast.Call, hints: readonly string[]): Value {
  const bound = bindArguments(s, e, "T.axis.remap", ["kinds", "bindings", "dtype?"], args);
  const letters = toText(s, bound.get("kinds")!, e);
  const bindings = bound.get("bindings")!;
  const list = bindings.kind === "pack" ? bindings.items : [bindings];
  if (list.length !== letters.length)
    return wrong(s, e, `"${letters}" has ${letters.length} letters for ${list.length} bindings`);
  const single = hints.length === 1 && !hints[0]!.startsWith("*");
  const hintOf = (i: number): string =>
    single
      ? list.length === 1
        ? hints[0]!
        : numbered(hints[0]!, i)
      : (hints[i] ?? "v").replace("*", "");
  const made = list.map((v, i) => {
    const kind = letters[i] === "S" ? "spatial" : letters[i] === "R" ? "reduce" : undefined;
    if (kind === undefined) return wrong(s, e, `"${letters[i]!}" is neither S nor R`);
    return remapOne(s, kind, v, hintOf(i), e);
  });
  return single && made.length === 1 ? made[0]! : pack(made);
}

function remapOne(s: State, kind: IterKind, binding: Value, hint: string, e: ast.Call): Value {
  if (binding.kind === "pack")
    return pack(binding.items.map((b, i) => remapOne(s, kind, b, numbered(hint, i), e)));
  const v = binding.kind === "expr" ? binding.expr : undefined;
  const dom = v?.kind === "tir.Var" ? s.loops.get(v) : undefined;
  if (v === undefined || dom === undefined)
    return wrong(
      s,
      e,
      `${valueText(binding)} is no loop variable; write T.axis.spatial(domain, value)`,
    );
  return define(s, kind, dom, v, hint, e);
}

/** `v = T.axis.spatial(x, i)`: packs of domains take packs of bindings; with one binding a pair is `(lo, hi)`. */
export function axis(s: State, name: string, args: Arguments, e: ast.Call, hint: string): Value {
  const kind = KINDS[name];
  if (kind === undefined)
    return unknown(
      s,
      e.func,
      `T.${name}`,
      Object.keys(KINDS).map((k) => `T.${k}`),
    );
  const bound = bindArguments(s, e, `T.${name}`, ["dom", "binding", "dtype?"], args);
  return axisOver(s, kind, bound.get("dom")!, bound.get("binding")!, hint, e);
}

function axisOver(
  s: State,
  kind: IterKind,
  dom: Value,
  binding: Value,
  hint: string,
  e: ast.Call,
): Value {
  if (binding.kind === "pack") {
    if (dom.kind !== "pack" || dom.items.length !== binding.items.length)
      return fail(
        codes.packLength({
          ...placeOf(s, e),
          what: `the domains ${valueText(dom)} do not fit the bindings ${valueText(binding)}`,
        }),
      );
    return pack(
      binding.items.map((b, i) => axisOver(s, kind, dom.items[i]!, b, numbered(hint, i), e)),
    );
  }
  const value = castTo(toExpr(s, binding, e), int64);
  if (dom.kind !== "pack")
    return define(
      s,
      kind,
      range(intImm(0, int64), castTo(toExpr(s, dom, e), int64)),
      value,
      hint,
      e,
    );
  const [lo, hi] = dom.items;
  if (dom.items.length !== 2)
    return wrong(s, e, `a domain is an extent or (lo, hi), not ${valueText(dom)}`);
  const extent = arithmetic(s, e, "sub", hi!, lo!);
  return define(
    s,
    kind,
    range(castTo(toExpr(s, lo!, e), int64), castTo(toExpr(s, extent, e), int64)),
    value,
    hint,
    e,
  );
}

function define(
  s: State,
  kind: IterKind,
  dom: Range,
  value: PrimExpr,
  hint: string,
  e: ast.Call,
): Value {
  if (s.block.isRoot) return wrong(s, e, "block variables stand inside `with T.sblock(…)`");
  const at = spanOf(s, e);
  const v = makeVar(hint, int64, at);
  s.block.iters.push(iterVar(v, kind, dom, "", at));
  s.block.values.push(value);
  s.analyzer.bind(v, dom);
  return exprValue(v, "index");
}
