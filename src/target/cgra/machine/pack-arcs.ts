/**
 * Values in a rotating register file. A value that is physically in register `x` in iteration 0, from the end of cycle
 * `w` to the end of cycle `e`, is in `x - i` in iteration `i`, `ii` cycles later each. So all its instances are one arc
 * from `w + x · ii` to `e + x · ii` on a circle of `regs · ii` cycles, and two values never meet in a register exactly
 * if their arcs do not overlap. Arcs can be turned by multiples of `ii`.
 */

export interface Arc {
  /** Cycle at whose end the value is written. */
  readonly start: number;
  /** Cycles at whose ends it is there. */
  readonly length: number;
}

/** Placements that the exact search tries before it gives up. */
const MOST_TRIES = 100_000;

/** By arc the physical register of iteration 0; undefined when none was found. */
export function packArcs(arcs: readonly Arc[], regs: number, ii: number): number[] | undefined {
  const circle = regs * ii;
  if (arcs.reduce((sum, { length }) => sum + length, 0) > circle) return undefined;
  const taken = new Uint8Array(circle);
  const chosen = new Array<number>(arcs.length).fill(-1);
  const at = ({ start }: Arc, x: number): number => (((start + x * ii) % circle) + circle) % circle;
  const isFree = (arc: Arc, x: number): boolean => {
    for (let i = 0, c = at(arc, x); i < arc.length; i++, c = c + 1 === circle ? 0 : c + 1)
      if (taken[c] === 1) return false;
    return true;
  };
  const mark = (arc: Arc, x: number, value: 0 | 1): void => {
    for (let i = 0, c = at(arc, x); i < arc.length; i++, c = c + 1 === circle ? 0 : c + 1)
      taken[c] = value;
  };
  let tries = 0;
  /** The arc with the fewest places left comes next, long ones first among equals. */
  function place(left: number): boolean {
    if (left === 0) return true;
    let next = -1;
    let places: number[] = [];
    for (const [i, arc] of arcs.entries()) {
      if (chosen[i]! >= 0) continue;
      // The circle can be turned: the first arc is anywhere.
      const all = left === arcs.length ? [0] : Array.from({ length: regs }, (_, x) => x);
      const free = all.filter((x) => isFree(arc, x));
      if (free.length === 0) return false;
      const isBetter =
        next < 0 ||
        free.length < places.length ||
        (free.length === places.length && arc.length > arcs[next]!.length);
      if (isBetter) [next, places] = [i, free];
    }
    const arc = arcs[next]!;
    for (const x of places) {
      if (++tries > MOST_TRIES) return false;
      mark(arc, x, 1);
      chosen[next] = x;
      if (place(left - 1)) return true;
      mark(arc, x, 0);
      chosen[next] = -1;
    }
    return false;
  }
  return place(arcs.length) ? chosen : undefined;
}
