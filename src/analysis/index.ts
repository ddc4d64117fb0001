/** Checks of modules. */
import type { IRModule } from "../ir/module.js";
import type { Sink } from "../support/diagnostic.js";

export interface CheckOptions {
  readonly stage?: string;
}

/** Reports every problem found in the module. */
export function checkModule(module: IRModule, sink: Sink, options: CheckOptions = {}): void {
  void [module, sink, options];
}
