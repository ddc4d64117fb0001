/** The diagnostic for a name that is no T function of the module. */
import type { IRModule } from "../ir/module.js";
import type { Diagnostic } from "../support/diagnostic.js";
import { codes } from "./codes.js";

export function noFunction(module: IRModule, name: string): Diagnostic {
  const known = [...module.functions].filter(([, f]) => f.kind === "tir.PrimFunc");
  return codes.noFunction({ name, known: known.map(([k]) => `\`${k}\``).join(", ") || "none" });
}
