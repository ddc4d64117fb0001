/** Ends a rule with a diagnostic. */
import { DiagnosticError, type Diagnostic } from "../support/diagnostic.js";

export function fail(diagnostic: Diagnostic): never {
  throw new DiagnosticError(diagnostic);
}
