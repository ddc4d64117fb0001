import { primValue, tuple, type Call, type Expr } from "../../../ir/relax/expr.js";
import { dimsOf } from "../../../ir/relax/struct-info.js";
import { intImm } from "../../../ir/tir/expr.js";
import { isErrorInfo } from "../../../op/error-info.js";
import { makeCall } from "../../../op/make-call.js";
import { float32, int64 } from "../../../support/dtype.js";
import { option } from "../../../support/option.js";
import { definePass } from "../../pass.js";
import { intIn, opName, swept } from "../algebra/rewrite-calls.js";
import { Forms, isSettled, mapFunctions, rewriteFunction, type Cursor } from "../rewrite/index.js";
import { blockSize } from "./block-size.js";

/** Channels with zeros behind them. */
interface Padded {
  readonly channels: number;
  readonly to: number;
}
type PaddedForms = Forms<Padded>;

/**
 * Precondition: none. Result: in dataflow blocks, 2-D convolutions over float32 give channels that fill blocks of a vector
 * or of half a vector; those that were added are computed from weights of zero, and no weight but zero is multiplied with
 * them. Sound because values that sums, products and bounds make of zeros are finite, and those channels are cut off
 * elsewhere.
 */
export const padChannels = definePass({
  name: "pad-channels",
  dialect: "relax",
  summary: "Lets convolutions give whole vectors of channels.",
  options: {
    lanes: option.int({ default: 16, help: "Channels of a vector." }),
  },
  run: (module, { lanes }) =>
    mapFunctions(module, (func, name) => {
      if (isSettled(func) || lanes < 2) return func;
      const forms: PaddedForms = new Forms<Padded>({
        key: ({ channels, to }) => `${channels}/${to}`,
        to: (x, form) => padded(x, 1, form),
        back: cut,
      });
      const after = rewriteFunction(module, name, func, {
        enter: (kind) => void (kind === "dataflow" && forms.clear()),
        bound: (b) => forms.bound(b),
        value(value, at, { var: { name: hint } }) {
          if (!at.dataflow || value.kind !== "relax.Call") return value;
          const op = opName(value) ?? "";
          if (op === "nn.conv2d") return convolution(value, forms, at, lanes, hint) ?? value;
          return ELEMENTWISE.test(op) ? (elementwise(value, forms, at, hint) ?? value) : value;
        },
      });
      return forms.used ? swept(module, name, after) : func;
    }),
});

/** Operators that are finite where their operands are. */
const ELEMENTWISE = /^(add|subtract|multiply|maximum|minimum|clip|nn\.relu)$/;

function convolution(
  call: Call,
  forms: PaddedForms,
  at: Cursor,
  lanes: number,
  hint: string,
): Expr | undefined {
  const [x, w] = call.args as [Expr, Expr];
  const [data, kernel, out] = ["data_layout", "kernel_layout", "out_layout"].map((a) => call.attrs.get(a)); // prettier-ignore
  if (data !== "NCHW" || kernel !== "OIHW" || (out ?? data) !== data) return undefined;
  if ((intIn(call.attrs.get("groups")) ?? 1) !== 1) return undefined;
  const infos = [x, w].map((e) => at.infer.infoOf(e));
  const made = channelsOf(w, at, 0);
  if (made === undefined || !infos.every((i) => i.kind === "relax.TensorInfo" && i.dtype === float32)) return undefined; // prettier-ignore
  const given = forms.formOf(x);
  const whole = Math.ceil(made / lanes) * lanes;
  // Few channels are not worth a vector.
  const isWasting = made >= lanes && blockSize(made, lanes) === 0;
  const wanted = isWasting ? { channels: made, to: whole } : undefined;
  if (given === undefined && wanted === undefined) return undefined;
  let weights = w;
  if (given !== undefined) weights = at.emit(padded(weights, 1, given));
  if (wanted !== undefined) weights = at.emit(padded(weights, 0, wanted));
  const args = [given === undefined ? x : forms.as(x, given, at), weights];
  return finished({ ...call, args }, wanted, forms, at, hint);
}

function elementwise(call: Call, forms: PaddedForms, at: Cursor, hint: string): Expr | undefined {
  const form = call.args.map((x) => forms.formOf(x)).find((f) => f !== undefined);
  if (form === undefined) return undefined;
  const args = call.args.map((x) => {
    const info = at.infer.infoOf(x);
    if (info.kind === "relax.PrimInfo" || (info.kind === "relax.TensorInfo" && info.ndim === 0)) return x; // prettier-ignore
    const channels = channelsOf(x, at, 1, 4);
    if (channels === 1) return x;
    return channels === form.channels ? forms.as(x, form, at) : undefined;
  });
  if (!args.every((x) => x !== undefined)) return undefined;
  return finished({ ...call, args }, form, forms, at, hint);
}

function finished(
  call: Call,
  form: Padded | undefined,
  forms: PaddedForms,
  at: Cursor,
  hint: string,
): Expr | undefined {
  if (isErrorInfo(at.infer.infoOf(at.normalized(call)))) return undefined;
  if (form !== undefined) return forms.result(call, form, at, hint);
  forms.used = true;
  return call;
}

/** A length that is known, of a tensor of rank 4. */
function channelsOf(x: Expr, at: Cursor, axis: number, rank = 4): number | undefined {
  const dims = dimsOf(at.infer.infoOf(x));
  const d = dims?.length === rank ? dims[axis] : undefined;
  return d?.kind === "tir.IntImm" ? Number(d.value) : undefined;
}

const padded = (x: Expr, axis: number, { channels, to }: Padded): Call =>
  makeCall("nn.pad", [x], {
    pad_width: [0, 1, 2, 3].flatMap((k) => [0, k === axis ? to - channels : 0]),
  });

function cut(x: Expr, { channels }: Padded): Call {
  const list = (value: number): Expr => tuple([primValue(intImm(value, int64))]);
  return makeCall("strided_slice", [x, list(1), list(0), list(channels)], { assume_inbound: true });
}
