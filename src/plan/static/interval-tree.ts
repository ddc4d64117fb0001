/**
 * First fit in a given order for very many buffers: the buffers already placed that conflict with one are found through
 * a segment tree over the sections, and looked at from the bottom up only as far as needed.
 */
import type { Placement, Shelf } from "../../support/placement/first-fit.js";

/** Offsets in the shelf's units. */
export function placeThroughTree(shelf: Shelf, order: Int32Array): Placement["offset"] {
  const { sections, size, align, fixed } = shelf;
  const { first, end } = sections;
  const n = order.length;
  const offset = new Float64Array(n);
  const placed = new Uint8Array(n);
  const tree = new SegmentTree(sections.count);
  const starting = byStart(first, sections.count);
  const heap = new OffsetHeap(offset);
  const put = (b: number, y: number): void => {
    offset[b] = y;
    if (size[b] === 0) return;
    placed[b] = 1;
    tree.add(first[b]!, end[b]!, b);
  };
  if (fixed !== undefined) for (const b of order) if (fixed[b]! >= 0) put(b, fixed[b]!);
  for (const b of order) {
    if (fixed !== undefined && fixed[b]! >= 0) continue;
    const need = size[b]!;
    if (need === 0) continue;
    heap.clear();
    tree.collect(first[b]!, heap);
    const to = starting.row[end[b]!]!;
    for (let i = starting.row[first[b]! + 1]!; i < to; i++) {
      const other = starting.buffers[i]!;
      if (placed[other] === 1) heap.push(other);
    }
    const step = align?.[b] ?? 1;
    let y = 0;
    heap.build();
    for (let other = heap.pop(); other >= 0; other = heap.pop()) {
      if (y + need <= offset[other]!) break;
      const top = offset[other]! + size[other]!;
      if (top > y) y = step === 1 ? top : Math.ceil(top / step) * step;
    }
    put(b, y);
  }
  return offset;
}

/** Buffers grouped by the section they start in. */
function byStart(
  first: Int32Array,
  count: number,
): { readonly row: Int32Array; readonly buffers: Int32Array } {
  const row = new Int32Array(count + 2);
  for (const s of first) row[s + 1]!++;
  for (let s = 0; s <= count; s++) row[s + 1]! += row[s]!;
  const next = row.slice();
  const buffers = new Int32Array(first.length);
  for (let b = 0; b < first.length; b++) buffers[next[first[b]!]!++] = b;
  return { row, buffers };
}

/** Ranges of sections, each stored in the few nodes that make it up. */
class SegmentTree {
  readonly #leaves: number;
  readonly #lists: (number[] | undefined)[];

  constructor(count: number) {
    this.#leaves = count;
    this.#lists = new Array<number[] | undefined>(2 * count);
  }

  add(from: number, to: number, item: number): void {
    let left = from + this.#leaves;
    let right = to + this.#leaves;
    for (; left < right; left >>= 1, right >>= 1) {
      if (left & 1) this.#put(left++, item);
      if (right & 1) this.#put(--right, item);
    }
  }

  #put(node: number, item: number): void {
    const list = this.#lists[node];
    if (list === undefined) this.#lists[node] = [item];
    else list.push(item);
  }

  /** Hands over the ranges that contain a section. */
  collect(section: number, heap: OffsetHeap): void {
    for (let node = section + this.#leaves; node >= 1; node >>= 1) {
      const list = this.#lists[node];
      if (list !== undefined) for (let i = 0; i < list.length; i++) heap.push(list[i]!);
    }
  }
}

/** Buffers by offset, the lowest first, sorted no further than asked for. */
class OffsetHeap {
  #items = new Int32Array(256);
  #count = 0;
  readonly #key: Float64Array;

  constructor(key: Float64Array) {
    this.#key = key;
  }

  clear(): void {
    this.#count = 0;
  }

  push(item: number): void {
    if (this.#count === this.#items.length) {
      const larger = new Int32Array(this.#count * 2);
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items[this.#count++] = item;
  }

  build(): void {
    for (let i = (this.#count >> 1) - 1; i >= 0; i--) this.#sink(i);
  }

  /** The lowest, or −1 when there is none left. */
  pop(): number {
    if (this.#count === 0) return -1;
    const item = this.#items[0]!;
    this.#items[0] = this.#items[--this.#count]!;
    this.#sink(0);
    return item;
  }

  #sink(i: number): void {
    const items = this.#items;
    const key = this.#key;
    const count = this.#count;
    const item = items[i]!;
    const k = key[item]!;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= count) break;
      if (child + 1 < count && key[items[child + 1]!]! < key[items[child]!]!) child++;
      if (key[items[child]!]! >= k) break;
      items[i] = items[child]!;
      i = child;
    }
    items[i] = item;
  }
}
