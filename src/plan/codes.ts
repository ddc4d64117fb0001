/** Codes of memory planning. */
import { defineCodes } from "../support/diagnostic.js";

export const codes = defineCodes("PLN", {
  missingColumn: {
    number: 1,
    message: "the table has no column `{column}`; it has {known}",
    hint: "the first line names the columns: id,lower,upper,size",
    explain:
      "A table of buffers has the columns `id`, `lower`, `upper` and `size`; a buffer is live from `lower` up to, " +
      "not including, `upper`. A column `end` instead of `upper` includes its point. Optional are `alignment` and " +
      "`offset`, an offset that is given.",
  },
  cellCount: {
    number: 2,
    message: "this row has {found}, and the first line names {expected} column(s)",
    explain: "Every row has one cell for each column; cells are separated by commas.",
  },
  notNumber: {
    number: 3,
    message: "`{column}` is a whole number {range}, but this is `{text}`",
    explain:
      "Sizes, points of time and offsets are written in decimal digits; the largest is 2^53 - 1.",
  },
  emptyLife: {
    number: 4,
    message: "the life of `{id}` is empty: it starts at {lower} and ends before {upper}",
    hint: "`upper` is the first point at which the buffer is not needed; it is greater than `lower`",
    explain: "A buffer that is never live needs no place.",
  },
  duplicateId: {
    number: 5,
    message: "there are two buffers named `{id}`",
    explain:
      "The name of a buffer stands for it in reports and pictures, so that it must be its own.",
  },
  fixedOverlap: {
    number: 6,
    message: "the given offsets of `{first}` and `{second}` overlap while both are live",
    hint: "leave the offset of one of them empty",
    explain: "Two buffers that are live at the same time need disjoint ranges of bytes.",
  },
  misaligned: {
    number: 7,
    message: "the given offset {offset} of `{id}` is not a multiple of its alignment {align}",
    explain: "An offset that is given must fit the alignment that is asked for.",
  },
  ignoredColumn: {
    number: 8,
    severity: "warning",
    message: "the column `{column}` is not used",
    hint: "buffers are placed as if they were live from `lower` to `upper` without a gap",
    explain: "Parts of a life in which a buffer is not needed are not exploited.",
  },
  overCapacity: {
    number: 9,
    message:
      "{count} buffer(s) live at the same time need {needed} bytes, but there are {capacity}",
    hint: "give at least {bound} bytes: `--capacity {bound}`",
    explain:
      "No placement can hold more bytes at once than there are. The buffers named in the note are live together, and " +
      "each of them is needed to exceed the capacity.",
  },
  noPlacement: {
    number: 10,
    message:
      "no placement fits {capacity} bytes, although only {bound} are live at once: a search tried all of them",
    hint: "{peak} bytes are known to suffice: `--capacity {peak}`",
    explain:
      "The most bytes that are live at once are a lower bound; now and then lives interlock so that it cannot be met.",
  },
  notFound: {
    number: 11,
    message: "no placement within {capacity} bytes was found; the best takes {peak}",
    hint: "let the search go on for longer: `--nodes {more}`",
    explain:
      "Whether the buffers fit is not decided: the bytes live at once fit, and the search ran out of nodes.",
  },
  noBuffers: {
    number: 12,
    message: "the table is empty",
    hint: "the first line names the columns: id,lower,upper,size",
    explain: "A table of buffers starts with a line of column names.",
  },
  sizeNotArithmetic: {
    number: 13,
    message:
      "the size `{size}` of a buffer cannot be planned: `{part}` is not known when memory is placed",
    hint: "sizes are integer arithmetic over the symbols of the function",
    explain:
      "Memory is placed when a function starts, from the values of its symbols. A size that depends on loaded values, " +
      "calls or floats is known only later.",
  },
  sizeOutOfRange: {
    number: 14,
    message: "the buffer `{id}` takes {size} bytes, which is not from 0 to 2^53 - 1",
    explain: "A size that is known is checked when memory is planned.",
  },
  needsShape: {
    number: 15,
    message: "a picture needs values of {symbols}",
    hint: "give them: --shape {given}",
    explain: "Sizes depend on symbols; a picture shows the buffers at one choice of their values.",
  },
  unusedSize: {
    number: 16,
    severity: "warning",
    message: "no buffer depends on `{name}`; {known}",
    explain: "`--shape` gives values to the symbols that sizes of buffers depend on.",
  },
});
