/** Transformer encoder on embeddings (Vaswani et al. 2017, arXiv 1706.03762), normalised after each part. */
import { buildNet, type Net } from "./net.js";

const SIZE = 256;
const HEADS = 4;
const INNER = 1024;
const LAYERS = 4;

export function encoder(): Net {
  const net = buildNet({
    name: "encoder",
    purpose: "Transformer encoder, four layers of four heads, for any batch and sequence length.",
    tryShape: "batch=1,seq=8",
    input: { name: "tokens", shape: ["batch", "seq", SIZE], dtype: "float32" },
    random: { _gamma: [0.5, 1.5] },
  });
  const dense = (name: string, x: string, ci: number, co: number): string =>
    net.layer(
      "dense",
      [x, net.weight(`${name}_w`, [co, ci]), net.weight(`${name}_b`, [co])],
      {},
      name,
    );
  const norm = (name: string, x: string): string =>
    net.layer(
      "layer_norm",
      [x, net.weight(`${name}_gamma`, [SIZE]), net.weight(`${name}_beta`, [SIZE])],
      { axes: [-1], epsilon: 1e-5 },
      name,
    );
  const split = (x: string, axes: readonly number[]): string =>
    net.layer("permute", [net.layer("split_heads", [x], { heads: HEADS, size: SIZE / HEADS })], {
      axes,
    });
  let x = "tokens";
  for (let i = 0; i < LAYERS; i++) {
    const at = `layer${i}`;
    const q = split(dense(`${at}_q`, x, SIZE, SIZE), [0, 2, 1, 3]);
    const k = split(dense(`${at}_k`, x, SIZE, SIZE), [0, 2, 3, 1]);
    const v = split(dense(`${at}_v`, x, SIZE, SIZE), [0, 2, 1, 3]);
    const scores = net.layer("multiply", [net.layer("matmul", [q, k])], {
      by: 1 / Math.sqrt(SIZE / HEADS),
    });
    const mixed = net.layer("matmul", [net.layer("softmax", [scores], { axis: -1 }), v]);
    const joined = net.layer(
      "merge_heads",
      [net.layer("permute", [mixed], { axes: [0, 2, 1, 3] })],
      {
        size: SIZE,
      },
    );
    x = norm(`${at}_norm1`, net.layer("add", [x, dense(`${at}_out`, joined, SIZE, SIZE)]));
    const inner = net.layer("gelu", [dense(`${at}_up`, x, SIZE, INNER)]);
    x = norm(`${at}_norm2`, net.layer("add", [x, dense(`${at}_down`, inner, INNER, SIZE)]));
  }
  return net.finish(x);
}
