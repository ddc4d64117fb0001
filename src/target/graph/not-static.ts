/** Something in a function that a graph cannot hold. */
import type { Span } from "../../support/source.js";

export class NotStatic extends Error {
  constructor(
    readonly reason: string,
    readonly at: Span | undefined,
  ) {
    super(reason);
  }
}

export function notStatic(reason: string, at: Span | undefined): never {
  throw new NotStatic(reason, at);
}
