/** The `.relax` text of a network. */
import type { Layer, LayerAttrs, LayerOp, Net, Tensor } from "./net.js";

const text = (value: LayerAttrs[string]): string =>
  Array.isArray(value)
    ? `[${value.map(String).join(", ")}]`
    : typeof value === "boolean"
      ? value
        ? "True"
        : "False"
      : typeof value === "string"
        ? JSON.stringify(value)
        : String(value);

const keywords = (attrs: LayerAttrs, ...names: string[]): string =>
  names
    .filter((n) => attrs[n] !== undefined)
    .map((n) => `, ${n}=${text(attrs[n]!)}`)
    .join("");

type Writer = (inputs: readonly string[], attrs: LayerAttrs) => string;
const float = (value: LayerAttrs[string] | undefined): string => `R.const(${value}, "float32")`;
const CONV = ["strides", "padding", "groups", "out_dtype"];
const POOL = ["pool_size", "strides", "padding", "ceil_mode", "count_include_pad"];

const WRITERS: Readonly<Record<LayerOp, Writer>> = {
  conv2d: ([x, w, b], a) => {
    const conv = `R.nn.conv2d(${x}, ${w}${keywords(a, ...CONV)})`;
    return b === undefined ? conv : `R.add(${conv}, R.reshape(${b}, R.shape([1, ${a["channels"]}, 1, 1])))`; // prettier-ignore
  },
  conv2d_int: ([x, w, b], a) =>
    `R.add(R.nn.conv2d(${x}, ${w}${keywords(a, ...CONV)}, out_dtype="int32"), R.reshape(${b}, R.shape([1, ${a["channels"]}, 1, 1])))`,
  conv2d_bytes: ([x, w, b], a) =>
    `R.quantize(R.multiply(R.astype(R.add(R.nn.conv2d(${x}, ${w}${keywords(a, ...CONV)}, out_dtype="int32"), R.reshape(${b}, R.shape([1, ${a["channels"]}, 1, 1]))), dtype="float32"), ${float(a["scale"])}), R.const(1, "float32"), R.const(${a["zero"]}, "${a["dtype"]}"), axis=-1, out_dtype="${a["dtype"]}")`,
  batch_norm: (i, a) =>
    `R.nn.batch_norm(${i.join(", ")}${keywords(a, "axis", "epsilon")}, training=False)[0]`,
  relu: ([x]) => `R.nn.relu(${x})`,
  tanh: ([x]) => `R.tanh(${x})`,
  clip: ([x], a) => `R.clip(${x}, ${a["min"]}, ${a["max"]})`,
  max_pool2d: ([x], a) => `R.nn.max_pool2d(${x}${keywords(a, ...POOL)})`,
  avg_pool2d: ([x], a) => `R.nn.avg_pool2d(${x}${keywords(a, ...POOL)})`,
  sum: ([x], a) => `R.sum(${x}${keywords(a, "axis", "keepdims")})`,
  global_mean: ([x]) => `R.mean(${x}, axis=[2, 3])`,
  add: ([a, b]) => `R.add(${a}, ${b})`,
  product: ([a, b]) => `R.multiply(${a}, ${b})`,
  multiply: ([a], { by }) => `R.multiply(${a}, ${float(by)})`,
  divide: ([a], { by }) => `R.divide(${a}, ${float(by)})`,
  concat: (i, a) => `R.concat((${i.join(", ")})${keywords(a, "axis")})`,
  dense: ([x, w, b]) => `R.add(R.matmul(${x}, R.permute_dims(${w}, axes=[1, 0])), ${b})`,
  matmul: ([a, b]) => `R.matmul(${a}, ${b})`,
  matmul_int: ([a, b]) => `R.matmul(${a}, ${b}, out_dtype="int32")`,
  permute: ([x], a) => `R.permute_dims(${x}${keywords(a, "axes")})`,
  split_heads: ([x], a) => `R.reshape(${x}, R.shape([batch, seq, ${a["heads"]}, ${a["size"]}]))`,
  merge_heads: ([x], a) => `R.reshape(${x}, R.shape([batch, seq, ${a["size"]}]))`,
  softmax: ([x], a) => `R.nn.softmax(${x}${keywords(a, "axis")})`,
  layer_norm: ([x, g, b], a) =>
    `R.nn.layer_norm(${x}, ${g}, ${b}${keywords(a, "axes", "epsilon")})`,
  gelu: ([x]) => `R.nn.gelu(${x})`,
  quantize: ([x], a) =>
    `R.quantize(${x}, ${float(a["scale"])}, R.const(0, "int8"), axis=-1, out_dtype="int8")`,
  dequantize: ([x], a) =>
    `R.dequantize(${x}, ${float(a["scale"])}, R.const(0, "int8"), axis=-1, out_dtype="float32")`,
  rescale: ([x], a) => `R.multiply(R.astype(${x}, dtype="float32"), ${float(a["scale"])})`,
};

const dim = (d: number | string): string => (typeof d === "number" ? String(d) : JSON.stringify(d));
const param = ({ name, shape, dtype }: Tensor): string =>
  `    ${name}: R.Tensor((${shape.map(dim).join(", ")}${shape.length === 1 ? "," : ""}), ${JSON.stringify(dtype)}),`;
const line = (layer: Layer): string =>
  `        ${layer.output} = ${WRITERS[layer.op](layer.inputs, layer.attrs)}`;

/** One function `main`; its symbols are those of the input. */
export function relaxText(net: Net): string {
  const symbols = net.input.shape.filter((d) => typeof d === "string");
  const random = Object.entries(net.random)
    .map(([end, [low, high]]) => `${JSON.stringify(end)}: [${low}, ${high}]`)
    .join(", ");
  return [
    `# ${net.purpose}`,
    `# Run: relaxc run samples/nets/${net.name}.relax --random 1 --shape ${net.tryShape}`,
    "",
    "@R.function",
    "def main(",
    ...[net.input, ...net.weights].map(param),
    "):",
    ...symbols.map((s) => `    ${s} = T.int64()`),
    `    R.func_attr({"num_input": 1${random === "" ? "" : `, "relaxc.random": {${random}}`}})`,
    "    with R.dataflow():",
    ...net.layers.map(line),
    `        R.output(${net.output})`,
    `    return ${net.output}`,
    "",
  ].join("\n");
}
