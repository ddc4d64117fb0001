/** Text to module and back, for tests of R. */
import { structuralEqual } from "../../../../src/ir/core/equal.js";
import type { IRModule } from "../../../../src/ir/module.js";
import type { Func } from "../../../../src/ir/relax/expr.js";
import type { Diagnostic } from "../../../../src/support/diagnostic.js";
import { positionAt } from "../../../../src/support/source.js";
import { parseModule, printModule, type PrintOptions } from "../../../../src/syntax/index.js";

export interface Read {
  readonly module: IRModule;
  readonly diagnostics: readonly Diagnostic[];
}

export function read(text: string): Read {
  const diagnostics: Diagnostic[] = [];
  const module = parseModule(
    { name: "test.relax", text },
    { report: (d) => void diagnostics.push(d) },
  );
  return { module, diagnostics };
}

/** The module of a text without errors. */
export function good(text: string): IRModule {
  const { module, diagnostics } = read(text);
  const error = diagnostics.find((d) => d.severity === "error");
  if (error !== undefined) throw new Error(`${error.code} ${error.message}\n${text}`);
  return module;
}

/** `CODE line:column` of each diagnostic. */
export const codesOf = (text: string): string[] =>
  read(text).diagnostics.map((d) => {
    const place = d.span === undefined ? undefined : positionAt(d.span.source, d.span.start);
    return place === undefined ? d.code : `${d.code} ${place.line}:${place.column}`;
  });

/** Print of a text, after checking that the print reads back to an equal module and prints the same. */
export function roundTrip(text: string, options: PrintOptions = {}): string {
  const first = good(text);
  const printed = printModule(first, options);
  const again = good(printed);
  if (!structuralEqual(first, again)) throw new Error(`reads back differently:\n${printed}`);
  const twice = printModule(again, options);
  if (twice !== printed) throw new Error(`prints differently:\n${printed}\n---\n${twice}`);
  return printed;
}

export function functionOf(module: IRModule, name = "main"): Func {
  const found = module.functions.get(name);
  if (found?.kind !== "relax.Function") throw new Error(`no R function ${name}`);
  return found;
}
