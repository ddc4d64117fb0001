/** The fabric a command line names. */
import { codes, preset, presetNames, readFabric, type Fabric } from "../target/cgra/index.js";
import type { Sink } from "../support/diagnostic.js";
import { readText, type Host } from "../support/host.js";
import { didYouMean } from "../support/suggest.js";

export const fabricFlag = {
  type: "string",
  placeholder: "FABRIC",
  default: "npu-6x6",
  help: "A preset (`relaxc list fabrics`) or a file *.fabric.json.",
} as const;

export async function fabricNamed(
  name: string,
  host: Host,
  sink: Sink,
): Promise<Fabric | undefined> {
  const known = preset(name);
  if (known !== undefined) return known;
  if (name.endsWith(".json")) return readFabric({ name, text: await readText(host, name) }, sink);
  const suggestion = didYouMean(name, presetNames()) ?? `presets are ${presetNames().join(", ")}`;
  sink.report(codes.unknownFabric({ name, suggestion }));
  return undefined;
}
