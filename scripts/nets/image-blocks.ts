/** Blocks that the image networks share. */
import type { NetBuilder } from "./net.js";

export interface ConvOptions {
  readonly kernel: number;
  readonly stride?: number;
  readonly groups?: number;
}

/** Padding that keeps the size at stride 1. */
const windowAttrs = ({ kernel, stride = 1, groups = 1 }: ConvOptions) => {
  const p = kernel >> 1;
  return {
    strides: [stride, stride],
    padding: [p, p, p, p],
    ...(groups === 1 ? {} : { groups }),
  };
};

/** Convolution without bias, then batch normalisation. */
export function convNorm(
  net: NetBuilder,
  name: string,
  x: string,
  [ci, co]: readonly [number, number],
  options: ConvOptions,
): string {
  const { kernel, groups = 1 } = options;
  const w = net.weight(`${name}_w`, [co, ci / groups, kernel, kernel]);
  const y = net.layer("conv2d", [x, w], windowAttrs(options), name);
  const stats = ["gamma", "beta", "mean", "var"].map((s) => net.weight(`${name}_${s}`, [co]));
  return net.layer("batch_norm", [y, ...stats], { axis: 1, epsilon: 1e-5 }, `${name}_norm`);
}

/** Convolution with bias and rectifier. */
export function convRelu(
  net: NetBuilder,
  name: string,
  x: string,
  [ci, co]: readonly [number, number],
  options: ConvOptions,
): string {
  const w = net.weight(`${name}_w`, [co, ci, options.kernel, options.kernel]);
  const b = net.weight(`${name}_b`, [co]);
  const y = net.layer("conv2d", [x, w, b], { ...windowAttrs(options), channels: co }, name);
  return net.layer("relu", [y], {}, `${name}_relu`);
}

/** Convolution of int8 values and weights, bias added, sums in int32. */
export function convInt(
  net: NetBuilder,
  name: string,
  x: string,
  [ci, co]: readonly [number, number],
  options: ConvOptions,
): string {
  const w = net.weight(`${name}_w`, [co, ci, options.kernel, options.kernel], "int8");
  const b = net.weight(`${name}_b`, [co], "int32");
  return net.layer("conv2d_int", [x, w, b], { ...windowAttrs(options), channels: co }, name);
}

/** Mean over the image, then a dense layer. */
export function classifier(net: NetBuilder, x: string, ci: number, classes: number): string {
  const mean = net.layer("global_mean", [x]);
  const w = net.weight("dense_w", [classes, ci]);
  const b = net.weight("dense_b", [classes]);
  return net.layer("dense", [mean, w, b]);
}

/** Ranges for the statistics of {@link convNorm}. */
export const NORM_RANGES = { _gamma: [0.5, 1.5], _var: [0.5, 1.5] } as const;
