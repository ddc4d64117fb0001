/** Symmetries of a fabric that all operations share: what one mapping is, its mirror images are. */
import type { Fabric } from "../fabric/fabric.js";
import type { Problem } from "./places.js";

/** A node, and the elements worth trying for it: of those that are images of each other one. */
export interface Representatives {
  readonly node: number;
  readonly elements: readonly number[];
}

/** For the node that has the fewest left; undefined without symmetries. */
export function representatives(problem: Problem): Representatives | undefined {
  const symmetries = gridMaps(problem.fabric).filter((map) => isSymmetry(problem, map));
  let best: Representatives | undefined;
  problem.places.forEach((places, node) => {
    const elements = places.filter((p) => symmetries.every((map) => map[p]! >= p));
    if (elements.length === places.length) return;
    if (best === undefined || elements.length < best.elements.length) best = { node, elements };
  });
  return best;
}

/** By element its image; turned, mirrored, and shifted around. */
function gridMaps({ rows, cols }: Fabric): readonly (readonly number[])[] {
  const maps = new Map<string, readonly number[]>();
  const turns = rows === cols ? [false, true] : [false];
  for (const isTransposed of turns)
    for (const [mirrorRows, mirrorCols] of [[0, 0], [0, 1], [1, 0], [1, 1]] as const)
      for (let down = 0; down < rows; down++)
        for (let right = 0; right < cols; right++) {
          const map = Array.from({ length: rows * cols }, (_, p) => {
            const at = [Math.floor(p / cols), p % cols] as const;
            const [r, c] = isTransposed ? [at[1], at[0]] : at;
            const row = mirrorRows ? rows - 1 - r : r;
            const col = mirrorCols ? cols - 1 - c : c;
            return ((row + down) % rows) * cols + ((col + right) % cols);
          });
          maps.set(map.join(), map);
        }
  return [...maps.values()];
} // prettier-ignore

function isSymmetry({ fabric, places, carriers }: Problem, map: readonly number[]): boolean {
  if (carriers !== undefined) return false;
  const links = new Set(fabric.links.map(({ from, to }) => `${from} ${to}`));
  return (
    fabric.links.every(({ from, to }) => links.has(`${map[from]} ${map[to]}`)) &&
    fabric.elements.every(
      ({ ops }, p) => ops.has("mov") === fabric.elements[map[p]!]!.ops.has("mov"),
    ) &&
    places.every((own) => {
      const set = new Set(own);
      return own.every((p) => set.has(map[p]!));
    })
  );
}
