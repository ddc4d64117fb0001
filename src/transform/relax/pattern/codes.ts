/** Diagnostics of dataflow patterns and what is done with them. */
import { defineCodes } from "../../../support/diagnostic.js";

export const codes = defineCodes("PAT", {
  unknownPattern: {
    number: 1,
    severity: "warning",
    message: "there is no pattern named `{name}`",
    hint: "a pattern is a private Relax function whose attribute `pattern` is its name",
    explain:
      "A pattern is written as a Relax function: its parameters stand for any values of their types, its calls for calls of the same operators. An attribute that is written as its default stands for any value.",
  },
  badPattern: {
    number: 2,
    message: "`{func}` cannot be a pattern: {problem}",
    hint: "a pattern is made of calls of operators, tuples and their items, and ends in one of them",
  },
  unknownLabel: {
    number: 3,
    message: "`{func}` says something about `{label}`, which it does not have",
    hint: "its values are: {known}",
  },
  replacementOperand: {
    number: 4,
    message: "the replacement `{func}` uses `{name}`, which the pattern `{pattern}` does not have",
    hint: "parameters of a replacement are values of the pattern, by name; the pattern has: {known}",
  },
  noReplacement: {
    number: 5,
    message: "the pattern `{name}` has no replacement",
    hint: "write a private Relax function whose attribute `replacement` is that name",
  },
  endless: {
    number: 6,
    message: "the rewrite `{name}` still applies after {rounds} rounds",
    hint: "its replacement holds the pattern again; forbid that, e.g. by an attribute",
  },
  unknownCodegen: {
    number: 10,
    message: "there is no code generator named `{name}` for `{func}`",
    hint: "registered are: {known}",
    explain:
      "A function marked `Codegen` is compiled by the code generator of that name, which a target or the caller of the pipeline brings along.",
  },
});
