/** Code tables → `src/driver/codes.gen.ts` and one reference page an area. */
import { codesOf, type Code, type CodeInfo, type CodeTable } from "../../src/support/diagnostic.js";
import {
  exportsOf,
  formatted,
  importPath,
  sourcesUnder,
  type Export,
  type Generated,
} from "./generated.js";

/** What the areas are about. */
const AREAS: Readonly<Record<string, string>> = {
  SYN: "text",
  SCO: "names and scopes",
  TYP: "types and struct info",
  SHP: "symbolic shapes",
  WFT: "TensorIR well-formedness",
  WFR: "Relax well-formedness",
  SCH: "schedules",
  LOW: "lowering by templates",
  PAS: "passes and pipelines",
  PAT: "dataflow patterns and partitioning",
  GRD: "gradients",
  PLN: "memory planning",
  TUN: "tuning",
  MAP: "CGRA mapping",
  GEN: "code generation",
  RUN: "run time",
  IMP: "importers",
  CFG: "command line and configuration",
  INT: "internal errors",
};

type AnyTable = CodeTable<Record<string, CodeInfo>>;

const isTable = (value: unknown): value is AnyTable =>
  typeof value === "object" &&
  value !== null &&
  Object.values(value).length > 0 &&
  Object.values(value).every((entry) => typeof entry === "function" && "info" in entry);

const sizeOf = ({ value }: Export): number => Object.keys(value as object).length;

export async function generateCodes(): Promise<Generated> {
  const isCodeFile = (path: string): boolean => /(^|\/)([a-z0-9-]+-)?codes\.ts$/.test(path);
  const sources = [...sourcesUnder("grammar", isCodeFile), ...sourcesUnder("src", isCodeFile)];
  const { exports, problems } = await exportsOf(sources);
  const tables = exports.filter((e) => isTable(e.value)).sort((a, b) => sizeOf(b) - sizeOf(a));
  const byArea = new Map<string, Code[]>();
  const clashes: string[] = [];
  const owners = new Map<string, { readonly info: Code; readonly file: string }>();
  const contributing: Export[] = [];
  for (const table of tables) {
    const { file, value } = table;
    // A file may export its tables one by one and together; the largest come first.
    const fresh = codesOf(value as AnyTable).filter((info) => owners.get(info.code)?.info !== info);
    if (fresh.length > 0) contributing.push(table);
    for (const code of fresh) {
      const owner = owners.get(code.code);
      if (owner !== undefined)
        clashes.push(`${code.code} is declared in ${owner.file} and in ${file}`);
      owners.set(code.code, { info: code, file });
      const area = code.code.slice(0, 3);
      if (!(area in AREAS)) clashes.push(`${file}: there is no area ${area}`);
      byArea.set(area, [...(byArea.get(area) ?? []), code]);
    }
  }
  contributing.sort((a, b) => (a.file + a.name < b.file + b.name ? -1 : 1));
  const files = new Map([["src/cli/codes.gen.ts", await index(contributing)]]);
  for (const [area, codes] of byArea)
    files.set(`docs/reference/diagnostics/${area}.md`, page(area, codes));
  return { files, problems: [...problems, ...clashes] };
}

function index(tables: readonly Export[]): Promise<string> {
  const imports = tables.map(
    ({ file, name }, i) => `import { ${name} as t${i} } from "${importPath("src/cli", file)}";`,
  );
  return formatted(`// Made by \`npm run gen\` from the code tables (\`codes.ts\` of each folder).
import { codesOf, type Code, type CodeInfo, type CodeTable } from "../support/diagnostic.js";
${imports.join("\n")}

type AnyTable = CodeTable<Record<string, CodeInfo>>;
const tables: readonly unknown[] = [${tables.map((_, i) => `t${i}`).join(", ")}];

/** Every diagnostic code, in order. */
export function allCodes(): readonly Code[] {
  const codes = tables.flatMap((table) => codesOf(table as AnyTable));
  return codes.sort((a, b) => (a.code < b.code ? -1 : 1));
}
`);
}

function page(area: string, codes: readonly Code[]): string {
  const ordered = [...codes].sort((a, b) => a.number - b.number);
  const sections = ordered.map((code) => {
    const parts = [
      `## ${code.code}`,
      `\`${code.name}\` · ${code.severity ?? "error"}`,
      `> ${code.message}`,
    ];
    if (code.explain !== undefined) parts.push(code.explain);
    if (code.hint !== undefined) parts.push(`Way out: ${code.hint}`);
    if (code.bad !== undefined)
      parts.push(`Reported for:\n\n\`\`\`relax\n${code.bad.trimEnd()}\n\`\`\``);
    if (code.good !== undefined)
      parts.push(`Right:\n\n\`\`\`relax\n${code.good.trimEnd()}\n\`\`\``);
    return parts.join("\n\n");
  });
  return `# ${area}: ${AREAS[area]}\n\n${sections.join("\n\n")}\n`;
}
