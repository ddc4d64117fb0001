/** The core of attention, softmax(Q·Kᵀ·scale)·V: four heads of 64, one artefact for all lengths. */
import { buildNet } from "../scripts/nets/net.js";
import type { BenchRow } from "./measure.js";
import { chosenTwins, type BenchOptions } from "./options.js";
import { compareAll } from "./twins/compare.js";
import type { Twin } from "./twins/twin.js";

const HEADS = 4;
const SIZE = 64;
const LENGTHS = [17, 100, 128, 512];

function attentionTwin(): Twin {
  const shape = [1, HEADS, "seq", SIZE];
  const net = buildNet({
    name: "attention",
    purpose: "Attention core.",
    tryShape: "seq=17",
    input: { name: "q", shape, dtype: "float32" },
  });
  const [k, v] = [net.weight("k", shape), net.weight("v", shape)];
  const scores = net.layer("matmul", ["q", net.layer("permute", [k], { axes: [0, 1, 3, 2] })]);
  const scaled = net.layer("multiply", [scores], { by: 1 / Math.sqrt(SIZE) });
  const output = net.layer("matmul", [net.layer("softmax", [scaled], { axis: -1 }), v]);
  const points = LENGTHS.map((seq) => ({ name: `${HEADS}x${seq}x${SIZE}`, sizes: { seq } }));
  return { net: net.finish(output), constants: "none", points };
}

export async function run(options: BenchOptions): Promise<BenchRow[]> {
  const { target = "llvm" } = options;
  return compareAll(chosenTwins([attentionTwin()], options), { bench: "attention", target });
}
