/** Functions in which some operators work in other layouts than they are written in. */
import type { IRModule } from "../../../ir/module.js";
import type { Call, Expr, Func } from "../../../ir/relax/expr.js";
import { dimsOf } from "../../../ir/relax/struct-info.js";
import { binary, intImm } from "../../../ir/tir/expr.js";
import { isErrorInfo } from "../../../op/error-info.js";
import { LOWER_BY } from "../../../op/lowering.js";
import { lookupOp } from "../../../op/registry.js";
import { int64 } from "../../../support/dtype.js";
import { opName, swept } from "../algebra/rewrite-calls.js";
import { Forms, rewriteFunction, type Cursor } from "../rewrite/index.js";
import {
  blockOf, fromLayout, fromLetters, isIdentity, isPlain, layoutKey, rankOf, toLayout, type Layout,
} from "./layout.js"; // prettier-ignore
import { layoutRules, type InLayout, type LayoutSite } from "./layout-rules.js";

/** What a call shall work in. */
export interface ChosenLayouts {
  /** Of data, weights and, where it differs, the result. */
  readonly layouts: readonly string[];
  /** Name of the template that lowers it then. */
  readonly lower?: string | undefined;
  /** Only where the data is at hand in another layout than its own. */
  readonly isFollowing?: boolean | undefined;
}

/** Layouts for a call; undefined to leave it to its operands. */
export type ChooseLayouts = (call: Call, at: Cursor) => ChosenLayouts | undefined;

/**
 * The function with its operators in the layouts chosen for them, and what follows them in the same layout as far as it
 * can; changes of layout stand where layouts meet.
 */
export function inChosenLayouts(
  module: IRModule,
  name: string,
  func: Func,
  choose: ChooseLayouts,
): Func {
  const forms = new Forms<Layout>({ to: toLayout, back: fromLayout, key: layoutKey });
  const after = rewriteFunction(module, name, func, {
    enter: (kind) => void (kind === "dataflow" && forms.clear()),
    bound: (b) => forms.bound(b),
    value(value, at, { var: { name: hint } }) {
      if (!at.dataflow) return value;
      if (value.kind === "relax.TupleGetItem") return forms.item(value, at, hint) ?? value;
      return value.kind === "relax.Call"
        ? (converted(value, forms, choose, at, hint) ?? value)
        : value;
    },
  });
  return forms.used ? swept(module, name, after) : func;
}

function converted(
  call: Call,
  forms: Forms<Layout>,
  choose: ChooseLayouts,
  at: Cursor,
  hint: string,
): Expr | undefined {
  const name = opName(call) ?? "";
  const site = siteOf(forms, at);
  const chosen = choose(call, at);
  const isLeft = chosen?.isFollowing === true && site.layoutOf(call.args[0]!) === undefined;
  const found =
    (chosen && !isLeft ? inLayouts(call, chosen, site) : undefined) ??
    layoutRules.get(name)?.(call, site);
  if (found === undefined) return undefined;
  const { call: after, result } = found;
  const info = at.infer.infoOf(at.normalized(after));
  if (isErrorInfo(info)) return undefined;
  if (info.kind !== "relax.TupleInfo") {
    if (result !== undefined && !isIdentity(result)) return forms.result(after, result, at, hint);
    forms.used = true;
    return after;
  }
  const rank = result && result.length;
  const each = info.fields.map((f) =>
    f.kind === "relax.TensorInfo" && f.ndim === rank ? result : undefined,
  );
  return forms.tupleResult(after, each, at, hint);
}

function siteOf(forms: Forms<Layout>, at: Cursor): LayoutSite {
  const rank = (x: Expr): number | undefined => {
    const info = at.infer.infoOf(x);
    if (info.kind === "relax.PrimInfo") return 0;
    return info.kind === "relax.TensorInfo" && info.ndim >= 0 ? info.ndim : undefined;
  };
  return {
    rank,
    layoutOf: (x) => forms.formOf(x),
    as: (x, layout) => (isIdentity(layout) ? x : forms.as(x, layout, at)),
    emit: (x) => at.emit(x),
    fits(x, layout) {
      if (isPlain(layout)) return rank(x) === layout.length;
      const dims = dimsOf(at.infer.infoOf(x));
      return (
        dims?.length === rankOf(layout) &&
        dims.every((d, axis) => {
          const rest = binary("floormod", d, intImm(blockOf(layout, axis), int64));
          return at.analyzer.equal(rest, intImm(0, int64)) === true;
        })
      );
    },
  };
}

/** The call of an operator that is asked for in its layouts. */
function inLayouts(
  call: Call,
  { layouts, lower }: ChosenLayouts,
  site: LayoutSite,
): InLayout | undefined {
  const keys = layoutAttrs(call.op.kind === "relax.Op" ? call.op.name : "");
  if (keys === undefined) return undefined;
  const own = keys.map((key) => call.attrs.get(key) ?? null);
  const [data, ...rest] = own;
  if (typeof data !== "string") return undefined;
  const result = own[keys.indexOf("out_layout")];
  const isNone = result === null || result === undefined || result === "";
  const present = keys.map((key, i) => (key === "out_layout" && isNone ? data : own[i]!));
  const target = targetOf(keys, layouts);
  if (present.every((p, i) => p === target[i]) || rest.some((r) => r !== null && typeof r !== "string")) return undefined; // prettier-ignore
  const changes = present.map((p, i) => (typeof p === "string" ? fromLetters(target[i]!, p) : undefined)); // prettier-ignore
  if (!changes.every((c) => c !== undefined)) return undefined;
  const operands = keys.includes("kernel_layout") ? 2 : 1;
  const fits = call.args.slice(0, operands).every((x, i) => site.fits(x, changes[i]!));
  const out = keys.indexOf("out_layout") < 0 ? changes[0]! : changes[keys.indexOf("out_layout")]!;
  if (!fits || !site.fits(call, out)) return undefined;
  const args = call.args.map((x, i) => (i < operands ? site.as(x, changes[i]!) : x));
  const attrs = new Map(call.attrs);
  keys.forEach((key, i) => attrs.set(key, target[i]!));
  if (lower !== undefined) attrs.set(LOWER_BY, lower);
  return { call: { ...call, args, attrs }, result: out };
}

/** Attributes with layouts: of the data, of the weights, of the result. */
export function layoutAttrs(op: string): readonly string[] | undefined {
  const names = new Set(lookupOp(op)?.params.map((p) => p.name));
  const data = ["data_layout", "layout"].find((name) => names.has(name));
  if (data === undefined) return undefined;
  return [data, ...["kernel_layout", "out_layout"].filter((name) => names.has(name))];
}

/** One layout for each attribute: the result has that of the data where none is given for it. */
const targetOf = (keys: readonly string[], layouts: readonly string[]): readonly string[] =>
  keys.map((_, i) => layouts[i] ?? layouts[0]!);
