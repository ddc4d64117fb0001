/** The files of `stdlib/` → the index through which they are bundled. */
import { existsSync, readdirSync } from "node:fs";
import { formatted, type Generated } from "./generated.js";

const FOLDER = "stdlib";

export async function generateStdlib(): Promise<Generated> {
  if (!existsSync(FOLDER)) return { files: new Map(), problems: [] };
  const files = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".relax"))
    .sort();
  const variable = (file: string): string =>
    file.replace(/\.relax$/, "").replace(/[-/](\w)/g, (_, c: string) => c.toUpperCase());
  const text = `// Made by \`npm run gen\` from the files of ${FOLDER}/.
import type { Source } from "../../support/source.js";
${files.map((f) => `import ${variable(f)} from "../../../${FOLDER}/${f}";`).join("\n")}

/** The texts of the standard library. */
export const stdlibFiles: readonly Source[] = [
${files.map((f) => `  { name: "${FOLDER}/${f}", text: ${variable(f)} },`).join("\n")}
];
`;
  const index = "src/template/library/stdlib.gen.ts";
  return { files: new Map([[index, await formatted(text)]]), problems: [] };
}
