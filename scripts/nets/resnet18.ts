/** ResNet-18 (He et al. 2015, arXiv 1512.03385) in float32, and in int8 arithmetic. */
import { classifier, convInt, convNorm, NORM_RANGES } from "./image-blocks.js";
import { buildNet, type Net } from "./net.js";

/** Channels and stride of the basic blocks. */
const BLOCKS = [
  [64, 1],
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
] as const;
const POOL = { pool_size: [3, 3], strides: [2, 2], padding: [1, 1, 1, 1] };
const IMAGE = ["n", 3, "h", "w"] as const;

export function resnet18(): Net {
  const net = buildNet({
    name: "resnet18",
    purpose: "ResNet-18 for any batch and image size.",
    tryShape: "n=1,h=32,w=32",
    input: { name: "image", shape: IMAGE, dtype: "float32" },
    random: NORM_RANGES,
  });
  const stem = convNorm(net, "stem", "image", [3, 64], { kernel: 7, stride: 2 });
  let x = net.layer("max_pool2d", [net.layer("relu", [stem])], POOL);
  let ci = 64;
  BLOCKS.forEach(([co, stride], i) => {
    const at = `block${i}`;
    const sides = [ci, co] as const;
    const first = convNorm(net, `${at}_a`, x, sides, { kernel: 3, stride });
    const second = convNorm(net, `${at}_b`, net.layer("relu", [first]), [co, co], { kernel: 3 });
    const isSame = stride === 1 && ci === co;
    const short = isSame ? x : convNorm(net, `${at}_s`, x, sides, { kernel: 1, stride });
    x = net.layer("relu", [net.layer("add", [second, short])]);
    ci = co;
  });
  return net.finish(classifier(net, x, 512, 1000));
}

/**
 * Values and weights int8 with zero point 0, sums int32, each layer's sum rescaled to int8. The scales are those of
 * random weights in −8…7, so that values use most of their range.
 */
export function resnet18Int8(): Net {
  const net = buildNet({
    name: "resnet18-int8",
    purpose:
      "ResNet-18 in int8 arithmetic for any batch and image size: sums in int32, rescaled between layers.",
    tryShape: "n=1,h=32,w=32",
    input: { name: "image", shape: IMAGE, dtype: "float32" },
  });
  /** Sums of `count` products of weights around ±4.6 with values around ±25 come to about int8's range. */
  const back = (x: string, count: number): string => {
    const real = net.layer("rescale", [x], { scale: 2 ** -Math.round(Math.log2(4.6 * Math.sqrt(count))) / 16 }); // prettier-ignore
    return real;
  };
  const toInt8 = (x: string): string => net.layer("quantize", [x], { scale: 1 / 16 });
  const toReal = (x: string): string => net.layer("dequantize", [x], { scale: 1 / 16 });
  const stem = convInt(net, "stem", toInt8("image"), [3, 64], { kernel: 7, stride: 2 });
  let x = net.layer("max_pool2d", [toInt8(net.layer("relu", [back(stem, 147)]))], POOL);
  let ci = 64;
  BLOCKS.forEach(([co, stride], i) => {
    const at = `block${i}`;
    const first = convInt(net, `${at}_a`, x, [ci, co], { kernel: 3, stride });
    const mid = toInt8(net.layer("relu", [back(first, 9 * ci)]));
    const second = back(convInt(net, `${at}_b`, mid, [co, co], { kernel: 3 }), 9 * co);
    const isSame = stride === 1 && ci === co;
    const short = isSame
      ? toReal(x)
      : back(convInt(net, `${at}_s`, x, [ci, co], { kernel: 1, stride }), ci);
    x = toInt8(net.layer("relu", [net.layer("add", [second, short])]));
    ci = co;
  });
  return net.finish(classifier(net, toReal(x), 512, 1000));
}
