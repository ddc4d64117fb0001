import { visit } from "../../../ir/core/visit.js";
import type { Call, Func } from "../../../ir/relax/expr.js";
import { dimsOf } from "../../../ir/relax/struct-info.js";
import { float32 } from "../../../support/dtype.js";
import { option } from "../../../support/option.js";
import { definePass } from "../../pass.js";
import { intIn, opName } from "../algebra/rewrite-calls.js";
import { isSettled, mapFunctions, type Cursor } from "../rewrite/index.js";
import { isSmallFilter } from "./block-channels.js";
import { inChosenLayouts, type ChosenLayouts } from "./choose-layouts.js";

/**
 * Precondition: none. Result: in dataflow blocks, 2-D convolutions over float32 whose numbers of channels are known work
 * on images whose channels come last, with weights packed for tiles of that many channels, and what follows them does
 * so too as far as it can. Sound as `convert-layout` is.
 */
export const channelsLast = definePass({
  name: "channels-last",
  dialect: "relax",
  summary: "Puts the channels of images last for convolutions, and packs the weights.",
  options: {
    tile: option.int({ default: 8, help: "Channels that are computed together." }),
    winograd: option.bool({
      default: true,
      help: "Compute 3 × 3 convolutions of known weights by Winograd's filtering.",
    }),
  },
  run: (module, options) =>
    mapFunctions(module, (func, name) => {
      if (isSettled(func) || !mixesChannels(func)) return func;
      return inChosenLayouts(module, name, func, (call, at) => chosen(call, at, options));
    }),
});

/** Whether some convolution sums over channels. Depthwise ones alone are not worth changing the layout of images. */
function mixesChannels(func: Func): boolean {
  let found = false;
  visit(func, {
    enter(n) {
      if (n.kind === "relax.Call" && opName(n) === "nn.conv2d")
        found ||= (intIn(n.attrs.get("groups")) ?? 1) === 1;
      return found || n.kind === "relax.Var" ? false : undefined;
    },
  });
  return found;
}

/** The tile that the library's lowering by minimal filtering is written for, and the fewest channels that pay for it. */
const WINOGRAD_TILE = 8;
const WINOGRAD_CHANNELS = 16;

function chosen(
  call: Call,
  at: Cursor,
  { tile, winograd }: { readonly tile: number; readonly winograd: boolean },
): ChosenLayouts | undefined {
  if (opName(call) !== "nn.conv2d") return undefined;
  const [data, kernel, out] = ["data_layout", "kernel_layout", "out_layout"].map((a) =>
    call.attrs.get(a),
  );
  if (data !== "NCHW" || kernel !== "OIHW" || (out ?? data) !== data) return undefined;
  const groups = intIn(call.attrs.get("groups")) ?? 1;
  const infos = call.args.map((x) => at.infer.infoOf(x));
  if (!infos.every((i) => i.kind === "relax.TensorInfo" && i.dtype === float32)) return undefined;
  const channels = [dimsOf(infos[0]!)?.[1], ...(dimsOf(infos[1]!)?.slice(0, 2) ?? [])];
  if (!channels.every((d) => d?.kind === "tir.IntImm")) return undefined;
  const [given, made, each] = channels.map((d) => Number(d.value)) as [number, number, number];
  if (groups === 1) {
    if (tile < 2 || made % tile !== 0) return undefined;
    const isFiltered =
      winograd &&
      tile === WINOGRAD_TILE &&
      given % 4 === 0 &&
      given >= WINOGRAD_CHANNELS &&
      call.args[1]!.kind === "relax.Const" &&
      isSmallFilter(call, at);
    return {
      layouts: ["NHWC", `OHWI${tile}o`, "NHWC"],
      lower: isFiltered ? "conv2d_last_winograd*" : undefined,
    };
  }
  const isDepthwise = groups === given && each === 1 && made === given && made % 4 === 0;
  return isDepthwise ? { layouts: ["NHWC", "HWIO", "NHWC"] } : undefined;
}
