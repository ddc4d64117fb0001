import type { Call, Expr } from "../../../ir/relax/expr.js";
import { dimsOf } from "../../../ir/relax/struct-info.js";
import { binary, intImm } from "../../../ir/tir/expr.js";
import { isErrorInfo } from "../../../op/error-info.js";
import { lookupOp } from "../../../op/registry.js";
import { int64 } from "../../../support/dtype.js";
import { option } from "../../../support/option.js";
import { codes } from "../../codes.js";
import { definePass, type PassContext } from "../../pass.js";
import { opName, swept } from "../algebra/rewrite-calls.js";
import { Forms, isExternal, mapFunctions, rewriteFunction, type Cursor } from "../rewrite/index.js";
import {
  blockOf, fromLayout, fromLetters, isIdentity, isPlain, layoutKey, rankOf, toLayout, type Layout,
} from "./layout.js"; // prettier-ignore
import { layoutRules, type InLayout, type LayoutSite } from "./layout-rules.js";

const NAME = "convert-layout";

/** Layouts asked for, by operator: data, weights, result. */
type Desired = ReadonlyMap<string, readonly string[]>;

/**
 * Precondition: none. Result: in dataflow blocks, the operators asked for work in the layouts asked for, and what
 * follows them in the same layout as far as it can; changes of layout stand where layouts meet. An operator stays as it
 * is where its blocks are not proved to divide its lengths. Sound because each rule moves the same elements.
 */
export const convertLayout = definePass({
  name: NAME,
  dialect: "relax",
  summary: "Lets convolutions and what follows them work in another layout.",
  options: {
    desired: option.json({
      default: {},
      help: 'Layouts of data, weights and, where it differs, the result, by operator, e.g. `{"nn.conv2d": ["NHWC", "OHWI"]}`.',
    }),
  },
  run(module, { desired }, ctx) {
    const wanted = readDesired(desired, ctx);
    if (wanted === undefined || wanted.size === 0) return module;
    return mapFunctions(module, (func, name) => {
      if (isExternal(func)) return func;
      const forms = new Forms<Layout>({ to: toLayout, back: fromLayout, key: layoutKey });
      const after = rewriteFunction(module, name, func, {
        enter: (kind) => void (kind === "dataflow" && forms.clear()),
        bound: (b) => forms.bound(b),
        value(value, at, { var: { name: hint } }) {
          if (!at.dataflow) return value;
          if (value.kind === "relax.TupleGetItem") return forms.item(value, at, hint) ?? value;
          return value.kind === "relax.Call" ? (converted(value, forms, wanted, at, hint) ?? value) : value; // prettier-ignore
        },
      });
      return forms.used ? swept(module, name, after) : func;
    });
  },
});

function converted(
  call: Call,
  forms: Forms<Layout>,
  wanted: Desired,
  at: Cursor,
  hint: string,
): Expr | undefined {
  const name = opName(call) ?? "";
  const site = siteOf(forms, at);
  const layouts = wanted.get(name);
  const found = (layouts && inLayouts(call, layouts, site)) ?? layoutRules.get(name)?.(call, site);
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
function inLayouts(call: Call, layouts: readonly string[], site: LayoutSite): InLayout | undefined {
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
  return { call: { ...call, args, attrs }, result: out };
}

/** Attributes with layouts: of the data, of the weights, of the result. */
function layoutAttrs(op: string): readonly string[] | undefined {
  const names = new Set(lookupOp(op)?.params.map((p) => p.name));
  const data = ["data_layout", "layout"].find((name) => names.has(name));
  if (data === undefined) return undefined;
  return [data, ...["kernel_layout", "out_layout"].filter((name) => names.has(name))];
}

/** One layout for each attribute: the result has that of the data where none is given for it. */
const targetOf = (keys: readonly string[], layouts: readonly string[]): readonly string[] =>
  keys.map((_, i) => layouts[i] ?? layouts[0]!);

/** The layouts that an option asks for; a mistake is reported. */
function readDesired(raw: unknown, ctx: PassContext): Desired | undefined {
  const wrong = (where: string, found: unknown, expected: string): undefined => {
    const shown = JSON.stringify(found) ?? "nothing";
    ctx.report(codes.badOption({ pass: NAME, option: where, found: shown, expected }));
    return undefined;
  };
  if (typeof raw !== "object" || raw === null || Array.isArray(raw))
    return wrong("desired", raw, "lists of layouts by operator");
  const wanted = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(raw)) {
    const name = key.replace(/^(relax|R)\./, "");
    const keys = layoutAttrs(name);
    if (keys === undefined)
      return wrong(`desired.${key}`, value, "for an operator with a layout, e.g. `nn.conv2d`");
    const list: unknown = typeof value === "string" ? [value] : value;
    const least = keys.includes("kernel_layout") ? 2 : 1;
    const isList =
      Array.isArray(list) &&
      list.length >= least &&
      list.length <= keys.length &&
      list.every((text, i) => isLayout(text, name, keys[i]!));
    if (!isList) return wrong(`desired.${key}`, value, `layouts for ${keys.join(", ")}, e.g. ${sample(name, keys)}`); // prettier-ignore
    wanted.set(name, list as readonly string[]);
  }
  return wanted;
}

const defaultOf = (op: string, key: string): string => {
  const find = (name: string): unknown => lookupOp(op)?.params.find((p) => p.name === name)?.default; // prettier-ignore
  return String(find(key) ?? find("data_layout") ?? find("layout"));
};

const isLayout = (text: unknown, op: string, key: string): boolean =>
  typeof text === "string" && fromLetters(text, defaultOf(op, key)) !== undefined;

const sample = (op: string, keys: readonly string[]): string =>
  `["${keys
    .filter((key) => key !== "out_layout")
    .map((key) => defaultOf(op, key))
    .join('", "')}"]`;
