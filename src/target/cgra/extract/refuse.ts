/** How extraction gives up: with the diagnostic that says why. */
import type { Diagnostic } from "../../../support/diagnostic.js";
import type { Span } from "../../../support/source.js";

/** Thrown within this folder alone. */
export class Refused extends Error {
  constructor(readonly diagnostic: Diagnostic) {
    super(diagnostic.message);
  }

  /** The same, for a place where it has none of its own. */
  at(span: Span | undefined): Refused {
    const { span: own } = this.diagnostic;
    return own !== undefined || span === undefined
      ? this
      : new Refused({ ...this.diagnostic, span });
  }
}

export function refuse(diagnostic: Diagnostic): never {
  throw new Refused(diagnostic);
}
