/** Inception-v1, GoogLeNet (Szegedy et al. 2014, arXiv 1409.4842, table 1), without its auxiliary outputs. */
import { classifier, convRelu } from "./image-blocks.js";
import { buildNet, type Net } from "./net.js";

/** 1×1; 3×3 reduce, 3×3; 5×5 reduce, 5×5; pool projection. `pool` stands for the 3×3 pool with stride 2. */
const MODULES = [
  [64, 96, 128, 16, 32, 32],
  [128, 128, 192, 32, 96, 64],
  "pool",
  [192, 96, 208, 16, 48, 64],
  [160, 112, 224, 24, 64, 64],
  [128, 128, 256, 24, 64, 64],
  [112, 144, 288, 32, 64, 64],
  [256, 160, 320, 32, 128, 128],
  "pool",
  [256, 160, 320, 32, 128, 128],
  [384, 192, 384, 48, 128, 128],
] as const;

export function inceptionV1(): Net {
  const net = buildNet({
    name: "inception-v1",
    purpose: "Inception-v1 for any batch and image size: branches joined by concat.",
    tryShape: "n=1,h=32,w=32",
    input: { name: "image", shape: ["n", 3, "h", "w"], dtype: "float32" },
  });
  const pool = (x: string, stride: number): string =>
    net.layer("max_pool2d", [x], {
      pool_size: [3, 3],
      strides: [stride, stride],
      padding: stride === 1 ? [1, 1, 1, 1] : [0, 0, 0, 0],
      ...(stride === 1 ? {} : { ceil_mode: true }),
    });
  let x = pool(convRelu(net, "stem", "image", [3, 64], { kernel: 7, stride: 2 }), 2);
  x = convRelu(net, "reduce", x, [64, 64], { kernel: 1 });
  x = pool(convRelu(net, "wide", x, [64, 192], { kernel: 3 }), 2);
  let ci = 192;
  MODULES.forEach((module, i) => {
    if (module === "pool") {
      x = pool(x, 2);
      return;
    }
    const [one, reduce3, three, reduce5, five, projected] = module;
    const at = `mixed${i}`;
    const a = convRelu(net, `${at}_1`, x, [ci, one], { kernel: 1 });
    const b0 = convRelu(net, `${at}_3r`, x, [ci, reduce3], { kernel: 1 });
    const b = convRelu(net, `${at}_3`, b0, [reduce3, three], { kernel: 3 });
    const c0 = convRelu(net, `${at}_5r`, x, [ci, reduce5], { kernel: 1 });
    const c = convRelu(net, `${at}_5`, c0, [reduce5, five], { kernel: 5 });
    const d = convRelu(net, `${at}_p`, pool(x, 1), [ci, projected], { kernel: 1 });
    x = net.layer("concat", [a, b, c, d], { axis: 1 }, at);
    ci = one + three + five + projected;
  });
  return net.finish(classifier(net, x, ci, 1000));
}
