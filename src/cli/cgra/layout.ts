import { layoutText } from "../../target/cgra/machine/layout.js";
import { Diagnostics } from "../../support/diagnostic.js";
import { fabricNamed } from "../fabric.js";
import { fabricArgument, type CgraAction } from "./action.js";

export const layout: CgraAction = {
  name: "layout",
  args: [fabricArgument],
  summary: "the bits of configuration words",
  async run({ host, flags, report, out }, [name = flags.fabric]) {
    const sink = new Diagnostics();
    const fabric = await fabricNamed(name, host, sink);
    report({ file: name, diagnostics: sink.all });
    if (fabric === undefined) return "findings";
    out(layoutText(fabric));
    return "ok";
  },
};
