/** Loop nests written by hand and scheduled by default, against the peak of the processor: `samples/01-matmul-relu`. */
import { readFileSync } from "node:fs";
import { readModule } from "../src/driver/frontend.js";
import { makeInputs } from "../src/driver/inputs.js";
import type { Func } from "../src/ir/relax/expr.js";
import type { NDArray } from "../src/support/ndarray.js";
import { collect, type BenchRow } from "./measure.js";
import { isChosen, type BenchOptions } from "./options.js";
import { buildModule, Unavailable } from "./twins/ours.js";
import { peakOfCore } from "./twins/peak.js";

const SIZES = [128, 256, 512, 1024];
const ROUNDS = 11;
const SECONDS = 0.3;

export async function run(options: BenchOptions): Promise<BenchRow[]> {
  const peak = peakOfCore();
  if (peak === undefined) return [];
  const rows: BenchRow[] = [];
  const text = readFileSync("samples/01-matmul-relu.relax", "utf8");
  const { module } = readModule({ name: "01-matmul-relu.relax", text });
  const main = module.functions.get("main") as Func;
  try {
    for (const target of options.target === undefined ? ["llvm", "c", "wasm"] : [options.target]) {
      const chosen = SIZES.map((n) => ({ n, name: `${n}x${n}x${n} ${target}` })).filter(
        ({ name }) => isChosen(name, options),
      );
      if (chosen.length === 0) continue;
      const program = await buildModule(module, target, false).catch((error: unknown) => {
        if (error instanceof Unavailable) return console.error(error.message);
        throw error;
      });
      if (program === undefined) continue;
      for (const { n, name } of chosen) {
        const sizes = { m: n, n, k: n };
        const point = { name, sizes, work: 2 * n ** 3 };
        const inputs = tensors(main, sizes);
        const prepared = program.prepare(inputs);
        check([...inputs.values()], prepared.output().data as Float32Array, n);
        collect();
        // The processor does not always run as fast: the peak is measured in turns with each size.
        const side = peak.side(target);
        let seconds = Infinity;
        let best = Infinity;
        for (let k = 0; k < ROUNDS; k++) {
          seconds = Math.min(seconds, prepared.resident(SECONDS));
          best = Math.min(best, await side.round());
        }
        rows.push(peak.row("nests", point, seconds, best));
      }
      program.dispose();
    }
  } finally {
    peak.end();
  }
  return rows;
}

function tensors(main: Func, sizes: Readonly<Record<string, number>>): Map<string, NDArray> {
  const symbols = new Map(Object.entries(sizes));
  const values = makeInputs(main, { symbols, shapes: new Map(), given: new Map(), seed: 1 });
  return new Map(
    values.flatMap((v, i) => (v.kind === "tensor" ? [[main.params[i]!.name, v.data]] : [])),
  );
}

/** Some elements of the result, computed again. */
function check([a, b]: readonly NDArray[], found: Float32Array, n: number): void {
  const [x, y] = [a, b].map((t) => new Float32Array(t!.bytes.buffer, t!.bytes.byteOffset, n * n));
  for (let at = 0; at < n * n; at += 977) {
    const [i, j] = [Math.floor(at / n) * n, (at % n) * n];
    let sum = 0;
    for (let l = 0; l < n; l++) sum += x![i + l]! * y![j + l]!;
    const expected = Math.max(sum, 0);
    if (!(Math.abs(found[at]! - expected) <= 1e-4 * n)) throw new Error(`element ${at} is ${found[at]}, not ${expected}`); // prettier-ignore
  }
}
