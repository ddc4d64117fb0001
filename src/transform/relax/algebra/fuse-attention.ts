import { shapeExpr, type Call, type Expr } from "../../../ir/relax/expr.js";
import { binary, floatImm, intImm, type PrimExpr } from "../../../ir/tir/expr.js";
import { makeCall } from "../../../op/make-call.js";
import { float64, int64, isFloat } from "../../../support/dtype.js";
import { elementAccess } from "../../../support/numeric/element.js";
import { definePass } from "../../pass.js";
import { axesOf, intIn, opName, rewriteCalls, type RuleSite } from "./rewrite-calls.js";

/**
 * Precondition: none. Result: `softmax(q @ kᵀ * scale + bias) @ v` is one call of `R.nn.attention`, where nothing else
 * uses what is in between. Heads that were brought before the sequence stay where they are; other leading dimensions
 * become one. Equal but for the order of additions.
 */
export const fuseAttention = definePass({
  name: "fuse-attention",
  dialect: "relax",
  summary: "Recognises attention in products of matrices with a softmax between them.",
  options: {},
  run: (module) =>
    rewriteCalls(module, (call, site) =>
      opName(call) === "matmul" ? attention(call, site) : undefined,
    ),
});

/** The parts of `softmax(q @ keys * scale + bias) @ values`; keys are transposed. */
interface Parts {
  readonly q: Expr;
  readonly keys: Expr;
  readonly values: Expr;
  readonly scale: number;
  readonly bias: Expr | undefined;
}

function attention(call: Call, site: RuleSite): Expr | undefined {
  const parts = partsOf(call, site);
  if (parts === undefined) return undefined;
  const [qs, ks, vs] = [parts.q, parts.keys, parts.values].map((e) => site.dims(e));
  const rank = qs?.length;
  const result = site.dims(call);
  if (rank === undefined || rank < 3 || ks?.length !== rank || vs?.length !== rank)
    return undefined;
  const same = (a: PrimExpr, b: PrimExpr): boolean => site.at.infer.equal(a, b) === true;
  const outer = qs!.slice(0, -2);
  const fits = outer.every((d, i) => same(d, ks[i]!) && same(d, vs[i]!));
  if (!fits || result === undefined) return undefined;
  const scores = [...qs!.slice(0, -1), ks.at(-1)!];
  const bias = parts.bias && biasOf(parts.bias, scores, site);
  if (parts.bias !== undefined && bias === undefined) return undefined;
  return headsApart(parts, bias, site) ?? merged(parts, bias, outer, result, site);
}

/** Something added to all scores, with its dimensions in front of which ones were put. */
interface Bias {
  readonly given: Expr;
  readonly dims: readonly PrimExpr[];
}

/** A bias has its own number for each key. */
function biasOf(given: Expr, scores: readonly PrimExpr[], site: RuleSite): Bias | undefined {
  const own = site.dims(given);
  if (own === undefined || own.length > scores.length) return undefined;
  const dims = [...scores.slice(own.length).map(() => intImm(1, int64)), ...own];
  const same = (a: PrimExpr, b: PrimExpr): boolean => site.at.infer.equal(a, b) === true;
  const fits = dims.every((d, i) => same(d, scores[i]!) || (i < dims.length - 1 && isOne(d)));
  return fits ? { given, dims } : undefined;
}

const isOne = (d: PrimExpr): boolean => d.kind === "tir.IntImm" && Number(d.value) === 1;

function partsOf(call: Call, site: RuleSite): Parts | undefined {
  const inner = (e: Expr | undefined, op: string): Call | undefined =>
    site.isOnlyUse(e) ? site.callOf(e, op) : undefined;
  const [shares, values] = call.args;
  const softmax = inner(shares, "nn.softmax");
  const axis = softmax && intIn(softmax.attrs.get("axis"));
  const rank = site.dims(shares)?.length;
  if (softmax === undefined || rank === undefined || (axis !== -1 && axis !== rank - 1)) return undefined; // prettier-ignore
  let [scores] = softmax.args;
  let bias: Expr | undefined;
  const sum = inner(scores, "add");
  if (sum !== undefined) {
    const at = sum.args.findIndex((e) => isScores(e, site));
    if (at < 0) return undefined;
    [scores, bias] = [sum.args[at], sum.args[1 - at]];
  }
  const scaled = scaledBy(scores, site);
  const product = inner(scaled?.of ?? scores, "matmul");
  if (product === undefined || !isPlain(call, site) || !isPlain(product, site)) return undefined;
  const [q, keys] = product.args;
  return { q: q!, keys: keys!, values: values!, scale: scaled?.by ?? 1, bias };
}

/** A product of matrices, or one times a number. */
const isScores = (e: Expr, site: RuleSite): boolean =>
  site.callOf(scaledBy(e, site)?.of ?? e, "matmul") !== undefined;

function scaledBy(
  e: Expr | undefined,
  site: RuleSite,
): { readonly of: Expr; readonly by: number } | undefined {
  if (!site.isOnlyUse(e)) return undefined;
  const product = site.callOf(e, "multiply");
  if (product !== undefined) {
    const [a, b] = product.args as readonly [Expr, Expr];
    const [left, right] = [numberOf(a, site), numberOf(b, site)];
    if (right !== undefined) return { of: a, by: right };
    return left === undefined ? undefined : { of: b, by: left };
  }
  const [of, divisor] = site.callOf(e, "divide")?.args ?? [];
  const by = numberOf(divisor, site);
  return by === undefined || by === 0 ? undefined : { of: of!, by: 1 / by };
}

/** The one element of a constant. */
function numberOf(e: Expr | undefined, site: RuleSite): number | undefined {
  const value = site.valueOf(e);
  if (value?.kind !== "relax.Const") return undefined;
  const { dtype, shape, bytes } = value.data;
  if (!isFloat(dtype) || shape.length > 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Number(elementAccess(dtype).read(view, 0));
}

/** Operands and result are floats of one type. */
function isPlain(product: Call, site: RuleSite): boolean {
  const types = [...product.args, product].map((e) => {
    const info = site.at.infer.infoOf(e);
    return info.kind === "relax.TensorInfo" ? info.dtype : undefined;
  });
  const [first] = types;
  return first !== undefined && isFloat(first) && types.every((t) => t === first);
}

/** A permutation, or several, of what they start from. */
function permutationOf(
  e: Expr,
  site: RuleSite,
): { readonly of: Expr; readonly axes: readonly number[] } {
  const rank = site.dims(e)!.length;
  let axes: readonly number[] = Array.from({ length: rank }, (_, i) => i);
  let of = e;
  for (;;) {
    const call = site.callOf(of, "permute_dims");
    const before = call && axesOf(call, rank);
    if (before === undefined) return { of, axes };
    axes = axes.map((a) => before[a]!);
    [of] = call!.args as readonly [Expr];
  }
}

/** `(batch, sequence, heads, size)` was permuted for the products: attention takes it as it was. */
function headsApart(
  { q, keys, values, scale }: Parts,
  bias: Bias | undefined,
  site: RuleSite,
): Expr | undefined {
  const given = [q, keys, values].map((e) => permutationOf(e, site));
  const wanted = ["0,2,1,3", "0,2,3,1", "0,2,1,3"];
  if (!given.every(({ axes }, i) => axes.join() === wanted[i])) return undefined;
  const operands = given.map(({ of }) => of);
  const made = emitted(operands, bias && [bias.given, bias.dims], scale, site);
  return makeCall("permute_dims", [made], { axes: [0, 2, 1, 3] });
}

/** All leading dimensions are one, each of its entries with one head. */
function merged(
  { q, keys, values, scale }: Parts,
  bias: Bias | undefined,
  outer: readonly PrimExpr[],
  result: readonly PrimExpr[],
  site: RuleSite,
): Expr | undefined {
  const rank = result.length;
  const batch = site.at.infer.simplify(outer.reduce((a, b) => binary("mul", a, b)));
  const leading = bias?.dims.slice(0, -2) ?? [];
  const isWhole = leading.every((d, i) => site.at.infer.equal(d, outer[i]!) === true);
  if (!isWhole && !leading.every(isOne)) return undefined;
  const single = (e: Expr): Expr => {
    const [length, size] = site.dims(e)!.slice(-2) as [PrimExpr, PrimExpr];
    return site.emit("reshape", [e, shapeExpr([batch, length, intImm(1, int64), size])]);
  };
  const swapped = [...Array(rank - 2).keys(), rank - 1, rank - 2];
  const { of, axes } = permutationOf(keys, site);
  const k = axes.join() === swapped.join() ? of : site.emit("permute_dims", [keys], { axes: swapped }); // prettier-ignore
  const shape = bias && [
    isWhole ? batch : intImm(1, int64),
    intImm(1, int64),
    ...bias.dims.slice(-2),
  ];
  const operands = [single(q), single(k), single(values)];
  const made = emitted(operands, shape && [bias.given, shape], scale, site);
  return makeCall("reshape", [made, shapeExpr(result)]);
}

/** The call, with a bias and the shape it is to have. */
function emitted(
  operands: readonly Expr[],
  bias: readonly [Expr, readonly PrimExpr[]] | undefined,
  scale: number,
  site: RuleSite,
): Expr {
  const attrs = { scale: floatImm(scale, float64) };
  if (bias === undefined) return site.emit("nn.attention", operands, attrs);
  const [given, shape] = bias;
  const own = site.dims(given)!;
  const isSame = own.length === shape.length && own.every((d, i) => d === shape[i]);
  const full = isSame ? given : site.emit("reshape", [given, shapeExpr(shape)]);
  return site.emit("nn.attention_bias", [...operands, full], attrs);
}
