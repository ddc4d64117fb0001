/** What an exception means to the user. */
import { DiagnosticError, type Diagnostic } from "../support/diagnostic.js";
import { HostError } from "../support/host.js";
import { codes } from "./codes.js";

/** A finding or a file's trouble as a diagnostic; undefined for a bug of ours. */
export function diagnosticOf(error: unknown): Diagnostic | undefined {
  if (error instanceof DiagnosticError) return error.diagnostic;
  if (error instanceof HostError) {
    return codes.cannotAccess({ path: error.path, reason: error.reason });
  }
  return undefined;
}
