/** `*x` where `x` is a tuple or list known while the text is read. */
import type { Expr, Starred } from "../../../../grammar/ast/nodes.js";
import { codes } from "../../codes.js";
import { define, report, spanOf, type ElabContext } from "../../context.js";
import type { Value } from "../../value.js";
import { elaborateValue } from "./reader.js";

/** The items as expressions: literal ones as they stand, computed ones under names that no text can write. */
export function expandStarred(ctx: ElabContext, star: Starred): readonly Expr[] {
  const inner = star.value;
  if (inner.kind === "Tuple" || inner.kind === "List") return inner.items;
  const value = elaborateValue(ctx, inner);
  if (value.kind === "items") return value.items.map((item) => hiddenName(ctx, item, star));
  if (value.kind !== "error") report(ctx, codes.starNotConstant({ at: spanOf(ctx, star) }));
  return [hiddenName(ctx, { kind: "error" }, star)];
}

/** Items of a tuple, list, call or index with starred ones expanded. */
export function expandItems(ctx: ElabContext, items: readonly Expr[]): readonly Expr[] {
  let plain = true;
  for (const item of items) if (item.kind === "Starred") plain = false;
  return plain
    ? items
    : items.flatMap((item) => (item.kind === "Starred" ? expandStarred(ctx, item) : [item]));
}

/** An expression that stands for a value at hand. */
export function hiddenName(ctx: ElabContext, value: Value, at: Expr): Expr {
  const id = `*${ctx.scope.names.size}`;
  define(ctx, id, { kind: "alias", value });
  return { kind: "Name", id, start: at.start, end: at.end };
}
