/** The fabric a command line names. */
import type { Sink } from "../support/diagnostic.js";
import type { Host } from "../support/host.js";
import { parseTarget } from "../support/target-description.js";
import type { Fabric } from "../target/cgra/index.js";
import type { ChosenTarget } from "./target.js";

/** The fabric of a name or a file; what is wrong is reported. What knows of fabrics is loaded only now. */
export async function fabricNamed(
  name: string,
  host: Host,
  sink: Sink,
): Promise<Fabric | undefined> {
  const load = await import("../driver/fabric/load.js");
  return load.fabricNamed(name, host, sink);
}

export const fabricFlag = {
  type: "string",
  placeholder: "FABRIC",
  default: "npu-6x6",
  help: "A preset (`relaxc list fabrics`), a file *.fabric.json, or FILE.relax[:NAME].",
} as const;

/** A target, and the fabric where it is for one. */
export interface Site<K extends string> {
  readonly chosen: ChosenTarget<K>;
  readonly fabric: Fabric | undefined;
}

/** Adds to target `cgra` what the fabric has, for which libraries have texts; undefined when errors were reported. */
export async function siteOf<K extends string>(
  chosen: ChosenTarget<K>,
  name: string,
  host: Host,
  sink: Sink,
): Promise<Site<K> | undefined> {
  if (chosen.kind !== "cgra") return { chosen, fabric: undefined };
  const fabric = await fabricNamed(name, host, sink);
  if (fabric === undefined) return undefined;
  const { targetText } = await import("../target/cgra/fabric/features.js");
  const target = targetText(fabric, chosen.description.features);
  const read = parseTarget(target);
  const description = "target" in read ? read.target : chosen.description;
  return { fabric, chosen: { ...chosen, target, description } };
}
