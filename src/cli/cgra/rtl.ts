import { Diagnostics } from "../../support/diagnostic.js";
import { writeText } from "../../support/host.js";
import { codes as mapCodes } from "../../target/cgra/index.js";
import { rtlOf, rtlProblem } from "../../target/cgra/rtl/emit.js";
import { fabricNamed } from "../fabric.js";
import type { CgraAction } from "./action.js";

export const rtl: CgraAction = {
  name: "rtl",
  args: "[FABRIC]",
  summary: "the fabric as Verilog-2005 with a test bench, in the folder of -o",
  async run({ host, flags, report, complain, say }, [name = flags.fabric]) {
    const sink = new Diagnostics();
    const fabric = await fabricNamed(name, host, sink);
    report({ file: name, diagnostics: sink.all });
    if (fabric === undefined) return "findings";
    const reason = rtlProblem(fabric);
    if (reason !== undefined) {
      complain(mapCodes.noHardware({ fabric: fabric.name, reason }));
      return "findings";
    }
    const folder = flags.output ?? `${fabric.name}-rtl`;
    await host.makeFolder(folder);
    for (const [file, text] of rtlOf(fabric)) {
      await writeText(host, `${folder}/${file}`, text);
      say(`${folder}/${file}  ${text.split("\n").length} lines\n`);
    }
    return "ok";
  },
};
