import { Diagnostics } from "../../support/diagnostic.js";
import { writeText } from "../../support/host.js";
import { decodeImage } from "../../target/cgra/machine/image.js";
import { programText } from "../../target/cgra/machine/program-text.js";
import { fabricNamed } from "../fabric.js";
import type { CgraAction } from "./action.js";

export const dis: CgraAction = {
  name: "dis",
  args: [{ name: "IMAGE", help: "an image *.cgrabin" }],
  summary: "an image as text, which `asm` reads back",
  async run({ host, flags, report, out }, [file = ""]) {
    const sink = new Diagnostics();
    const fabric = await fabricNamed(flags.fabric, host, sink);
    report({ file, diagnostics: sink.all });
    if (fabric === undefined) return "findings";
    const text = programText(decodeImage(fabric, await host.readBytes(file), file));
    if (flags.output === undefined) out(text);
    else await writeText(host, flags.output, text);
    return "ok";
  },
};
