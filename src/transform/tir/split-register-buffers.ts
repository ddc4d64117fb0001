import { rewrite } from "../../ir/core/rewrite.js";
import { makeBuffer, type Buffer } from "../../ir/tir/buffer.js";
import { intImm, load, shuffle, type PrimExpr } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { alloc, seq, store } from "../../ir/tir/stmt.js";
import { laneOf, withLanes } from "../../support/dtype.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { lanesOf, pieceOf, tilesOf } from "./register-tiles.js";

/**
 * Precondition: level `flat`, loops unrolled. Result: an allocation of constant size that is only accessed at constant
 * positions, in vectors of one length (a power of two) at multiples of it (single elements may be read), is one allocation of a vector
 * type a piece, which a target can keep in registers. Sound because every access stays within one piece.
 */
export const splitRegisterBuffers = definePass({
  name: "split-register-buffers",
  dialect: "tir",
  summary: "Splits small vector tiles into single vectors, which registers can hold.",
  from: "flat",
  requires: ["vectorize-loop", "unroll-loop"],
  options: {},
  run: (module) => mapPrimFuncs(module, split),
});

/** More pieces than registers of any target. */
const MOST_PIECES = 64;
/** Of a vector register. */
const LEAST_BITS = 128;

function split(func: PrimFunc): PrimFunc {
  const pieces = new Map<Buffer, readonly Buffer[]>();
  for (const [buffer, { lanes, elements }] of splitTiles(func)) {
    const dtype = withLanes(buffer.dtype, lanes);
    const names = Array.from({ length: elements / lanes }, (_, k) => `${buffer.name}_${k}`);
    const shape = [intImm(1, buffer.shape[0]?.dtype)];
    pieces.set(
      buffer,
      names.map((name) => makeBuffer({ name, dtype, shape, scope: buffer.scope })),
    );
  }
  if (pieces.size === 0) return func;
  const zero = (index: PrimExpr): PrimExpr => intImm(0, laneOf(index.dtype));
  return rewrite(func, (n) => {
    switch (n.kind) {
      case "tir.Alloc": {
        const parts = pieces.get(n.buffer);
        return parts === undefined
          ? n
          : seq(
              parts.map((b) => alloc(b)),
              n.span,
            );
      }
      case "tir.Seq":
        // What is allocated is visible to all that follows.
        return seq(n.body, n.span);
      case "tir.Load": {
        const at = placeIn(n, pieces);
        if (at === undefined) return n;
        const whole = load(at.piece, [zero(n.indices[0]!)], n.span);
        return n.dtype.lanes > 1 ? whole : shuffle([whole], [intImm(at.lane)], n.span);
      }
      case "tir.Store": {
        const at = placeIn(n, pieces);
        return at === undefined ? n : store(at.piece, [zero(n.indices[0]!)], n.value, n.span);
      }
      default:
        return n;
    }
  });
}

/** The piece and the lane in it where an access begins. */
function placeIn(
  access: { readonly buffer: Buffer; readonly indices: readonly PrimExpr[] },
  pieces: ReadonlyMap<Buffer, readonly Buffer[]>,
): { readonly piece: Buffer; readonly lane: number } | undefined {
  const parts = pieces.get(access.buffer);
  if (parts === undefined) return undefined;
  const { piece, lane } = pieceOf(access, parts[0]!.dtype.lanes);
  return { piece: parts[piece]!, lane };
}

/** The allocations that fall into pieces, with the length of these. */
function splitTiles(
  func: PrimFunc,
): Map<Buffer, { readonly lanes: number; readonly elements: number }> {
  const found = new Map<Buffer, { readonly lanes: number; readonly elements: number }>();
  for (const [buffer, tile] of tilesOf(func)) {
    const lanes = lanesOf(tile);
    const { bits } = buffer.dtype;
    if (
      lanes !== undefined &&
      Number.isInteger(Math.log2(lanes)) &&
      (bits === 32 || bits === 64) &&
      lanes * bits >= LEAST_BITS &&
      tile.elements / lanes <= MOST_PIECES
    )
      found.set(buffer, { lanes, elements: tile.elements });
  }
  return found;
}
