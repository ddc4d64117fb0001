import { Diagnostics } from "../../support/diagnostic.js";
import { writeText } from "../../support/host.js";
import { codes as mapCodes } from "../../target/cgra/index.js";
import { decodeImage } from "../../target/cgra/machine/image.js";
import { configurationHex, configurationOf } from "../../target/cgra/rtl/configure.js";
import { rtlOf, rtlProblem } from "../../target/cgra/rtl/emit.js";
import { structureOf } from "../../target/cgra/rtl/kinds.js";
import { fabricNamed } from "../fabric.js";
import { fabricArgument, type CgraAction } from "./action.js";
import { launchNumbers } from "./launch-numbers.js";

export const rtl: CgraAction = {
  name: "rtl",
  args: [
    fabricArgument,
    { name: "IMAGE", help: "an image *.cgrabin", optional: true },
    { name: "NUMBER", help: "numbers of its launch", optional: true, many: true },
  ],
  summary:
    "the fabric as Verilog-2005 with a test bench, in the folder of -o; an image and its launch numbers become what the bench plays",
  async run({ host, flags, report, complain, say }, [name = flags.fabric, image, ...numbers]) {
    const sink = new Diagnostics();
    const fabric = await fabricNamed(name, host, sink);
    report({ file: name, diagnostics: sink.all });
    if (fabric === undefined) return "findings";
    const reason = rtlProblem(fabric);
    if (reason !== undefined) {
      complain(mapCodes.noHardware({ fabric: fabric.name, reason }));
      return "findings";
    }
    const files = new Map(rtlOf(fabric));
    if (image !== undefined) {
      const program = decodeImage(fabric, await host.readBytes(image), image);
      const given = launchNumbers(program, numbers);
      const writes = configurationOf(structureOf(fabric), program, given);
      files.set("image.hex", configurationHex(writes));
      fabric.banks.forEach(({ bytes }, b) => files.set(`bank${b}.hex`, "00\n".repeat(bytes)));
    }
    const folder = flags.output ?? `${fabric.name}-rtl`;
    await host.makeFolder(folder);
    for (const [file, text] of files) {
      await writeText(host, `${folder}/${file}`, text);
      say(`${folder}/${file}  ${text.split("\n").length} lines\n`);
    }
    return "ok";
  },
};
