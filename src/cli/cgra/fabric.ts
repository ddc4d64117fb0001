import { printFabric } from "../../driver/fabric/print-text.js";
import { Diagnostics } from "../../support/diagnostic.js";
import { writeText } from "../../support/host.js";
import { describeFabric } from "../../target/cgra/index.js";
import { fabricNamed } from "../fabric.js";
import { fabricArgument, type CgraAction } from "./action.js";

export const fabric: CgraAction = {
  name: "fabric",
  args: [fabricArgument],
  summary: "the description of a fabric, as text or as JSON (--as)",
  async run({ host, flags, report, out }, [name = flags.fabric]) {
    const sink = new Diagnostics();
    const found = await fabricNamed(name, host, sink);
    report({ file: name, diagnostics: sink.all });
    if (found === undefined) return "findings";
    const text =
      flags.as === "json"
        ? `${JSON.stringify(describeFabric(found), null, 1)}\n`
        : printFabric(found);
    if (flags.output === undefined) out(text);
    else await writeText(host, flags.output, text);
    return "ok";
  },
};
