/** How extraction gives up: with the diagnostic that says why. */
import type { Diagnostic } from "../../../support/diagnostic.js";

/** Thrown within this folder alone. */
export class Refused extends Error {
  constructor(readonly diagnostic: Diagnostic) {
    super(diagnostic.message);
  }
}

export function refuse(diagnostic: Diagnostic): never {
  throw new Refused(diagnostic);
}
