import { Diagnostics } from "../../support/diagnostic.js";
import { writeText } from "../../support/host.js";
import { deviceIr } from "../../target/cgra/llvm/emit.js";
import { HEADER_NAME, intrinsicsHeader } from "../../target/cgra/llvm/header.js";
import { fabricNamed } from "../fabric.js";
import type { CgraAction } from "./action.js";
import { kernelsOf } from "./kernels.js";

export const llvm: CgraAction = {
  name: "llvm",
  args: [{ name: "FILE", help: "a program *.relax" }],
  summary:
    "the kernels of a program as LLVM IR for compilers of devices; -o OUT.bc writes bitcode, -o also the header of the intrinsics beside it",
  async run({ host, flags, report, out, say }, [file = ""]) {
    const sink = new Diagnostics();
    const fabric = await fabricNamed(flags.fabric, host, sink);
    const kernels = fabric && (await kernelsOf(host, file, flags.kernel, sink));
    const text = kernels && deviceIr(kernels, fabric, sink, { pointers: flags.pointers });
    report({ file, diagnostics: sink.all });
    if (text === undefined) return "findings";
    const { output } = flags;
    if (output === undefined) {
      out(text);
      return "ok";
    }
    if (output.endsWith(".bc")) {
      const { bitcodeOf } = await import("../../native/llvm/compile.js");
      await host.writeBytes(output, bitcodeOf(text));
    } else await writeText(host, output, text);
    const header = output.replace(/[^/\\]*$/, HEADER_NAME);
    await writeText(host, header, intrinsicsHeader());
    say(`${output}, ${header}\n`);
    return "ok";
  },
};
