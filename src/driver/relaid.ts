/** Tensors in the layouts that a function records for its parameters, and back. */
import { evaluate } from "../arith/index.js";
import type { PrimFunc } from "../ir/tir/function.js";
import type { Int } from "../support/int.js";
import { elementCount, zeros, type NDArray } from "../support/ndarray.js";
import { elementAccess } from "../support/numeric/element.js";
import { paramLayoutsOf } from "../transform/param-layout.js";

/** How the callers' tensor for a parameter becomes the function's, and back. */
export interface Relaid {
  to(data: NDArray): NDArray;
  back(data: NDArray): NDArray;
}

/** For a tensor of this shape; undefined when the function takes the parameter as its callers have it. */
export function relaidFor(
  func: PrimFunc,
  param: number,
  shape: readonly number[],
  symbols: ReadonlyMap<string, Int>,
): Relaid | undefined {
  const layouts = paramLayoutsOf(func).filter((l) => l.param === param);
  const buffer = func.params[param]?.buffer;
  if (layouts.length === 0 || buffer === undefined) return undefined;
  const taken = buffer.shape.map((d) => Number(evaluate(d, { of: (v) => symbols.get(v.name) })));
  const places = Array.from({ length: elementCount(shape) }, (_, position) => {
    const at = layouts.reduce<readonly number[]>(
      (indices, { map }) => {
        const values = new Map(map.params.map((v, axis) => [v, indices[axis]]));
        return map.results.map((r) => Number(evaluate(r, { of: (v) => values.get(v) })));
      },
      indicesOf(position, shape),
    );
    return at.reduce((sum, i, axis) => sum * taken[axis]! + i, 0);
  });
  const { bytes, write } = elementAccess(buffer.dtype);
  const moved = (
    from: NDArray,
    to: NDArray,
    pairs: Iterable<readonly [number, number]>,
  ): NDArray => {
    for (const [source, target] of pairs)
      to.bytes.set(from.bytes.subarray(source * bytes, (source + 1) * bytes), target * bytes);
    return to;
  };
  const pad = layouts.findLast((l) => l.padValue !== undefined)?.padValue;
  return {
    to(data) {
      const out = zeros(data.dtype, taken);
      if (pad?.kind === "tir.FloatImm" || pad?.kind === "tir.IntImm") {
        const view = new DataView(out.bytes.buffer);
        for (let k = 0; k < elementCount(taken); k++) write(view, k * bytes, pad.value);
      }
      return moved(data, out, places.entries());
    },
    back: (data) =>
      moved(
        data,
        zeros(data.dtype, shape),
        places.map((place, k) => [place, k] as const),
      ),
  };
}

/** The index of the element at a row-major position. */
function indicesOf(position: number, shape: readonly number[]): number[] {
  const indices: number[] = [];
  let rest = position;
  for (const extent of shape.toReversed()) {
    indices.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return indices;
}
