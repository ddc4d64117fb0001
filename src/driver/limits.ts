/** Limits of a run as they are written. */
import { DiagnosticError } from "../support/diagnostic.js";
import { codes } from "./codes.js";

const UNITS: Readonly<Record<string, number>> = { "": 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** `512`, `64MiB`, `1.5GiB` in bytes. Throws a DiagnosticError. */
export function parseBytes(value: string, flag: string): number {
  const [, digits = "", unit = ""] = /^(\d+(?:\.\d+)?)(KiB|MiB|GiB|)$/.exec(value) ?? [];
  const bytes = Math.floor(Number(digits) * UNITS[unit]!);
  if (digits !== "" && bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
  const what = "a size like 512MiB";
  throw new DiagnosticError(codes.badLimit({ flag, what, value }));
}

/** `10`, `0.5`. Throws a DiagnosticError. */
export function parseSeconds(value: string, flag: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : 0;
  // Longer than that, timers of the platform overflow.
  if (seconds > 0 && seconds <= 2_000_000) return seconds;
  throw new DiagnosticError(codes.badLimit({ flag, what: "a number of seconds", value }));
}

/** `1e-5`; 0 compares exactly. Throws a DiagnosticError. */
export function parseTolerance(value: string, flag: string): number {
  const tolerance = value.trim() === "" ? NaN : Number(value);
  if (tolerance >= 0 && tolerance < Infinity) return tolerance;
  throw new DiagnosticError(codes.badLimit({ flag, what: "a number like 1e-5", value }));
}
