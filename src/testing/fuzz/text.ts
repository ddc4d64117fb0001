/** Mutated texts: whatever stands in a file, the front end answers with a module or diagnostics, soon. */
import { formatText } from "../../format/index.js";
import { checkText } from "../../driver/frontend.js";
import { printModule } from "../../syntax/index.js";
import { makeRandom } from "../generate/random.js";
import type { Campaign, Failure } from "./campaign.js";
import { mutateToken, pickToken } from "./tokens.js";

/** Milliseconds of CPU time after which an input counts as a hang. */
const HANG = 1000;
const NOISE = ["\t", "\0", "\uFEFF", "\\", "\"", "'", '"""', "é", "漢", "\u{1F600}", "(", "[", "{", "\r", "\n", "  ", "@", "$", "0x", "1e999", "9".repeat(40), "lambda", "def ", "class ", "with ", "T.", "R.", "-".repeat(9), "not ", "((((((((", "import x\n"]; // prettier-ignore

/** A campaign over the given seed texts. */
export const textCampaign = (seeds: readonly string[]): Campaign => ({
  name: "text",
  summary: "Mutated texts: no crash, no stack trace, no hang above 1 s.",
  full: 100_000,
  run(count, seed, progress) {
    const { below } = makeRandom(seed);
    const failures: Failure[] = [];
    for (let index = 0; index < count; index++) {
      const input = mutateText(seeds, below);
      const reason = tryText(input);
      if (reason !== undefined) failures.push({ index, reason, input });
      if (index % 500 === 499) progress(index + 1);
    }
    return { done: count, failures };
  },
});

function mutateText(seeds: readonly string[], below: (n: number) => number): string {
  let text = seeds[below(seeds.length)]!;
  for (let n = 1 + below(4); n > 0; n--) text = mutateOnce(text, seeds, below);
  return text;
}

function mutateOnce(text: string, seeds: readonly string[], below: (n: number) => number): string {
  const at = below(text.length + 1);
  const lines = text.split("\n");
  const line = below(lines.length);
  switch (below(9)) {
    case 0:
    case 1:
    case 2: {
      const token = pickToken(text, below);
      return (token && mutateToken(text, token, below)) ?? text;
    }
    case 3:
      return text.slice(0, at) + NOISE[below(NOISE.length)]! + text.slice(at);
    case 4:
      return text.slice(0, at) + text.slice(at + 1 + below(12));
    case 5:
      return [...lines.slice(0, line), ...lines.slice(line + 1)].join("\n");
    case 6:
      return [
        ...lines.slice(0, line + 1),
        lines[below(lines.length)]!,
        ...lines.slice(line + 1),
      ].join("\n");
    case 7: {
      const other = seeds[below(seeds.length)]!;
      return text.slice(0, at) + other.slice(below(other.length));
    }
    default:
      lines[line] = below(2) === 0 ? ` ${lines[line]}` : lines[line]!.slice(1);
      return lines.join("\n");
  }
}

/** The failure, or undefined when the text was answered as it should be. */
function tryText(text: string): string | undefined {
  const start = process.cpuUsage();
  try {
    const front = checkText({ name: "fuzz.relax", text });
    if (front.diagnostics.some((d) => d.code.startsWith("INT"))) return "internal error reported";
    if (!front.failed) printModule(front.module, { dialect: "native" });
    formatText(text);
  } catch (error) {
    return error instanceof Error
      ? (error.stack ?? error.message).split("\n").slice(0, 6).join("\n")
      : String(error);
  }
  const used = process.cpuUsage(start);
  const spent = (used.user + used.system) / 1000;
  return spent > HANG ? `took ${Math.round(spent)} ms` : undefined;
}
