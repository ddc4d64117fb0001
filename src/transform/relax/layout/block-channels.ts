import type { Call } from "../../../ir/relax/expr.js";
import { dimsOf, type StructInfo } from "../../../ir/relax/struct-info.js";
import { float32, int32, int8, uint8, type DType } from "../../../support/dtype.js";
import { option } from "../../../support/option.js";
import { definePass } from "../../pass.js";
import { intIn, intsIn, opName } from "../algebra/rewrite-calls.js";
import { isSettled, mapFunctions, type Cursor } from "../rewrite/index.js";
import { blockSize, LIBRARY_LANES } from "./block-size.js";
import { inChosenLayouts, type ChosenLayouts } from "./choose-layouts.js";

/**
 * Precondition: none. Result: in dataflow blocks, 2-D convolutions over float32, or bytes into int32, whose numbers of channels are known work
 * on images that keep as many channels together as a vector has elements, and what follows them does so too as far as it
 * can. Sound as `convert-layout` is.
 */
export const blockChannels = definePass({
  name: "block-channels",
  dialect: "relax",
  summary: "Keeps the channels of images in blocks of a vector's length for convolutions.",
  options: {
    lanes: option.int({ default: 16, help: "Channels that are kept together." }),
    winograd: option.bool({
      default: true,
      help: "Compute 3 × 3 convolutions of known weights by Winograd's filtering.",
    }),
  },
  run: (module, options) =>
    mapFunctions(module, (func, name) =>
      isSettled(func)
        ? func
        : inChosenLayouts(module, name, func, (call, at) => chosen(call, at, options)),
    ),
});

/** Depthwise convolutions with more taps would not keep their weights in registers. */
const MOST_TAPS = 25;

/** Planes that a tile reads from the first cache. */
const FEW_CHANNELS = 64;

/** Bytes by signed bytes into int32. */
function isOfBytes(types: readonly (DType | undefined)[], result: StructInfo): boolean {
  const [data, weights] = types;
  const isInto = result.kind === "relax.TensorInfo" && result.dtype === int32;
  return isInto && (data === uint8 || data === int8) && weights === int8;
}

/** Layouts of data, weights and result. */
function chosen(
  call: Call,
  at: Cursor,
  { lanes, winograd }: { readonly lanes: number; readonly winograd: boolean },
): ChosenLayouts | undefined {
  if (opName(call) !== "nn.conv2d") return undefined;
  const [data, kernel, out] = ["data_layout", "kernel_layout", "out_layout"].map((a) => call.attrs.get(a)); // prettier-ignore
  const isPlain = data === "NCHW" && kernel === "OIHW" && (out ?? data) === data;
  const groups = intIn(call.attrs.get("groups")) ?? 1;
  const infos = call.args.map((x) => at.infer.infoOf(x));
  const types = infos.map((i) => (i.kind === "relax.TensorInfo" ? i.dtype : undefined));
  const channels = [dimsOf(infos[0]!)?.[1], ...(dimsOf(infos[1]!)?.slice(0, 2) ?? [])];
  if (!isPlain || !channels.every((d) => d?.kind === "tir.IntImm")) return undefined;
  const [given, made, each] = channels.map((d) => Number(d.value)) as [number, number, number];
  const [from, into] = [given, made].map((n) => blockSize(n, lanes)) as [number, number];
  if (into < 2) return undefined;
  const blocked = `NCHW${into}c`;
  const isBytes = into === LIBRARY_LANES && isOfBytes(types, at.infer.infoOf(call));
  if (isBytes && groups === 1)
    return { layouts: [from === into ? blocked : "NCHW", "OIHW", blocked] };
  if (!isBytes && !types.every((t) => t === float32)) return undefined;
  if (groups === 1) {
    // Few planes are read as they are faster than their layout is changed.
    const isFollowing = given <= FEW_CHANNELS && isPointwise(call, at);
    if (from === 0) return { layouts: ["NCHW", `OIHW${into}o`, blocked], isFollowing };
    const layouts = [`NCHW${from}c`, `OIHW${from}i${into}o`, blocked];
    const isWhole = from === LIBRARY_LANES && into === LIBRARY_LANES;
    const isKnown = winograd && isWhole && call.args[1]!.kind === "relax.Const";
    const lower = isKnown && isSmallFilter(call, at) ? "conv2d_winograd*" : undefined;
    return { layouts, lower, isFollowing };
  }
  const taps = dimsOf(infos[1]!)!.slice(2).reduce((n, d) => n * (d.kind === "tir.IntImm" ? Number(d.value) : Infinity), 1); // prettier-ignore
  // Floats have a kernel for planes, which is better than to change the layout.
  const isFollowing = !isBytes;
  const isDepthwise = groups === given && each === 1 && made === given && taps <= MOST_TAPS;
  return isDepthwise ? { layouts: [blocked, `OIHW${into}o`, blocked], isFollowing } : undefined;
}

/** 3 × 3 taps in steps of one. */
export const isSmallFilter = (call: Call, at: Cursor): boolean =>
  hasTaps(call, at, 3) && is(call, "strides", 1) && is(call, "dilation", 1);

/** One tap in steps of one, without a border. */
const isPointwise = (call: Call, at: Cursor): boolean =>
  hasTaps(call, at, 1) && is(call, "strides", 1) && is(call, "padding", 0);

/** Whether the lines and columns of the weights are this many. */
const hasTaps = (call: Call, at: Cursor, n: number): boolean =>
  dimsOf(at.infer.infoOf(call.args[1]!))
    ?.slice(2)
    .every((d) => d.kind === "tir.IntImm" && Number(d.value) === n) === true;

function is(call: Call, attr: string, n: number): boolean {
  const value = intsIn(call.attrs.get(attr)) ?? [];
  return value.length > 0 && value.every((v) => v === n);
}
