import { Diagnostics } from "../../support/diagnostic.js";
import { readText } from "../../support/host.js";
import { defaultPlaces } from "../../target/cgra/index.js";
import { kernelCompiler } from "../../target/cgra/host/compile-kernel.js";
import { encodeImage } from "../../target/cgra/machine/image.js";
import { programText } from "../../target/cgra/machine/program-text.js";
import type { KernelProgram } from "../../target/cgra/machine/program.js";
import { readProgramText } from "../../target/cgra/machine/read-program-text.js";
import { fabricNamed } from "../fabric.js";
import type { CgraAction } from "./action.js";
import { kernelsOf } from "./kernels.js";

export const asm: CgraAction = {
  name: "asm",
  args: [{ name: "FILE", help: "a text of words, or a program *.relax" }],
  summary: "the image of a text that `dis` wrote, or of a kernel of a program *.relax",
  async run({ host, flags, report, out }, [file = ""]) {
    const sink = new Diagnostics();
    const fabric = await fabricNamed(flags.fabric, host, sink);
    let program: KernelProgram | undefined;
    if (fabric !== undefined && file.endsWith(".relax")) {
      const [func] = (await kernelsOf(host, file, flags.kernel, sink)) ?? [];
      const kernel = func && kernelCompiler(fabric)(func, defaultPlaces(func, fabric));
      if (kernel !== undefined && "program" in kernel) program = kernel.program;
      else if (kernel !== undefined) sink.report({ ...kernel, severity: "error" });
    } else if (fabric !== undefined)
      program = readProgramText({ name: file, text: await readText(host, file) }, fabric, sink);
    report({ file, diagnostics: sink.all });
    if (program === undefined || fabric === undefined) return "findings";
    if (flags.output === undefined) out(programText(program));
    else await host.writeBytes(flags.output, encodeImage(fabric, program));
    return "ok";
  },
};
