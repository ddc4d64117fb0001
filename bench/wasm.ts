/**
 * WebAssembly against the peers of the web. ONNX Runtime Web has no calls on tensors that stay in its memory; so there
 * are rows for ours with and without copying.
 */
import type { BenchRow } from "./measure.js";
import { chosenTwins, type BenchOptions } from "./options.js";
import { compareAll } from "./twins/compare.js";
import { fixedNetworks } from "./twins/networks.js";
import { convTwin, matmulNet, memoryTwin } from "./twins/operators.js";
import { peakOfCore } from "./twins/peak.js";
import { webPeers } from "./twins/peer.js";
import type { Twin } from "./twins/twin.js";

const square = (n: number, constants: Twin["constants"]): Twin => {
  const name = `${n}x${n}x${n}${constants === "all" ? ", constant B" : ""}`;
  return { net: matmulNet(n, n, n), constants, points: [{ name, sizes: {}, work: 2 * n ** 3 }] };
};

const twins = (): Twin[] => [
  ...[128, 256, 512, 1024].map((n) => square(n, "none")),
  square(512, "all"),
  {
    net: matmulNet(1, 4096, 4096),
    constants: "all",
    points: [{ name: "1x4096x4096, constant B", sizes: {} }],
  },
  ...[256, 512].map((n): Twin => ({
    net: matmulNet(n, n, n, true),
    constants: "all",
    points: [{ name: `u8s8 ${n}x${n}x${n}, constant B`, sizes: {} }],
  })),
  ...["64x56 3x3 64", "256x14 3x3 256", "dw 144x56 3x3", "pw 576x14 96"].map(convTwin),
  ...(["relu", "gelu", "tanh", "softmax", "layernorm"] as const).map((kind) =>
    memoryTwin(kind, "L2", [64, 1024]),
  ),
  memoryTwin("relu", "DRAM", [16384, 1024]),
  ...fixedNetworks(),
];

export async function run(options: BenchOptions): Promise<BenchRow[]> {
  const others = webPeers();
  if (others.length === 0) console.error("no web peers: `npm run bench:setup` sets them up");
  const peak = peakOfCore();
  const to = { bench: "wasm", target: "wasm", others, isNative: false, peak };
  try {
    return await compareAll(chosenTwins(twins(), options), to);
  } finally {
    peak?.end();
  }
}
