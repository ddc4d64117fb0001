/**
 * Transitive orientations of conflicts. If the orientation is transitive, every way up goes through buffers that all
 * conflict; lives are intervals, so these are live at one point (Helly), and the placement needs exactly the lower
 * bound, whatever the sizes are.
 */
import type { Sections } from "../../support/placement/sections.js";

/** Work above which the test is left out: edges times buffers. */
const WORK = 40_000_000;

/**
 * An order of stacking whose orientation is transitive; none when there is none. Edges are oriented class by class:
 * one edge forces those that share an end while their other ends do not conflict (Golumbic 1977).
 */
export function transitiveOrder({ first, end }: Sections): number[] | undefined {
  const n = first.length;
  if (conflictsOf(first, end) * n > WORK) return undefined;
  const graph = new Uint8Array(n * n);
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < a; b++) {
      if (first[a]! >= end[b]! || first[b]! >= end[a]!) continue;
      graph[a * n + b] = graph[b * n + a] = OPEN;
    }
  }
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < a; b++) {
      if (graph[a * n + b] === OPEN && !orientClass(graph, n, a, b)) return undefined;
    }
  }
  return fromBottom(graph, n);
}

/** The number of pairs that conflict: for each life, those that are live where it starts. */
function conflictsOf(first: ArrayLike<number>, end: ArrayLike<number>): number {
  const starts = Array.from(first).sort((a, b) => a - b);
  const ends = Array.from(end).sort((a, b) => a - b);
  let conflicts = 0;
  let ended = 0;
  starts.forEach((start, k) => {
    while (ended < ends.length && ends[ended]! <= start) ended++;
    conflicts += Math.max(0, k - ended);
  });
  return conflicts;
}

const OPEN = 1;
/** In the class that is being oriented: row below column, or above. */
const BELOW = 2;
const ABOVE = 3;
/** Oriented by an earlier class; no edge of the remaining graph. */
const DONE_BELOW = 4;
const DONE_ABOVE = 5;

/** Orients the class of `a` below `b` and takes it out of the graph; false when it needs an edge both ways. */
function orientClass(graph: Uint8Array, n: number, a: number, b: number): boolean {
  const queue = [a, b];
  graph[a * n + b] = BELOW;
  graph[b * n + a] = ABOVE;
  for (let i = 0; i < queue.length; i += 2) {
    const low = queue[i]!;
    const high = queue[i + 1]!;
    for (let c = 0; c < n; c++) {
      const lowEdge = remains(graph[low * n + c]!);
      const highEdge = remains(graph[high * n + c]!);
      if (lowEdge === highEdge) continue;
      // Of the two ends only one has an edge to c: it points the same way as the one between them.
      const [x, y] = lowEdge ? [low, c] : [c, high];
      const state = graph[x * n + y]!;
      if (state === ABOVE) return false;
      if (state === BELOW) continue;
      graph[x * n + y] = BELOW;
      graph[y * n + x] = ABOVE;
      queue.push(x, y);
    }
  }
  for (let i = 0; i < queue.length; i += 2) {
    graph[queue[i]! * n + queue[i + 1]!] = DONE_BELOW;
    graph[queue[i + 1]! * n + queue[i]!] = DONE_ABOVE;
  }
  return true;
}

const remains = (state: number): boolean => state === OPEN || state === BELOW || state === ABOVE;

/** Buffers such that each comes after all that are below it. */
function fromBottom(graph: Uint8Array, n: number): number[] {
  const waiting = new Int32Array(n);
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < n; b++) if (graph[a * n + b] === DONE_ABOVE) waiting[a]!++;
  }
  const order: number[] = [];
  for (let b = 0; b < n; b++) if (waiting[b] === 0) order.push(b);
  for (let i = 0; i < order.length; i++) {
    const low = order[i]!;
    for (let b = 0; b < n; b++) {
      if (graph[low * n + b] === DONE_BELOW && --waiting[b]! === 0) order.push(b);
    }
  }
  return order;
}
