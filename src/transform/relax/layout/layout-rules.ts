/** How operators compute in another layout of their operands. */
import { ELEMENTWISE } from "../elementwise.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { primValue, tuple, type Call, type Expr } from "../../../ir/relax/expr.js";
import { intImm } from "../../../ir/tir/expr.js";
import { makeCall } from "../../../op/make-call.js";
import { int64 } from "../../../support/dtype.js";
import { intIn, intsIn } from "../algebra/rewrite-calls.js";
import { blockOf, isIdentity, isPlain, lettersOf, placeOf, rankOf, type Layout } from "./layout.js"; // prettier-ignore

/** What a rule may ask and do. */
export interface LayoutSite {
  /** The layout in which an operand is at hand, other than its own. */
  layoutOf(x: Expr): Layout | undefined;
  /** The operand in a layout. */
  as(x: Expr, layout: Layout): Expr;
  /** Number of axes; 0 for a scalar. */
  rank(x: Expr): number | undefined;
  /** Whether a value can be had in a layout: blocks divide its lengths. */
  fits(x: Expr, layout: Layout): boolean;
  /** Binds a value here. */
  emit(x: Expr): Expr;
}

/** The call in another layout, with that of its result, or of the fields of its result that have as many axes. */
export interface InLayout {
  readonly call: Call;
  readonly result: Layout | undefined;
}

/** The call over operands as they are at hand; undefined where it has to work in its own layout. */
export type LayoutRule = (call: Call, site: LayoutSite) => InLayout | undefined;

/** All operands in the layout of the first that has one; those of lower rank are extended. */
const elementwise: LayoutRule = (call, site) => {
  const found = firstLayout(call.args, site);
  if (found === undefined) return undefined;
  const { layout, rank } = found;
  const fits = (x: Expr): boolean => {
    const own = site.rank(x);
    if (own === undefined || own > rank) return false;
    return own === 0 || isPlain(layout) || (own === rank && site.fits(x, layout));
  };
  if (!call.args.every(fits)) return undefined;
  const args = call.args.map((x) => {
    const own = site.rank(x)!;
    if (own === 0) return x;
    return site.as(own === rank ? x : site.emit(extended(x, own, rank)), layout);
  });
  return { call: { ...call, args }, result: layout };
};

const extended = (x: Expr, own: number, rank: number): Call =>
  makeCall("expand_dims", [x], { axis: Array.from({ length: rank - own }, (_, i) => i) });

function firstLayout(
  args: readonly Expr[],
  site: LayoutSite,
): { readonly layout: Layout; readonly rank: number } | undefined {
  for (const x of args) {
    const layout = site.layoutOf(x);
    if (layout !== undefined) return { layout, rank: rankOf(layout) };
  }
  return undefined;
}

/** The first operand in its layout, where no axis is cut; `then` makes the rest. */
const plain =
  (then: (call: Call, layout: Layout, site: LayoutSite) => InLayout | undefined): LayoutRule =>
  (call, site) => {
    const [x] = call.args;
    const layout = x === undefined ? undefined : site.layoutOf(x);
    if (layout === undefined || !isPlain(layout)) return undefined;
    return then(withFirst(call, site.as(x!, layout)), layout, site);
  };

const withFirst = (call: Call, x: Expr): Call => ({ ...call, args: [x, ...call.args.slice(1)] });

const withAttr = (call: Call, name: string, value: AttrValue): Call => ({
  ...call,
  attrs: new Map(call.attrs).set(name, value),
});

const moved = (layout: Layout, axis: number): number =>
  placeOf(layout, axis < 0 ? axis + layout.length : axis);

/** An attribute with one axis; the other operands do not change. */
const alongAxis = (attr: string): LayoutRule =>
  plain((call, layout) => {
    const axis = intIn(call.attrs.get(attr));
    if (axis === undefined) return undefined;
    return { call: withAttr(call, attr, moved(layout, axis)), result: layout };
  });

/** Attributes with an axis or several. */
const alongAxes = (...attrs: readonly string[]): LayoutRule =>
  plain((call, layout) => {
    let after = call;
    for (const attr of attrs) {
      const value = call.attrs.get(attr);
      const axes = intsIn(Array.isArray(value) ? value : [value ?? null]);
      if (axes === undefined) return undefined;
      const places = axes.map((a) => moved(layout, a));
      after = withAttr(after, attr, Array.isArray(value) ? places : places[0]!);
    }
    return { call: after, result: layout };
  });

/** One scale for all elements fits every layout; one for each position of an axis goes along it. */
const quantization: LayoutRule = (call, site) => {
  const [x, ...parameters] = call.args;
  const layout = x === undefined ? undefined : site.layoutOf(x);
  if (layout === undefined || !parameters.every((p) => site.rank(p) === 0))
    return alongAxis("axis")(call, site);
  return { call: withAttr(withFirst(call, site.as(x!, layout)), "axis", -1), result: layout };
};

/** Axes that go away, or stay with length 1; those that are cut stay. */
const reduction: LayoutRule = (call, site) => {
  const [x] = call.args;
  const layout = x === undefined ? undefined : site.layoutOf(x);
  const value = call.attrs.get("axis") ?? null;
  const axes = value === null ? undefined : intsIn(Array.isArray(value) ? value : [value]);
  if (layout === undefined || axes === undefined) return undefined;
  const own = axes.map((a) => (a < 0 ? a + rankOf(layout) : a));
  if (own.some((a) => blockOf(layout, a) > 1)) return undefined;
  const places = own.map((a) => placeOf(layout, a));
  const after = withFirst(
    withAttr(call, "axis", Array.isArray(value) ? places : places[0]!),
    site.as(x!, layout),
  );
  const keeps = call.attrs.get("keepdims");
  if (keeps === true || intIn(keeps) === 1) return { call: after, result: layout };
  return { call: after, result: without(layout, own) };
};

/** The layout without axes; undefined when what is left is in order. */
function without(layout: Layout, axes: readonly number[]): Layout | undefined {
  const left = layout.filter((a) => !axes.includes(a.axis));
  const order = [...new Set(left.map((a) => a.axis))].sort((a, b) => a - b);
  const after = left.map((a) => ({ ...a, axis: order.indexOf(a.axis) }));
  return isIdentity(after) ? undefined : after;
}

const concat: LayoutRule = (call, site) => {
  const [operands] = call.args;
  const axis = intIn(call.attrs.get("axis"));
  if (operands?.kind !== "relax.Tuple" || axis === undefined) return undefined;
  const found = firstLayout(operands.fields, site);
  if (found === undefined) return undefined;
  const { layout, rank } = found;
  if (!operands.fields.every((x) => site.rank(x) === rank && site.fits(x, layout))) return undefined; // prettier-ignore
  const fields = operands.fields.map((x) => site.as(x, layout));
  const after = withAttr(call, "axis", moved(layout, axis));
  return { call: withFirst(after, tuple(fields)), result: layout };
};

const permuteDims: LayoutRule = plain((call, layout) => {
  const given = call.attrs.get("axes") ?? null;
  const rank = layout.length;
  const axes =
    given === null ? Array.from({ length: rank }, (_, i) => rank - 1 - i) : intsIn(given);
  if (axes === undefined) return undefined;
  const after = axes.map((a) => moved(layout, a));
  return { call: withAttr(call, "axes", after), result: undefined };
});

const pad: LayoutRule = plain((call, layout) => {
  const widths = intsIn(call.attrs.get("pad_width"));
  if (widths?.length !== 2 * layout.length) return undefined;
  const after = layout.flatMap(({ axis }) => [widths[2 * axis]!, widths[2 * axis + 1]!]);
  return { call: withAttr(call, "pad_width", after), result: layout };
});

const stridedSlice: LayoutRule = plain((call, layout) => {
  const [x, axes, ...more] = call.args;
  if (axes?.kind !== "relax.Tuple") return undefined;
  const places = axes.fields.map((f) => {
    const value = f.kind === "relax.PrimValue" && f.value.kind === "tir.IntImm" ? f.value.value : undefined; // prettier-ignore
    return value === undefined ? undefined : moved(layout, Number(value));
  });
  if (!places.every((p) => p !== undefined)) return undefined;
  const after = tuple(places.map((p) => primValue(intImm(p, int64))));
  return { call: { ...call, args: [x!, after, ...more] }, result: layout };
});

/** Operators that are told the layout of images in letters, and know layouts with blocks or do not. */
const images =
  (blocks: "blocks" | "plain"): LayoutRule =>
  (call, site) => {
    const [x] = call.args;
    const layout = x === undefined ? undefined : site.layoutOf(x);
    const letters = call.attrs.get("layout");
    const out = call.attrs.get("out_layout") ?? null;
    if (layout === undefined || typeof letters !== "string") return undefined;
    if (blocks === "plain" && !isPlain(layout)) return undefined;
    if (letters.length !== rankOf(layout) || !/^[A-Z]+$/.test(letters)) return undefined;
    if (out !== null && out !== "" && out !== letters) return undefined;
    const text = lettersOf(layout, letters);
    const after = withAttr(withFirst(call, site.as(x!, layout)), "layout", text);
    return { call: out === null ? after : withAttr(after, "out_layout", text), result: layout };
  };

const rules = (names: string, rule: LayoutRule): [string, LayoutRule][] =>
  names.split(" ").map((name) => [name, rule]);

/** Rules by operator; all others work in their own layouts. */
export const layoutRules: ReadonlyMap<string, LayoutRule> = new Map([
  ...[...ELEMENTWISE].map((name): [string, LayoutRule] => [name, elementwise]),
  ...rules("nn.softmax nn.log_softmax nn.prelu cumsum cumprod flip split nn.batch_norm", alongAxis("axis")), // prettier-ignore
  ...rules("quantize dequantize", quantization),
  ...rules("nn.layer_norm nn.rms_norm", alongAxes("axes")),
  ...rules("nn.group_norm nn.instance_norm", alongAxes("channel_axis", "axes")),
  ...rules("sum mean max min prod std variance argmax argmin squeeze", reduction),
  ...rules(
    "nn.max_pool1d nn.max_pool3d nn.avg_pool1d nn.avg_pool2d nn.avg_pool3d nn.adaptive_avg_pool1d nn.adaptive_avg_pool3d image.resize2d image.resize3d",
    images("plain"),
  ),
  ...rules("nn.max_pool2d nn.adaptive_avg_pool2d", images("blocks")),
  ["concat", concat],
  ["permute_dims", permuteDims],
  ["nn.pad", pad],
  ["strided_slice", stridedSlice],
]);
