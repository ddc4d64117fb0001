import { evaluate, hasEffects } from "../../arith/index.js";
import { rewrite } from "../../ir/core/rewrite.js";
import { children } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import { makeBuffer, type Buffer } from "../../ir/tir/buffer.js";
import { intImm, load, shuffle, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { alloc, seq, store } from "../../ir/tir/stmt.js";
import { isInteger, laneOf, withLanes } from "../../support/dtype.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";

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
  for (const [buffer, { lanes, elements }] of tilesOf(func)) {
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
  const { lanes } = parts[0]!.dtype;
  const { base } = spanOf(access.indices[0]!)!;
  return { piece: parts[Math.floor(base / lanes)]!, lane: base % lanes };
}

interface Tile {
  lanes: number;
  readonly elements: number;
}

/** The allocations that fall into pieces, with the length of these. */
function tilesOf(func: PrimFunc): Map<Buffer, Tile> {
  const tiles = new Map<Buffer, Tile>();
  const owners = new Map<Var, Buffer>();
  const singles: { readonly buffer: Buffer; readonly base: number }[] = [];
  const walk = (node: Node): void => {
    switch (node.kind) {
      case "tir.Alloc": {
        const elements = sizeOf(node.buffer);
        if (elements !== undefined) {
          tiles.set(node.buffer, { lanes: 1, elements });
          owners.set(node.buffer.data, node.buffer);
        }
        return;
      }
      case "tir.Load":
      case "tir.Store": {
        const tile = tiles.get(node.buffer);
        if (tile !== undefined && !note(node, tile, singles)) tiles.delete(node.buffer);
        // The buffer itself is not a use.
        for (const index of node.indices) walk(index);
        if (node.predicate !== undefined) walk(node.predicate);
        if (node.kind === "tir.Store") walk(node.value);
        return;
      }
      case "tir.Buffer":
        tiles.delete(node);
        return;
      case "tir.Decl":
        tiles.delete(owners.get(node.buffer.data)!);
        return;
      case "tir.Var":
        if (owners.has(node)) tiles.delete(owners.get(node)!);
        return;
      case "tir.Call":
      case "tir.CallGlobal":
        // The address of an element may escape.
        if (node.kind === "tir.CallGlobal" || node.op === "address_of" || hasEffects(node))
          for (const arg of node.args) if (arg.kind === "tir.Load") tiles.delete(arg.buffer);
        break;
      default:
    }
    children(node, walk);
  };
  walk(func.body);
  for (const [buffer, { lanes, elements }] of tiles)
    if (
      !Number.isInteger(Math.log2(lanes)) ||
      lanes * buffer.dtype.bits < LEAST_BITS ||
      elements % lanes !== 0 ||
      elements / lanes > MOST_PIECES
    )
      tiles.delete(buffer);
  for (const { buffer, base } of singles)
    if (base >= (tiles.get(buffer)?.elements ?? 0)) tiles.delete(buffer);
  return tiles;
}

/** Takes an access into account; false when it does not fit into pieces. */
function note(
  node: Extract<Node, { kind: "tir.Load" | "tir.Store" }>,
  tile: Tile,
  singles: { readonly buffer: Buffer; readonly base: number }[],
): boolean {
  const span = node.predicate === undefined ? spanOf(node.indices[0]!) : undefined;
  if (span === undefined || span.base < 0) return false;
  if (span.lanes === 1) {
    singles.push({ buffer: node.buffer, base: span.base });
    return node.kind === "tir.Load";
  }
  if (tile.lanes === 1) tile.lanes = span.lanes;
  return (
    tile.lanes === span.lanes &&
    span.base % span.lanes === 0 &&
    span.base + span.lanes <= tile.elements &&
    (node.kind === "tir.Load" || node.value.dtype.lanes === span.lanes)
  );
}

/** First position and length of a contiguous constant index. */
function spanOf(index: PrimExpr): { readonly base: number; readonly lanes: number } | undefined {
  const start = index.kind === "tir.Ramp" ? index.base : index;
  if (
    index.kind === "tir.Ramp" &&
    !(index.stride.kind === "tir.IntImm" && index.stride.value === 1)
  )
    return undefined;
  if (start.dtype.lanes !== 1) return undefined;
  const base = evaluate(start, { of: () => undefined });
  return base === undefined ? undefined : { base: Number(base), lanes: index.dtype.lanes };
}

function sizeOf(buffer: Buffer): number | undefined {
  const [extent] = buffer.shape;
  const isPlain =
    buffer.shape.length === 1 &&
    buffer.strides.length === 0 &&
    buffer.elemOffset === undefined &&
    buffer.dtype.lanes === 1 &&
    (isInteger(buffer.dtype) || buffer.dtype.code === "float") &&
    (buffer.dtype.bits === 32 || buffer.dtype.bits === 64);
  return isPlain && extent?.kind === "tir.IntImm" ? Number(extent.value) : undefined;
}
