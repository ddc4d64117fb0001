/** What a second thread saves: time that passes, in the same rounds. */
import { timeRowOf, wallMicros, type BenchRow } from "../measure.js";
import { buildOurs, type Ours } from "./ours.js";
import type { Twin } from "./twin.js";

const ROUNDS = 15;
const ROUND = 0.2;

/** Rows of the first points of twins: two threads against one. */
export async function compareThreads(
  twins: readonly Twin[],
  bench: string,
  target: string,
): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const twin of twins) {
    const { name, sizes } = twin.points[0]!;
    const sides: Ours[] = [];
    try {
      for (const cores of [1, 2])
        sides.push(await buildOurs(twin, `${target} -num-cores=${cores}`));
      const best = [Infinity, Infinity];
      const prepared = sides.map((side) => side.prepare(side.tensorsFor(sizes)));
      for (let i = 0; i < ROUNDS; i++)
        for (const [k, side] of prepared.entries())
          best[k] = Math.min(best[k]!, side.resident(ROUND, wallMicros));
      const [one, two] = best.map((seconds) => seconds * 1e6) as [number, number];
      rows.push(timeRowOf(bench, `${name}, two threads`, "us wall", two, one, "one thread"));
    } finally {
      for (const side of sides) side.dispose();
    }
  }
  return rows;
}
