/** Formatting of `.relax` text: for the command line, and as a plugin of Prettier. */
export { formatText, type FormatOptions, type FormatResult } from "./format-text.js";
export { defaultOptions, languages, parsers, printers } from "./plugin.js";
