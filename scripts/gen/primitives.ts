/** Primitive declarations → `src/schedule/primitives.gen.ts` and their reference page. */
import { existsSync, readFileSync } from "node:fs";
import { parseGolden } from "../../src/testing/golden/parse.js";
import { cell, exportsOf, formatted, importPath, sourcesUnder, type Generated } from "./generated.js"; // prettier-ignore

const FOLDER = "src/schedule";

/** What a declaration has at least, read without trusting it. */
interface PrimitiveLike {
  readonly name: string;
  readonly summary: string;
  readonly outputs: string;
  readonly params: Readonly<Record<string, ParamLike>>;
}
interface ParamLike {
  readonly expected: string;
  readonly help: string;
  readonly fallback?: unknown;
  readonly variadic?: boolean;
}

const isPrimitive = (value: unknown): value is PrimitiveLike =>
  typeof value === "object" &&
  value !== null &&
  "run" in value &&
  "params" in value &&
  "outputs" in value;

export async function generatePrimitives(): Promise<Generated> {
  const sources = sourcesUnder(`${FOLDER}/primitives`, () => true);
  if (sources.length === 0) return { files: new Map(), problems: [] };
  const { exports, problems } = await exportsOf(sources);
  const found = exports
    .flatMap(({ file, name, value }) =>
      isPrimitive(value) ? [{ file, name, primitive: value }] : [],
    )
    .sort((a, b) => (a.primitive.name < b.primitive.name ? -1 : 1));
  const imports = found.map(
    ({ file, name }) => `import { ${name} } from "${importPath(FOLDER, file)}";`,
  );
  const list = found.map(({ name }) => `${name} as unknown as Primitive`);
  const index = `// Made by \`npm run gen\` from the declarations below ${FOLDER}/primitives.
import type { Primitive } from "./primitive.js";
${imports.join("\n")}

export const primitives: readonly Primitive[] = [${list.join(",\n")}];
`;
  return {
    files: new Map([
      [`${FOLDER}/primitives.gen.ts`, await formatted(index)],
      ["docs/reference/primitives.md", page(found)],
    ]),
    problems,
  };
}

interface Found {
  readonly file: string;
  readonly primitive: PrimitiveLike;
}

function page(found: readonly Found[]): string {
  const sections = found.map(({ file, primitive }) =>
    [
      `## ${primitive.name}`,
      `\`${signatureOf(primitive)}\``,
      primitive.summary,
      ...parametersOf(primitive),
      ...exampleOf(file),
    ].join("\n\n"),
  );
  const intro =
    "What a schedule is made of. A primitive that cannot be applied says why and leaves the function as it was.";
  return `# Schedule primitives\n\n${intro}\n\n${sections.join("\n\n")}\n`;
}

const textOf = (value: unknown): string =>
  value === null ? "None" : value === true ? "True" : value === false ? "False" : JSON.stringify(value); // prettier-ignore

function signatureOf({ name, params, outputs }: PrimitiveLike): string {
  const list = Object.entries(params).map(([key, { fallback, variadic }]) =>
    variadic === true ? `*${key}` : fallback === undefined ? key : `${key}=${textOf(fallback)}`,
  );
  const result = { none: "", one: " -> value", list: " -> list" }[outputs] ?? "";
  return `${name}(${list.join(", ")})${result}`;
}

function parametersOf({ params }: PrimitiveLike): string[] {
  const rows = Object.entries(params).map(
    ([key, { expected, help }]) => `| \`${key}\` | ${cell(expected)} | ${cell(help)} |`,
  );
  if (rows.length === 0) return [];
  return [`| parameter | is | meaning |\n| --- | --- | --- |\n${rows.join("\n")}`];
}

/** The first case of the golden file of the primitive. */
function exampleOf(file: string): string[] {
  const path = file.replace(/^src/, "tests/golden").replace(/\.ts$/, ".relax");
  if (!existsSync(path)) return [];
  const [first] = parseGolden(path, readFileSync(path, "utf8"));
  const result = first?.sections.find((s) => s.kind === "result");
  if (first === undefined || result === undefined) return [];
  const block = (text: string): string => `\`\`\`relax\n${text.trimEnd()}\n\`\`\``;
  return [`Example: ${first.name}.`, block(first.program), "becomes", block(result.text)];
}
