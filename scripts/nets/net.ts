/**
 * A network as a list of layers: the one definition from which its `.relax` text and its ONNX twin are made.
 * Values are named; weights are parameters after the inputs.
 */

/** Attributes as both writers take them. */
export type LayerAttrs = Readonly<Record<string, number | boolean | string | readonly number[]>>;

export interface Layer {
  readonly op: LayerOp;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attrs: LayerAttrs;
}

/** Layers the networks are made of; semantics of `R.<op>` in the text. */
export type LayerOp =
  | "conv2d"
  | "conv2d_int"
  | "conv2d_bytes"
  | "batch_norm"
  | "relu"
  | "tanh"
  | "clip"
  | "max_pool2d"
  | "avg_pool2d"
  | "global_mean"
  | "sum"
  | "add"
  | "product"
  | "multiply"
  | "divide"
  | "concat"
  | "dense"
  | "matmul"
  | "matmul_int"
  | "permute"
  | "split_heads"
  | "merge_heads"
  | "softmax"
  | "layer_norm"
  | "gelu"
  | "quantize"
  | "dequantize"
  | "rescale";

export interface Tensor {
  readonly name: string;
  readonly shape: readonly (number | string)[];
  readonly dtype: string;
}

export interface Net {
  readonly name: string;
  /** First line of the sample. */
  readonly purpose: string;
  /** Sizes of a first run, as `--shape` takes them. */
  readonly tryShape: string;
  readonly input: Tensor;
  readonly weights: readonly Tensor[];
  readonly layers: readonly Layer[];
  readonly output: string;
  /** Of the output; float32 when left out. */
  readonly dtype?: string;
  /** Uniform ranges of random weights by the end of their names. */
  readonly random: Readonly<Record<string, readonly [number, number]>>;
}

export interface NetBuilder {
  /** A weight; gives its name. */
  weight(name: string, shape: Tensor["shape"], dtype?: string): string;
  /** A layer; gives the name of its value. */
  layer(op: LayerOp, inputs: readonly string[], attrs?: LayerAttrs, name?: string): string;
  finish(output: string): Net;
}

/** Collects a network. */
export function buildNet(
  head: Pick<Net, "name" | "purpose" | "tryShape" | "input"> &
    Partial<Pick<Net, "random" | "dtype">>,
): NetBuilder {
  const weights: Tensor[] = [];
  const layers: Layer[] = [];
  const taken = new Map<string, number>();
  return {
    weight(name, shape, dtype = "float32") {
      weights.push({ name, shape, dtype });
      return name;
    },
    layer(op, inputs, attrs = {}, name = op) {
      const count = taken.get(name) ?? 0;
      taken.set(name, count + 1);
      const output = `${name}_${count}`;
      layers.push({ op, inputs, output, attrs });
      return output;
    },
    finish: (output) => ({ random: {}, ...head, weights, layers, output }),
  };
}
