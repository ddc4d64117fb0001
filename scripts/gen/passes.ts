/** Pass declarations → `src/transform/index.gen.ts` (lazy) and their reference page. */
import { existsSync, readFileSync } from "node:fs";
import { parseGolden } from "../../src/testing/golden/parse.js";
import {
  cell,
  exportsOf,
  formatted,
  importPath,
  sourcesUnder,
  type Generated,
} from "./generated.js";

const FOLDER = "src/transform";

/** What a pass declaration has at least, read without trusting it. */
interface PassLike {
  readonly name: string;
  readonly summary: string;
  readonly dialect?: string;
  readonly from?: string;
  readonly to?: string;
  readonly requires?: readonly string[];
  readonly options?: Readonly<
    Record<string, { readonly help: string; readonly default?: unknown }>
  >;
}

const isPass = (value: unknown): value is PassLike =>
  typeof value === "object" &&
  value !== null &&
  "run" in value &&
  "name" in value &&
  "summary" in value &&
  ("dialect" in value || "from" in value);

export async function generatePasses(): Promise<Generated> {
  const sources = sourcesUnder(FOLDER, () => true);
  if (sources.length === 0) return { files: new Map(), problems: [] };
  const { exports, problems } = await exportsOf(sources);
  const seen = new Set<unknown>();
  const found = exports
    .flatMap(({ file, name, value }) => {
      if (!isPass(value) || seen.has(value)) return [];
      seen.add(value);
      return [{ file, name, pass: value }];
    })
    .sort((a, b) => (a.pass.name < b.pass.name ? -1 : 1));
  // One module holds them all: a pipeline takes dozens, and each file that is loaded by itself costs start-up.
  const entries = found.map(
    ({ name, pass }) => `{
      name: ${JSON.stringify(pass.name)},
      summary: ${JSON.stringify(pass.summary)},
      load: async () => (await all()).${name},
    }`,
  );
  const head = `// Made by \`npm run gen\` from the pass declarations below ${FOLDER}.\n`;
  const index = `${head}
const all = () => import("./passes.gen.js");
export const passes = [${entries.join(",\n")}] as const;
`;
  const exported = found.map(
    ({ file, name }) => `export { ${name} } from "${importPath(FOLDER, file)}";`,
  );
  return {
    files: new Map([
      [`${FOLDER}/index.gen.ts`, await formatted(index)],
      [`${FOLDER}/passes.gen.ts`, await formatted(head + exported.join("\n"))],
      ["docs/reference/passes.md", page(found)],
    ]),
    problems,
  };
}

interface Found {
  readonly file: string;
  readonly name: string;
  readonly pass: PassLike;
}

function page(passes: readonly Found[]): string {
  const sections = passes.map(({ file, name, pass }) =>
    [
      `## ${pass.name}`,
      `${pass.summary}${placeOf(pass)}`,
      ...contractOf(file, name),
      ...optionsOf(pass),
      ...exampleOf(file),
    ].join("\n\n"),
  );
  const intro = "Written in pipelines as `name{option=value}`, separated by commas.";
  return `# Passes\n\n${intro}\n\n${sections.join("\n\n")}\n`;
}

function placeOf({ dialect, from, to, requires }: PassLike): string {
  const stages = from === undefined ? "" : ` · ${from} → ${to ?? from}`;
  const after = requires?.length ? ` After ${requires.map((r) => `\`${r}\``).join(", ")}.` : "";
  return `${dialect === undefined ? stages : ` (${dialect}${stages})`}${after}`;
}

/** What the comment of a declaration says: precondition, result, and why the pass is sound. */
function contractOf(file: string, name: string): string[] {
  const text = readFileSync(file, "utf8");
  const comment = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s*export const ${name}\\b`).exec(
    text,
  )?.[1];
  const flat = (comment ?? "")
    .replace(/^\s*\*/gm, "")
    .replace(/\s+/g, " ")
    .trim();
  const parts = /^Precondition: (.*?) Result: (.*?) Sound (.*)$/.exec(flat);
  if (parts === null) return [];
  const [, before, after, why] = parts;
  return [`- Precondition: ${before}\n- Result: ${after}\n- Sound ${why}`];
}

function optionsOf(pass: PassLike): string[] {
  const options = Object.entries(pass.options ?? {});
  if (options.length === 0) return [];
  const rows = options.map(([key, { help, default: initial }]) => {
    const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return `| \`${name}\` | ${initial === undefined ? "" : `\`${cell(JSON.stringify(initial))}\``} | ${cell(help)} |`;
  });
  return [`| option | default | meaning |\n| --- | --- | --- |\n${rows.join("\n")}`];
}

/** The first case of the golden file beside the declaration. */
function exampleOf(file: string): string[] {
  const path = file.replace(/^src/, "tests/golden").replace(/\.ts$/, ".relax");
  if (!existsSync(path)) return [];
  const [first] = parseGolden(path, readFileSync(path, "utf8"));
  const result = first?.sections.find((s) => s.kind === "result");
  if (first === undefined || result === undefined) return [];
  const block = (text: string): string => `\`\`\`relax\n${text.trimEnd()}\n\`\`\``;
  return [`Example: ${first.name}.`, block(first.program), "becomes", block(result.text)];
}
