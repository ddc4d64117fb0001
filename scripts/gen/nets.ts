/** The networks of `samples/nets`, written from their lists of layers. */
import { parseText, printFile } from "../../grammar/index.js";
import { nets } from "../nets/index.js";
import { relaxText } from "../nets/relax-text.js";
import type { Generated } from "./generated.js";

/** Laid out as any file, so that `format --check` holds. */
export async function generateNets(): Promise<Generated> {
  const files = new Map<string, string>();
  const problems: string[] = [];
  for (const net of nets()) {
    const path = `samples/nets/${net.name}.relax`;
    const file = parseText(
      { name: path, text: relaxText(net) },
      { report: (d) => problems.push(`${path}: ${d.message}`) },
    );
    files.set(path, printFile(file));
  }
  return { files, problems };
}
