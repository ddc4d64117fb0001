/** Diagnostics of schedules: references, arguments and loops. */
import { defineCodes } from "../support/diagnostic.js";

export const codes = defineCodes("SCH", {
  noPrimitive: {
    number: 1,
    message: "there is no schedule primitive named `{name}`",
    hint: "`relaxc list primitives` shows all of them",
  },
  noFunction: {
    number: 2,
    message: "there is no T function named `{name}` to schedule",
    hint: "the module has: {known}",
  },
  noBlock: {
    number: 3,
    message: "`{func}` has no block named `{name}`",
    hint: "its blocks are: {known}",
  },
  removed: {
    number: 4,
    message: "{what} is no longer there: `{primitive}` took it away",
    hint: "take the reference from a query after that, or do this before it",
    explain:
      "References stay valid while a schedule changes the function around them. What a primitive replaces or inlines is gone; a later use of the old reference names that primitive.",
  },
  foreignLoop: {
    number: 5,
    message: "the loop `{name}` is not in the function `{func}` that the schedule works on",
    hint: "`work_on` selects the function; take loops from `get_loops` after it",
  },
  argumentMissing: {
    number: 6,
    message: "`{primitive}` is called without its argument `{param}`",
    hint: "it takes: {params}",
  },
  argumentUnknown: {
    number: 7,
    message: "`{primitive}` has no parameter `{param}`",
    hint: "it takes: {params}",
  },
  argumentType: {
    number: 8,
    message: "argument `{param}` of `{primitive}` is {found}, but must be {expected}",
  },
  tooManyArguments: {
    number: 9,
    message: "`{primitive}` is called with {found} argument(s), but takes {most}",
    hint: "it takes: {params}",
  },
  traceName: {
    number: 10,
    message:
      "instruction {position} of the trace, `{primitive}`, uses `{name}`, which no instruction before it gives",
  },
  traceOutputs: {
    number: 11,
    message:
      "instruction {position} of the trace, `{primitive}`, gives {found} result(s) here, but {expected} where the trace was made",
    hint: "the trace was made for a function of another form",
  },
  traceJson: {
    number: 12,
    message: "the trace cannot be read: {what}",
  },
});
