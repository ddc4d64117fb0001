/** The operator registry → its reference page. */
import { allOps } from "../../src/op/registry.js";
import type { OpDef, OpParam } from "../../src/op/op.js";
import { standardLibrary } from "../../src/template/library/stdlib.js";
import { cell, type Generated } from "./generated.js";

const stdlib = standardLibrary();

export async function generateOps(): Promise<Generated> {
  const families = new Map<string, OpDef[]>();
  for (const op of allOps()) families.set(op.family, [...(families.get(op.family) ?? []), op]);
  const sections = [...families].sort(([a], [b]) => (a < b ? -1 : 1)).map(section);
  const text = `# Operators\n\nNames are below \`relax.\`.\n\n${sections.join("\n\n")}\n`;
  return { files: new Map([["docs/reference/ops.md", text]]), problems: [] };
}

function section([family, ops]: readonly [string, readonly OpDef[]]): string {
  const rows = ops.map(
    ({ name, params, summary }) =>
      `| \`${name}\` | \`${cell(params.map(shown).join(", "))}\` | ${cell(summary)} | ${lowerings(name)} |`,
  );
  const head = "| operator | parameters | meaning | lowered by |\n| --- | --- | --- | --- |";
  return `## ${family}\n\n${head}\n${rows.join("\n")}`;
}

/** The templates of the standard library for an operator. */
const lowerings = (name: string): string =>
  stdlib
    .templatesOf(`relax.${name}`)
    .map((t) => `[\`${t.name}\`](../../${t.source.name})`)
    .join(", ");

/** A parameter as a signature writes it. */
function shown({ name, type, default: initial, optional, variadic }: OpParam): string {
  const typed = `${variadic === true ? "*" : ""}${name}: ${type}`;
  if (initial !== undefined) return `${typed} = ${plain(initial)}`;
  return optional === true ? `${typed} = None` : typed;
}

function plain(value: unknown): string {
  if (value === true) return "True";
  if (value === false) return "False";
  if (value === null) return "None";
  if (Array.isArray(value)) return `[${value.map(plain).join(", ")}]`;
  if (typeof value === "object" && "name" in value) return String(value.name);
  if (typeof value === "object" && "value" in value) return plain(value.value);
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
