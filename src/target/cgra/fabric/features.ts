/** What texts of libraries may ask of a fabric: classes of operations that some element executes, and names of banks. */
import type { Fabric } from "./fabric.js";

/** The target as `--target` would say it, `cgra -mattr=+alu,+dot,+b0`. */
export function targetText({ elements, banks }: Fabric): string {
  const classes = new Set(elements.flatMap(({ ops }) => [...ops]));
  const features = [...classes, ...banks.map(({ name }) => name)];
  return `cgra -mattr=${features.map((feature) => `+${feature}`).join(",")}`;
}
