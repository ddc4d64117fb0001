/** Links of regular arrays, each in both directions. */
import type { Link, Topology } from "./fabric.js";

const STEPS: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  mesh: [
    [0, 1],
    [1, 0],
  ],
  torus: [
    [0, 1],
    [1, 0],
  ],
  king: [
    [0, 1],
    [1, 0],
    [1, 1],
    [1, -1],
  ],
  onehop: [
    [0, 1],
    [1, 0],
    [0, 2],
    [2, 0],
  ],
};

/** The links of a topology; `custom` has none of its own. */
export function linksOf(topology: Topology, rows: number, cols: number): Link[] {
  const pairs = new Set<number>();
  const count = rows * cols;
  const connect = (a: number, b: number): void => {
    if (a === b) return;
    pairs.add(a * count + b);
    pairs.add(b * count + a);
  };
  const at = (r: number, c: number): number => r * cols + c;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) {
      for (const [dr, dc] of STEPS[topology] ?? []) {
        const wraps = topology === "torus";
        const row = wraps ? (r + dr) % rows : r + dr;
        const col = wraps ? (c + dc) % cols : c + dc;
        if (row >= 0 && row < rows && col >= 0 && col < cols) connect(at(r, c), at(row, col));
      }
      if (topology !== "row-col-bus") continue;
      for (let other = 0; other < rows; other++) connect(at(r, c), at(other, c));
      for (let other = 0; other < cols; other++) connect(at(r, c), at(r, other));
    }
  }
  return [...pairs]
    .sort((a, b) => a - b)
    .map((pair) => ({ from: Math.floor(pair / count), to: pair % count, latency: 1 }));
}
