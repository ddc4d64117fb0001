import { visit } from "../../../ir/core/visit.js";
import type { Call, Func } from "../../../ir/relax/expr.js";
import { dimsOf } from "../../../ir/relax/struct-info.js";
import { float32 } from "../../../support/dtype.js";
import { option } from "../../../support/option.js";
import { definePass } from "../../pass.js";
import { intIn, opName } from "../algebra/rewrite-calls.js";
import { isExternal, mapFunctions, type Cursor } from "../rewrite/index.js";
import { inChosenLayouts } from "./choose-layouts.js";

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
  },
  run: (module, { tile }) =>
    mapFunctions(module, (func, name) =>
      isExternal(func)
        ? func
        : inChosenLayouts(module, name, func, (call, at) => {
            const layouts = chosen(call, at, tile);
            return layouts && { layouts };
          }),
    ),
});

/** Layouts of data, weights and result. */
function chosen(call: Call, at: Cursor, tile: number): readonly string[] | undefined {
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
  if (groups === 1)
    return tile > 1 && made % tile === 0 ? ["NHWC", `OHWI${tile}o`, "NHWC"] : undefined;
  const isDepthwise = groups === given && each === 1 && made === given && made % 4 === 0;
  return isDepthwise ? ["NHWC", "HWIO", "NHWC"] : undefined;
}
