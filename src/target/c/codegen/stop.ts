/** Leaving a function with a status. */
import type { FunctionContext, Reason } from "./context.js";
import { prefix, type Piece } from "./text.js";

/** Adds `if (condition) return status;`. */
export function stopIf(cx: FunctionContext, condition: string, reason: Reason): void {
  const code = cx.shared.status(cx.kernel.name, reason);
  cx.lines.add(`if (${condition}) return ${code}; /* ${comment(reason.message)} */`);
}

/** Adds `if (!condition) return status;`. */
export const stopUnless = (cx: FunctionContext, condition: Piece, reason: Reason): void =>
  stopIf(cx, prefix("!", condition).text, reason);

/** A message as the text of a comment. */
export const comment = (text: string): string =>
  text.replaceAll("*/", "* /").replaceAll("/*", "/ *").replace(/\s+/g, " ");
