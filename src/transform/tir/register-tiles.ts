/** Small allocations whose elements are only loaded and stored: what registers could hold. */
import { evaluate, hasEffects } from "../../arith/index.js";
import { children } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import type { Load, PrimExpr, Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { Store } from "../../ir/tir/stmt.js";
import { isInteger } from "../../support/dtype.js";

/** An allocation of constant size with all its accesses, in order. */
export interface Tile {
  readonly elements: number;
  readonly accesses: (Load | Store)[];
}

/** The allocations of a flat function that nothing but loads and stores touches. */
export function tilesOf(func: PrimFunc): Map<Buffer, Tile> {
  const tiles = new Map<Buffer, Tile>();
  const owners = new Map<Var, Buffer>();
  const walk = (node: Node): void => {
    switch (node.kind) {
      case "tir.Alloc": {
        const elements = sizeOf(node.buffer);
        if (elements !== undefined) {
          tiles.set(node.buffer, { elements, accesses: [] });
          owners.set(node.buffer.data, node.buffer);
        }
        return;
      }
      case "tir.Load":
      case "tir.Store":
        tiles.get(node.buffer)?.accesses.push(node);
        // The buffer itself is not a use.
        for (const index of node.indices) walk(index);
        if (node.predicate !== undefined) walk(node.predicate);
        if (node.kind === "tir.Store") walk(node.value);
        return;
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
  return tiles;
}

/** The positions of an access: the first one, their distance, and their number. */
export interface Positions {
  readonly base: number;
  readonly stride: number;
  readonly lanes: number;
}

/** Constant positions of an index; undefined for others. */
export function positionsOf(index: PrimExpr): Positions | undefined {
  const isRamp = index.kind === "tir.Ramp";
  const start = isRamp ? index.base : index;
  if (start.dtype.lanes !== 1) return undefined;
  const constant = (e: PrimExpr): number | undefined => {
    const value = evaluate(e, { of: () => undefined });
    return value === undefined ? undefined : Number(value);
  };
  const base = constant(start);
  const stride = isRamp ? constant(index.stride) : 1;
  if (base === undefined || stride === undefined) return undefined;
  return { base, stride, lanes: index.dtype.lanes };
}

/** The one number of lanes that a tile is written in, and read in or lane by lane; undefined when there is none. */
export function lanesOf({ elements, accesses }: Tile): number | undefined {
  const lanes = accesses.find((a) => a.kind === "tir.Store")?.value.dtype.lanes;
  if (lanes === undefined || elements % lanes !== 0) return undefined;
  const fits = accesses.every((access) => {
    const at = access.predicate === undefined ? positionsOf(access.indices[0]!) : undefined;
    if (at === undefined || at.base < 0 || at.base + at.lanes > elements) return false;
    const isWhole = at.stride === 1 && at.lanes === lanes && at.base % lanes === 0;
    if (access.kind === "tir.Load") return isWhole || at.lanes === 1;
    return isWhole && access.value.dtype.lanes === lanes;
  });
  return fits ? lanes : undefined;
}

/** The piece of so many lanes that an access of a tile begins in, and the lane. */
export function pieceOf(
  { indices }: Pick<Load, "indices">,
  lanes: number,
): { readonly piece: number; readonly lane: number } {
  const { base } = positionsOf(indices[0]!)!;
  return { piece: Math.floor(base / lanes), lane: base % lanes };
}

function sizeOf(buffer: Buffer): number | undefined {
  const [extent] = buffer.shape;
  const isPlain =
    buffer.shape.length === 1 &&
    buffer.strides.length === 0 &&
    buffer.elemOffset === undefined &&
    buffer.dtype.lanes === 1 &&
    (isInteger(buffer.dtype) || buffer.dtype.code === "float");
  return isPlain && extent?.kind === "tir.IntImm" ? Number(extent.value) : undefined;
}
