/** Pass declarations → `src/transform/index.gen.ts` (lazy) and their reference page. */
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
  const entries = found.map(
    ({ file, name, pass }) => `{
      name: ${JSON.stringify(pass.name)},
      summary: ${JSON.stringify(pass.summary)},
      load: async () => (await import("${importPath(FOLDER, file)}")).${name},
    }`,
  );
  const index = `// Made by \`npm run gen\` from the pass declarations below ${FOLDER}.
export const passes = [${entries.join(",\n")}] as const;
`;
  return {
    files: new Map([
      [`${FOLDER}/index.gen.ts`, await formatted(index)],
      ["docs/reference/passes.md", page(found.map((f) => f.pass))],
    ]),
    problems,
  };
}

function page(passes: readonly PassLike[]): string {
  const sections = passes.map((pass) => {
    const stages = pass.from === undefined ? "" : ` · ${pass.from} → ${pass.to ?? pass.from}`;
    const parts = [
      `## ${pass.name}`,
      `${pass.summary}${pass.dialect ? ` (${pass.dialect}${stages})` : stages}`,
    ];
    const options = Object.entries(pass.options ?? {});
    if (options.length > 0) {
      const rows = options.map(([key, { help, default: initial }]) => {
        const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
        return `| \`${name}\` | ${initial === undefined ? "" : `\`${cell(JSON.stringify(initial))}\``} | ${cell(help)} |`;
      });
      parts.push(`| option | default | meaning |\n| --- | --- | --- |\n${rows.join("\n")}`);
    }
    return parts.join("\n\n");
  });
  return `# Passes\n\nWritten in pipelines as \`name{option=value}\`, separated by commas.\n\n${sections.join("\n\n")}\n`;
}
