/** Parse → print → parse: the promise that printed text means the same. */
import { firstDifference } from "../ir/core/equal.js";
import { irModule } from "../ir/module.js";
import type { Diagnostic } from "../support/diagnostic.js";
import type { Source } from "../support/source.js";
import { printModule, type ElaborateOptions, type PrintDialect } from "../syntax/index.js";
import { readModule } from "./frontend.js";

export interface RoundTrip {
  /** The text is a module without errors. */
  readonly parsed: boolean;
  /** The printed text parses to a structurally equal module. */
  readonly equal: boolean;
  /** The second print has the same bytes as the first. */
  readonly stable: boolean;
  readonly printed?: string;
  /** Path and reason of the first difference. */
  readonly difference?: string;
  readonly diagnostics: readonly Diagnostic[];
}

export function roundtripText(
  source: Source,
  options: ElaborateOptions & { readonly dialect: PrintDialect },
): RoundTrip {
  const first = readModule(source, options);
  const failed = { parsed: false, equal: false, stable: false };
  if (first.failed) return { ...failed, diagnostics: first.diagnostics };
  const printed = printModule(first.module, { dialect: options.dialect });
  const second = readModule({ name: `${source.name} (printed)`, text: printed });
  if (second.failed) {
    const error = second.diagnostics.find((d) => d.severity === "error");
    const difference = `the printed text does not parse: ${error?.code} ${error?.message}`;
    return {
      parsed: true,
      equal: false,
      stable: false,
      printed,
      difference,
      diagnostics: first.diagnostics,
    };
  }
  // Other dialects have no templates.
  const written = options.dialect === "native" ? first.module : irModule(first.module.functions, { ...first.module, templates: undefined }); // prettier-ignore
  const difference = firstDifference(written, second.module);
  const stable = printModule(second.module, { dialect: options.dialect }) === printed;
  return {
    parsed: true,
    equal: difference === undefined,
    stable,
    printed,
    ...(difference === undefined ? {} : { difference: difference.path }),
    diagnostics: first.diagnostics,
  };
}
