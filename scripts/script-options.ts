/** Words of a script's command line; those it does not know, or `--help`, show how it is called. */
import { parseArgs, type ParseArgsConfig } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;
const help = { help: { type: "boolean" } } as const;

export function scriptOptions<const O extends Options>(usage: string, options: O) {
  const config = { allowPositionals: true, options: { ...options, ...help } } as const;
  try {
    const parsed = parseArgs(config);
    if (!("help" in parsed.values)) return parsed;
    console.log(usage);
    process.exit(0);
  } catch (error) {
    console.error(`${(error as Error).message.split(". To ")[0]}\n${usage}`);
    process.exit(2);
  }
}

/** The number that a word is; another ends the script. */
export function wholeNumber(word: string, option: string): number {
  if (/^\d{1,15}$/.test(word)) return Number(word);
  console.error(`--${option} takes a whole number, but got \`${word}\``);
  process.exit(2);
}
