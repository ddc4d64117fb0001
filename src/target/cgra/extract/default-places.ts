/** Places of buffers where no plan gives them: banks by use, one buffer after another. */
import { Analyzer } from "../../../arith/index.js";
import { constValue, mul, type Poly } from "../../../arith/poly.js";
import { visit } from "../../../ir/core/visit.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import { intImm, makeVar } from "../../../ir/tir/expr.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import { int32 } from "../../../support/dtype.js";
import type { BufferPlace } from "../dfg/loop-kernel.js";
import type { Fabric } from "../fabric/fabric.js";
import { bytesOf } from "./address.js";
import { isLocal } from "./expression.js";

const PREFIX = "cgra.spad.";

/**
 * Each buffer in the bank that its scope names; others where a stream of their direction is still free, then where the
 * fewest are. Addresses are numbers while sizes are, and otherwise numbers given at launch.
 */
export function defaultPlaces(func: PrimFunc, fabric: Fabric): Map<Buffer, BufferPlace> {
  const analyzer = new Analyzer();
  const stored = new Set<Buffer>();
  const buffers = new Set<Buffer>();
  visit(func.body, {
    enter(n) {
      if (n.kind === "tir.Store") stored.add(n.buffer);
      if ((n.kind === "tir.Store" || n.kind === "tir.Load") && !isLocal(n.buffer))
        buffers.add(n.buffer);
    },
  });
  const starts: number[] = [];
  let start = 0;
  for (const { bytes } of fabric.banks) {
    starts.push(start);
    start += bytes;
  }
  const load = fabric.banks.map(() => 0);
  const used: (number | undefined)[] = fabric.banks.map(() => 0);
  const places = new Map<Buffer, BufferPlace>();
  const serving = (direction: "in" | "out"): number[] =>
    fabric.banks.flatMap(({ name }, b) =>
      fabric.streams.some((s) => s.bank === name && s.direction === direction) ? [b] : [],
    );
  const fewest = (banks: readonly number[]): number =>
    banks.reduce((best, b) => (load[b]! < load[best]! ? b : best), banks[0] ?? 0);
  const all = fabric.banks.map((_, b) => b);
  for (const buffer of buffers) {
    const named = fabric.banks.findIndex(({ name }) => buffer.scope === PREFIX + name);
    const direct = serving(stored.has(buffer) ? "out" : "in");
    const bank =
      named >= 0 ? named : direct.some((b) => load[b] === 0) ? fewest(direct) : fewest(all);
    load[bank] = load[bank]! + 1;
    const size = buffer.shape.reduce<Poly | undefined>(
      (p, d) => p && mul(p, analyzer.poly(d)),
      analyzer.poly(intImm(bytesOf(buffer))),
    );
    const bytes = size && constValue(size);
    const at = used[bank];
    const address =
      at === undefined ? makeVar(`${buffer.name}_at`, int32) : intImm(starts[bank]! + at);
    used[bank] =
      bytes === undefined || at === undefined ? undefined : at + 4 * Math.ceil(Number(bytes) / 4);
    places.set(buffer, { bank, address });
  }
  return places;
}
