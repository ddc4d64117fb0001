/** Matrix products: squares with the second operand given or known, a symbolic number of rows, and bytes. */
import type { BenchRow } from "./measure.js";
import { chosenTwins, type BenchOptions } from "./options.js";
import { compareAll } from "./twins/compare.js";
import { matmulNet } from "./twins/operators.js";
import { peakOfCore } from "./twins/peak.js";
import type { Twin } from "./twins/twin.js";

const SIZES = [128, 256, 512, 1024];
const ROWS = [1, 3, 8, 17, 32, 64, 100, 128];
const DEEP = 4096;

export function matmulTwins(): Twin[] {
  const square = (n: number, constants: Twin["constants"], isInt8 = false): Twin => {
    const name = `${isInt8 ? "u8s8 " : ""}${n}x${n}x${n}${constants === "all" ? ", constant B" : ""}`;
    const points = [{ name, sizes: {}, ...(!isInt8 && { work: 2 * n ** 3 }) }];
    return { net: matmulNet(n, n, n, isInt8), constants, points };
  };
  const symbolic = matmulNet("m", DEEP, DEEP);
  return [
    ...SIZES.map((n) => square(n, "none")),
    ...SIZES.map((n) => square(n, "all")),
    {
      net: symbolic,
      constants: "all",
      points: ROWS.map((m) => ({
        name: `m=${m} of mx${DEEP}x${DEEP}, constant B`,
        sizes: { m },
        work: 2 * m * DEEP ** 2,
      })),
    },
    ...SIZES.map((n) => square(n, "none", true)),
    ...SIZES.map((n) => square(n, "all", true)),
  ];
}

export async function run(options: BenchOptions): Promise<BenchRow[]> {
  const { target = "llvm" } = options;
  const peak = peakOfCore();
  try {
    return await compareAll(chosenTwins(matmulTwins(), options), { bench: "matmul", target, peak });
  } finally {
    peak?.end();
  }
}
