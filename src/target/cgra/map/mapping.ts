/** A graph on a fabric: where and when operations are issued, and how their values travel. */

/** A value at an element at the end of a cycle. */
export interface Hold {
  readonly element: number;
  readonly time: number;
  readonly place: "register" | "output";
}

/** A value that crosses a link during a cycle; the value was at `from` the cycle before, or came there in this one. */
export interface Crossing {
  readonly from: number;
  readonly to: number;
  readonly time: number;
}

/** A move that is issued on an element and takes the value from a neighbour. */
export interface Move {
  readonly element: number;
  readonly from: number;
  readonly time: number;
}

/** How the value of one node travels; times are those of iteration 0. */
export interface ValueRoute {
  readonly holds: readonly Hold[];
  readonly moves: readonly Move[];
  readonly crossings: readonly Crossing[];
}

export interface Mapping {
  readonly ii: number;
  /** By position of the node. */
  readonly elements: readonly number[];
  readonly times: readonly number[];
  /** By position of the node. */
  readonly routes: readonly ValueRoute[];
}

export const slotOf = (time: number, ii: number): number => ((time % ii) + ii) % ii;
