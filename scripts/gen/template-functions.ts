/** The functions of `S` → their reference page. */
import { allFunctions } from "../../src/template/index.js";
import { cell, type Generated } from "./generated.js";

export async function generateTemplateFunctions(): Promise<Generated> {
  const rows = allFunctions().map(
    ({ name, params, result, summary }) =>
      `| \`S.${name}(${cell(params)})\` | ${cell(result)} | ${cell(summary)} |`,
  );
  const text = `# Functions of templates

They compute while a template is instantiated. \`axes\` is one int or a tuple of ints, counted from either end.

| function | result | meaning |
| --- | --- | --- |
${rows.join("\n")}
`;
  return { files: new Map([["docs/reference/template-functions.md", text]]), problems: [] };
}
