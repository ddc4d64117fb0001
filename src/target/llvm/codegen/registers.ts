/** Small tiles as values: what is only accessed in pieces at known places needs no memory. */
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import { visitStatements } from "../../../ir/tir/statements.js";
import type { Alloc, For } from "../../../ir/tir/stmt.js";
import { withLanes, type DType } from "../../../support/dtype.js";
import { lanesOf, tilesOf } from "../../../transform/tir/register-tiles.js";
import type { Variable } from "../text/variables.js";

/** The pieces of a tile, of so many lanes each. */
export interface Registers {
  readonly lanes: number;
  readonly pieces: readonly Variable[];
}

/** More than registers of any target. */
const MOST_PIECES = 64;

/**
 * The tiles of a function that are held as values; `memoryOf` is the type of a piece. Where parallel loops become
 * functions, those that one of them has for itself.
 */
export function registersOf(
  func: PrimFunc,
  privates: ReadonlyMap<For, readonly Alloc[]>,
  memoryOf: (type: DType) => string,
): ReadonlyMap<Buffer, Registers> {
  const found = new Map<Buffer, Registers>();
  const own = new Set([...privates.values()].flatMap((list) => list.map((a) => a.buffer)));
  let isSerial: boolean | undefined;
  for (const [buffer, tile] of tilesOf(func)) {
    const lanes = lanesOf(tile);
    if (lanes === undefined || tile.elements / lanes > MOST_PIECES) continue;
    if (!own.has(buffer) && !(isSerial ??= !hasParallel(func))) continue;
    const type = memoryOf(withLanes(buffer.dtype, lanes));
    found.set(buffer, {
      lanes,
      pieces: Array.from({ length: tile.elements / lanes }, () => ({ type })),
    });
  }
  return found;
}

function hasParallel(func: PrimFunc): boolean {
  let found = false;
  visitStatements(func.body, (s) => {
    found ||= s.kind === "tir.For" && s.loopKind === "parallel";
    return found ? false : undefined;
  });
  return found;
}
