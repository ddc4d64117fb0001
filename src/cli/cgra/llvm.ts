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
    const { output, pointers } = flags;
    const text = kernels && deviceIr(kernels, fabric, sink, { pointers });
    const made = text !== undefined && output?.endsWith(".bc") ? await bitcodeOf(text, pointers, sink) : text; // prettier-ignore
    report({ file, diagnostics: sink.all });
    if (made === undefined) return "findings";
    if (output === undefined) {
      out(text!);
      return "ok";
    }
    if (typeof made === "string") await writeText(host, output, made);
    else await host.writeBytes(output, made);
    const header = output.replace(/[^/\\]*$/, HEADER_NAME);
    await writeText(host, header, intrinsicsHeader());
    say(`${output}, ${header}\n`);
    return "ok";
  },
};

/** Bitcode, by what only builds that ask for it load. */
async function bitcodeOf(
  text: string,
  pointers: "typed" | "opaque",
  sink: Diagnostics,
): Promise<Uint8Array | undefined> {
  const { bitcode } = await import("../../driver/native.js");
  return bitcode(text, pointers, sink);
}
