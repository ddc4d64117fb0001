/** Codes of JSON files: descriptions of fabrics, graphs, traces. */
import { defineCodes } from "../diagnostic.js";

export const codes = defineCodes("IMP", {
  jsonSyntax: {
    number: 90,
    message: "this is not JSON: {reason}",
    explain: "Files of this kind are JSON (RFC 8259), without comments and trailing commas.",
  },
  jsonKind: {
    number: 91,
    message: "{what} is {expected}, but this is {found}",
    explain: "Every field of a file has one kind of value; the reference of the format names it.",
  },
  jsonMissing: {
    number: 92,
    message: "{what} has no `{key}`",
    explain: "Fields without a default must be given.",
  },
  jsonUnknown: {
    number: 93,
    message: "{what} has no field `{key}`",
    hint: "{suggestion}",
    explain: "Unknown fields are mistakes: what they were meant to say would be ignored.",
  },
  jsonRepeated: {
    number: 94,
    message: "`{key}` is given twice",
    explain: "Readers of JSON disagree on which of two equal keys counts.",
  },
});
