/** What texts of libraries may ask of a fabric: classes of operations that some element executes, and names of banks. */
import type { Fabric } from "./fabric.js";

/** The target as `--target` would say it, `cgra -mattr=+alu,+dot,+b0`, with what else was asked for. */
export function targetText({ elements, banks }: Fabric, more: Iterable<string> = []): string {
  const classes = elements.flatMap(({ ops }) => [...ops]);
  const features = new Set([...classes, ...banks.map(({ name }) => name), ...more]);
  return `cgra -mattr=${[...features].map((feature) => `+${feature}`).join(",")}`;
}
