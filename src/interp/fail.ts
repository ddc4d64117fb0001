/** Leaving a running program. */
import { DiagnosticError, type Diagnostic } from "../support/diagnostic.js";

/** Stops the program; the border of the interpreter turns it into a result. */
export function fail(diagnostic: Diagnostic): never {
  throw new DiagnosticError(diagnostic);
}
