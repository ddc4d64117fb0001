import { Diagnostics } from "../../support/diagnostic.js";
import { capacityOf, capacityText } from "../../target/cgra/fabric/capacity.js";
import { fabricNamed } from "../fabric.js";
import { fabricArgument, type CgraAction } from "./action.js";

export const capacity: CgraAction = {
  name: "capacity",
  args: [fabricArgument],
  summary: "peak operations, and sizes of memories and configuration; JSON with `--as json`",
  async run({ host, flags, report, out }, [name = flags.fabric]) {
    const sink = new Diagnostics();
    const fabric = await fabricNamed(name, host, sink);
    report({ file: name, diagnostics: sink.all });
    if (fabric === undefined) return "findings";
    const found = capacityOf(fabric);
    const json = { name: fabric.name, ...found, byClass: Object.fromEntries(found.byClass) };
    out(flags.as === "json" ? `${JSON.stringify(json, null, 2)}\n` : capacityText(fabric));
    return "ok";
  },
};
