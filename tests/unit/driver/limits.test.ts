import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseBytes, parseSeconds, parseTolerance } from "../../../src/driver/limits.js";
import { DiagnosticError } from "../../../src/support/diagnostic.js";

const limits = suite("driver: limits as they are written");

const refuses = (parse: (value: string, flag: string) => number, value: string): void =>
  assert.throws(
    () => parse(value, "--limit"),
    (error: unknown) =>
      error instanceof DiagnosticError && error.diagnostic.message.includes(`got \`${value}\``),
    value,
  );

limits("sizes have units", () => {
  assert.is(parseBytes("512", "--memory"), 512);
  assert.is(parseBytes("3KiB", "--memory"), 3072);
  assert.is(parseBytes("1.5MiB", "--memory"), 1_572_864);
  assert.is(parseBytes("2GiB", "--memory"), 2 ** 31);
  for (const bad of ["", "0", "-1", "1MB", "MiB", "1 MiB", "1e3", "99999999999GiB"])
    refuses(parseBytes, bad);
});

limits("times are seconds", () => {
  assert.is(parseSeconds("10", "--timeout"), 10);
  assert.is(parseSeconds("0.25", "--timeout"), 0.25);
  for (const bad of ["", "0", "0.0", "-1", "1s", "Infinity", "1e400", "99999999"])
    refuses(parseSeconds, bad);
});

limits("tolerances are numbers from 0", () => {
  assert.is(parseTolerance("1e-5", "--tol"), 1e-5);
  assert.is(parseTolerance("0", "--tol"), 0);
  for (const bad of ["", " ", "-1", "NaN", "Infinity", "x"]) refuses(parseTolerance, bad);
});

limits.run();
