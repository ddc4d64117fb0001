/** Text to IR and back. */
import { parseText } from "../../grammar/index.js";
import { printExpr, printParts, printStmt } from "../../grammar/layout/index.js";
import type { IRModule } from "../ir/module.js";
import type { Node } from "../ir/nodes.js";
import type { Sink } from "../support/diagnostic.js";
import type { Source } from "../support/source.js";
import type { ElaborateOptions } from "./context.js";
import { elaborate } from "./elaborate/file.js";
import type { RaiseOptions } from "./raise/context.js";
import { raise, raiseContext, raiseParts } from "./raise/module.js";
import { raiseAnyNode } from "./raise/node.js";

export type { ElaborateOptions } from "./context.js";
export type { Era } from "./era.js";
export type { PrintDialect, RaiseOptions } from "./raise/context.js";
export { codes as syntaxTirCodes } from "./codes.js";
export { elaborate, raise };

export interface PrintOptions extends RaiseOptions {
  /** Columns of a line; default 88. */
  readonly width?: number;
  readonly tabWidth?: number;
}

/** Text to module in one step. */
export const parseModule = (source: Source, sink: Sink, options?: ElaborateOptions): IRModule =>
  elaborate(parseText(source, sink), source, sink, { ...options, consume: true });

const layoutOf = (options: PrintOptions): { width?: number; tabWidth?: number } => ({
  ...(options.width !== undefined && { width: options.width }),
  ...(options.tabWidth !== undefined && { tabWidth: options.tabWidth }),
});

/** The text of a module. */
export function printModule(module: IRModule, options: PrintOptions = {}): string {
  const { owner, items } = raiseParts(module, options);
  const text = printParts(items, layoutOf(options), owner);
  const { templates } = module;
  // Other readers of this text do not know templates.
  if (templates === undefined || (options.dialect ?? "native") !== "native") return text;
  return text === "" ? templates : `${text}\n\n${templates}`;
}

/** The text of any node alone, for messages and debugging. */
export function printNode(node: Node, options: PrintOptions = {}): string {
  if (node.kind === "ir.Module") return printModule(node, options);
  const raised = raiseAnyNode(raiseContext(undefined, options), node);
  return Array.isArray(raised)
    ? raised.map((s) => printStmt(s, layoutOf(options))).join("\n")
    : printExpr(raised as Exclude<typeof raised, readonly unknown[]>);
}
export { isRefusal } from "./refusals.js";
