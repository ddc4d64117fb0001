/** From text to a checked module: parse → elaborate → check. No I/O. */
import { parseText } from "../../grammar/index.js";
import type { IRModule } from "../ir/module.js";
import { Diagnostics, type Diagnostic } from "../support/diagnostic.js";
import type { Source } from "../support/source.js";
import { elaborate, type ElaborateOptions } from "../syntax/index.js";
import { checkModule, type CheckOptions } from "../analysis/index.js";

export interface Front {
  readonly source: Source;
  /** Present unless the text could not be read as a module; it may be partial when there are errors. */
  readonly module: IRModule;
  readonly diagnostics: readonly Diagnostic[];
  /** An error was reported. */
  readonly failed: boolean;
}

/** Parses and elaborates. With syntax errors the module holds what could be recovered. */
export function readModule(source: Source, options: ElaborateOptions = {}): Front {
  const sink = new Diagnostics();
  const module = elaborate(parseText(source, sink), source, sink, { ...options, consume: true });
  return { source, module, diagnostics: sink.all, failed: sink.failed };
}

/** As {@link readModule}, then every check when the text could be read. */
export function checkText(source: Source, options: ElaborateOptions & CheckOptions = {}): Front {
  const front = readModule(source, options);
  if (front.failed) return front;
  const sink = new Diagnostics();
  checkModule(front.module, sink, options);
  return { ...front, diagnostics: [...front.diagnostics, ...sink.all], failed: sink.failed };
}
