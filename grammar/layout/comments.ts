/** Comments between the tokens of a statement, handed out in order while its document is built. */
import type { Comment } from "../ast/nodes.js";

export interface InnerComments {
  /** Takes those that start before `offset`. */
  before(offset: number): Comment[];
  readonly left: number;
  /** Whether one that was not taken lies between the offsets. */
  inside(start: number, end: number): boolean;
}

/** No comments at all: the usual case. */
export const noComments: InnerComments = { before: () => [], left: 0, inside: () => false };

export function innerComments(comments: readonly Comment[]): InnerComments {
  let next = 0;
  return {
    before(offset: number): Comment[] {
      const from = next;
      while (next < comments.length && comments[next]!.start < offset) next++;
      return comments.slice(from, next);
    },
    get left(): number {
      return comments.length - next;
    },
    inside(start: number, end: number): boolean {
      for (let i = next; i < comments.length; i++) {
        if (comments[i]!.start >= end) return false;
        if (comments[i]!.start >= start) return true;
      }
      return false;
    },
  };
}
