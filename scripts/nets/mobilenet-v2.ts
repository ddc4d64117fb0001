/** MobileNet-v2 (Sandler et al. 2018, arXiv 1801.04381, table 2). */
import { classifier, convNorm, NORM_RANGES } from "./image-blocks.js";
import { buildNet, type Net } from "./net.js";

/** Expansion, channels, repeats, stride. */
const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

export function mobilenetV2(): Net {
  const net = buildNet({
    name: "mobilenet-v2",
    purpose: "MobileNet-v2 for any batch and image size: depthwise convolutions and residuals.",
    tryShape: "n=1,h=32,w=32",
    input: { name: "image", shape: ["n", 3, "h", "w"], dtype: "float32" },
    random: NORM_RANGES,
  });
  const relu6 = (x: string): string => net.layer("clip", [x], { min: 0, max: 6 });
  let x = relu6(convNorm(net, "stem", "image", [3, 32], { kernel: 3, stride: 2 }));
  let ci = 32;
  let index = 0;
  for (const [expansion, co, repeats, firstStride] of STAGES) {
    for (let i = 0; i < repeats; i++) {
      const at = `block${index++}`;
      const stride = i === 0 ? firstStride : 1;
      const wide = ci * expansion;
      const one = { kernel: 1 };
      const y = expansion === 1 ? x : relu6(convNorm(net, `${at}_expand`, x, [ci, wide], one));
      const depth = { kernel: 3, stride, groups: wide };
      const z = relu6(convNorm(net, `${at}_depth`, y, [wide, wide], depth));
      const out = convNorm(net, `${at}_project`, z, [wide, co], one);
      x = stride === 1 && ci === co ? net.layer("add", [x, out]) : out;
      ci = co;
    }
  }
  const last = relu6(convNorm(net, "last", x, [ci, 1280], { kernel: 1 }));
  return net.finish(classifier(net, last, 1280, 1000));
}
