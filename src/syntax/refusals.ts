/** Codes of what the language leaves out on purpose: Python that would have to run while the text is read. */
import { codes } from "./codes.js";
import { relaxCodes } from "./relax-codes.js";

const REFUSALS: ReadonlySet<string> = new Set(
  [
    codes.notPartOfLanguage,
    codes.metaProgramming,
    codes.defaultArgument,
    codes.builderFunction,
    relaxCodes.metaProgramming,
    relaxCodes.builderCall,
    relaxCodes.pythonModule,
  ].map((code) => code.info.code),
);

/** Whether a code refuses meta-programming. */
export const isRefusal = (code: string): boolean => REFUSALS.has(code);
