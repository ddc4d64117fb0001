/** Networks of one operator or one chain, named and shaped as in the peers' own benches. */
import { buildNet, type LayerAttrs, type LayerOp, type Net } from "../../scripts/nets/net.js";
import type { Twin } from "./twin.js";

type Dim = number | string;

function netOf(
  name: string,
  input: readonly [name: string, shape: readonly Dim[], dtype?: string],
  body: (net: ReturnType<typeof buildNet>, x: string) => string,
  dtype = "float32",
): Net {
  const [x, shape, element = "float32"] = input;
  const head = { name, purpose: name, tryShape: "", dtype };
  const net = buildNet({ ...head, input: { name: x, shape, dtype: element } });
  return net.finish(body(net, x));
}

/** A (m, k) times B (k, n); `m` may be a symbol. */
export function matmulNet(m: Dim, k: number, n: number, isInt8 = false): Net {
  const [a, b, op] = isInt8
    ? (["uint8", "int8", "matmul_int"] as const)
    : (["float32", "float32", "matmul"] as const);
  return netOf(
    `matmul-${m}x${k}x${n}`,
    ["A", [m, k], a],
    (net, x) => net.layer(op, [x, net.weight("B", [k, n], b)]),
    isInt8 ? "int32" : "float32",
  );
}

/** A convolution of a square image with bias and rectifier. */
export interface ConvShape {
  readonly ci: number;
  readonly size: number;
  readonly co: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly groups?: number;
}

const outSize = ({ size, kernel, stride = 1 }: ConvShape): number =>
  Math.floor((size + 2 * (kernel >> 1) - kernel) / stride) + 1;

export function convNet(name: string, shape: ConvShape): Net {
  const { ci, size, co, kernel, stride = 1, groups = 1 } = shape;
  const p = kernel >> 1;
  return netOf(name, ["X", [1, ci, size, size]], (net, x) => {
    const w = net.weight("W", [co, ci / groups, kernel, kernel]);
    const attrs = { strides: [stride, stride], padding: [p, p, p, p], groups, channels: co };
    return net.layer("relu", [net.layer("conv2d", [x, w, net.weight("b", [co])], attrs)]);
  });
}

export const convOperations = (shape: ConvShape): number =>
  2 * shape.co * outSize(shape) ** 2 * (shape.ci / (shape.groups ?? 1)) * shape.kernel ** 2;

/** The layers of the networks that are timed alone. */
export const CONVOLUTIONS: Readonly<Record<string, ConvShape>> = {
  "stem 3x224 7x7s2 64": { ci: 3, size: 224, co: 64, kernel: 7, stride: 2 },
  "64x56 3x3 64": { ci: 64, size: 56, co: 64, kernel: 3 },
  "128x28 3x3 128": { ci: 128, size: 28, co: 128, kernel: 3 },
  "128x28 3x3s2 256": { ci: 128, size: 28, co: 256, kernel: 3, stride: 2 },
  "256x14 3x3 256": { ci: 256, size: 14, co: 256, kernel: 3 },
  "512x7 3x3 512": { ci: 512, size: 7, co: 512, kernel: 3 },
  "dw 96x112 3x3s2": { ci: 96, size: 112, co: 96, kernel: 3, stride: 2, groups: 96 },
  "dw 144x56 3x3": { ci: 144, size: 56, co: 144, kernel: 3, groups: 144 },
  "dw 576x14 3x3": { ci: 576, size: 14, co: 576, kernel: 3, groups: 576 },
  "pw 24x56 144": { ci: 24, size: 56, co: 144, kernel: 1 },
  "pw 576x14 96": { ci: 576, size: 14, co: 96, kernel: 1 },
  "pw 320x7 1280": { ci: 320, size: 7, co: 1280, kernel: 1 },
};

export function convTwin(name: string): Twin {
  const shape = CONVOLUTIONS[name]!;
  const points = [{ name, sizes: {}, work: convOperations(shape) }];
  // Transformed convolutions add in another order, with larger terms.
  return { net: convNet(name, shape), constants: "all", points, tolerance: 1e-4 };
}

/** The layers for which relaxed accuracy has a faster way, taken. */
export const relaxedConvTwins = (): Twin[] =>
  ["64x56 3x3 64", "128x28 3x3 128", "256x14 3x3 256"].map((of): Twin => {
    const twin = convTwin(of);
    const points = twin.points.map((p) => ({ ...p, name: `${of} relaxed` }));
    return { ...twin, points, options: "-accuracy=relaxed" };
  });

/** Those that are also timed over bytes, with sums in int32 scaled to bytes again. */
const IN_BYTES = Object.keys(CONVOLUTIONS).filter((name) => !name.startsWith("stem"));

/** A convolution of unsigned or signed bytes, scaled so that results do not all lie at the ends of the range. */
function byteConvNet(name: string, shape: ConvShape, dtype: "uint8" | "int8"): Net {
  const { ci, size, co, kernel, stride = 1, groups = 1 } = shape;
  const p = kernel >> 1;
  const count = (ci / groups) * kernel ** 2;
  return netOf(
    name,
    ["X", [1, ci, size, size], dtype],
    (net, x) => {
      const w = net.weight("W", [co, ci / groups, kernel, kernel], "int8");
      const attrs = { strides: [stride, stride], padding: [p, p, p, p], groups, channels: co };
      const scale = Math.fround(0.003 / Math.sqrt(count));
      const zero = dtype === "uint8" ? 128 : 0;
      const inputs = [x, w, net.weight("b", [co], "int32")];
      return net.layer("conv2d_bytes", inputs, { ...attrs, scale, zero, dtype });
    },
    dtype,
  );
}

/** The layers over bytes. */
export const byteConvTwins = (): Twin[] =>
  (["uint8", "int8"] as const).flatMap((dtype) =>
    IN_BYTES.filter((_, i) => dtype === "uint8" || i % 5 === 0).map((of): Twin => {
      const name = `${of} ${dtype}`;
      const net = byteConvNet(name, CONVOLUTIONS[of]!, dtype);
      return { net, constants: "all", points: [{ name, sizes: {} }], tolerance: 0 };
    }),
  );

/** Layers that do little more than move memory. */
export const MEMORY_BOUND = [
  "relu",
  "add",
  "gelu",
  "tanh",
  "softmax",
  "layernorm",
  "reduce_sum",
  "transpose",
  "mul_add_relu",
] as const;
export type MemoryBound = (typeof MEMORY_BOUND)[number];

export function memoryTwin(
  kind: MemoryBound,
  level: string,
  shape: readonly [number, number],
): Twin {
  const [rows, columns] = shape;
  const name = `${kind} ${level} ${rows}x${columns}`;
  const plain: Partial<Record<MemoryBound, readonly [LayerOp, LayerAttrs]>> = {
    relu: ["relu", {}],
    gelu: ["gelu", {}],
    tanh: ["tanh", {}],
    softmax: ["softmax", { axis: -1 }],
    reduce_sum: ["sum", { axis: [-1], keepdims: true }],
    transpose: ["permute", { axes: [1, 0] }],
  };
  const net = netOf(name, ["X", shape], (n, x) => {
    if (kind === "layernorm") {
      const vectors = [n.weight("gamma", [columns]), n.weight("beta", [columns])];
      return n.layer("layer_norm", [x, ...vectors], { axes: [-1], epsilon: 1e-5 });
    }
    if (kind === "add") return n.layer("add", [x, n.weight("Y", shape)]);
    if (kind === "mul_add_relu")
      return n.layer("relu", [n.layer("add", [n.layer("product", [x, n.weight("Y", shape)]), x])]);
    const [op, attrs] = plain[kind]!;
    return n.layer(op, [x], attrs);
  });
  const constants = kind === "layernorm" ? "all" : "none";
  return { net, constants, points: [{ name, sizes: {} }] };
}
