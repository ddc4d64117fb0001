/** Variables ordered by activity: a binary heap that knows where each one is. Ties go to the smaller number. */

export interface ActivityHeap {
  /** Adds a variable unless it is there. */
  add(v: number): void;
  /** Takes out the most active variable; 0 when there is none. */
  pop(): number;
  /** Raises the activity of a variable, and gives the new one. */
  bump(v: number, by: number): number;
  /** Multiplies all activities. */
  rescale(by: number): void;
}

export function activityHeap(): ActivityHeap {
  let activity = new Float64Array(128);
  let places = new Int32Array(128).fill(-1);
  const heap: number[] = [];

  const isBefore = (a: number, b: number): boolean => {
    const x = activity[a]!;
    const y = activity[b]!;
    return x > y || (x === y && a < b);
  };

  function rise(i: number): void {
    const v = heap[i]!;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isBefore(v, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      places[heap[i]!] = i;
      i = parent;
    }
    heap[i] = v;
    places[v] = i;
  }

  function sink(i: number): void {
    const v = heap[i]!;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, v)) break;
      heap[i] = heap[child]!;
      places[heap[i]!] = i;
      i = child;
    }
    heap[i] = v;
    places[v] = i;
  }

  function reserve(v: number): void {
    if (v < places.length) return;
    const size = Math.max(2 * places.length, v + 1);
    const wider = new Float64Array(size);
    wider.set(activity);
    activity = wider;
    const more = new Int32Array(size).fill(-1);
    more.set(places);
    places = more;
  }

  return {
    add(v) {
      reserve(v);
      if (places[v]! >= 0) return;
      heap.push(v);
      rise(heap.length - 1);
    },
    pop() {
      const top = heap[0];
      if (top === undefined) return 0;
      const last = heap.pop()!;
      places[top] = -1;
      if (heap.length > 0) {
        heap[0] = last;
        sink(0);
      }
      return top;
    },
    bump(v, by) {
      activity[v] = activity[v]! + by;
      if (places[v]! >= 0) rise(places[v]!);
      return activity[v]!;
    },
    rescale(by) {
      for (let i = 0; i < activity.length; i++) activity[i] = activity[i]! * by;
    },
  };
}
