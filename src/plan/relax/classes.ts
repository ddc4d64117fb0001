/** Allocations that share one buffer: results of branches with what their sides give, outputs with inputs. */
import type { Root } from "./roots.js";

/** Points from the first to the last, both included. */
interface Interval {
  readonly from: number;
  readonly to: number;
}

/** Roots in one buffer. */
export interface RootClass {
  readonly members: readonly Root[];
  readonly intervals: readonly Interval[];
}

interface MutableClass extends RootClass {
  readonly members: Root[];
  intervals: Interval[];
}

/** Union of roots, as long as they are not needed at the same time. */
export class Classes {
  private readonly of = new Map<Root, MutableClass>();

  classOf(root: Root): RootClass {
    return this.find(root);
  }

  private find(root: Root): MutableClass {
    const known = this.of.get(root);
    if (known !== undefined) return known;
    const intervals = root.last < 0 ? [] : [{ from: root.first, to: root.last }];
    const made = { members: [root], intervals };
    this.of.set(root, made);
    return made;
  }

  /** Puts both into one class, unless their lives meet. `touch` is the one point at which they may. */
  merge(a: Root, b: Root, touch = -1): boolean {
    let [x, y] = [this.find(a), this.find(b)];
    if (x === y) return true;
    if (meet(x.intervals, y.intervals, touch)) return false;
    if (x.members.length < y.members.length) [x, y] = [y, x];
    for (const root of y.members) {
      x.members.push(root);
      this.of.set(root, x);
    }
    x.intervals = joined([...x.intervals, ...y.intervals]);
    return true;
  }

  /** Lets a root live longer; false when another of its class is needed meanwhile. */
  extend(root: Root, to: number): boolean {
    const own = this.find(root);
    if (root.last < 0 || to <= root.last) return true;
    const more = [{ from: root.first, to }];
    const isAlone = own.members.length === 1;
    const others = own.members.filter((m) => m !== root && m.last >= 0);
    if (!isAlone && meet(more, others.map((m) => ({ from: m.first, to: m.last })), -1)) return false; // prettier-ignore
    root.last = to;
    own.intervals = joined([...own.intervals, ...more]);
    return true;
  }

  /** The last point at which the class of a root is needed. */
  lastOf(root: Root): number {
    return this.find(root).intervals.reduce((most, { to }) => Math.max(most, to), -1);
  }
}

const meet = (a: readonly Interval[], b: readonly Interval[], touch: number): boolean =>
  a.some((x) =>
    b.some((y) => {
      const from = Math.max(x.from, y.from);
      const to = Math.min(x.to, y.to);
      return from <= to && !(from === touch && to === touch);
    }),
  );

/** Intervals that overlap or share a point become one. */
function joined(intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort((a, b) => a.from - b.from);
  const found: Interval[] = [];
  for (const one of sorted) {
    const last = found[found.length - 1];
    if (last !== undefined && one.from <= last.to)
      found[found.length - 1] = { from: last.from, to: Math.max(last.to, one.to) };
    else found.push(one);
  }
  return found;
}
