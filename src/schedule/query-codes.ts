/** Diagnostics of queries and scripts of schedules. */
import { defineCodes } from "../support/diagnostic.js";

export const queryCodes = defineCodes("SCH", {
  noAnchor: {
    number: 90,
    message: "`{func}` has no block that it is about",
    hint: "name the block: `sch.get_sblock(…)`",
    explain:
      "The anchor is the block with the largest reduction, or the one that writes the result. A function whose blocks stand in branches or are not plain has none.",
  },
});
