/** The op registry → its reference page. */
import { existsSync } from "node:fs";
import { cell, exportsOf, type Generated } from "./generated.js";

const REGISTRY = "src/op/index.ts";

/** What an op declaration has at least, read without trusting it. */
interface OpLike {
  readonly name: string;
  readonly summary?: string;
  readonly family?: string;
  readonly args?: readonly unknown[];
  readonly attrs?: object;
}

const isOp = (value: unknown): value is OpLike =>
  typeof value === "object" &&
  value !== null &&
  "name" in value &&
  typeof value.name === "string" &&
  /^(relax|tir|qnn|vm)\./.test(value.name);

export async function generateOps(): Promise<Generated> {
  if (!existsSync(REGISTRY)) return { files: new Map(), problems: [] };
  const { exports, problems } = await exportsOf([REGISTRY]);
  const ops = new Map<string, OpLike>();
  for (const { value } of exports) for (const op of opsIn(value)) ops.set(op.name, op);
  if (ops.size === 0) return { files: new Map(), problems };
  return { files: new Map([["docs/reference/ops.md", page([...ops.values()])]]), problems };
}

/** Ops in an export: one, a list, a map, or a registry with `all`. */
function opsIn(value: unknown): readonly OpLike[] {
  if (isOp(value)) return [value];
  if (Array.isArray(value)) return value.filter(isOp);
  if (value instanceof Map) return [...value.values()].filter(isOp);
  if (typeof value === "object" && value !== null && "all" in value) return opsIn(value.all);
  return [];
}

const nameOf = (argument: unknown): string =>
  typeof argument === "object" && argument !== null && "name" in argument
    ? String(argument.name)
    : String(argument);

function page(ops: readonly OpLike[]): string {
  const ordered = [...ops].sort((a, b) => (a.name < b.name ? -1 : 1));
  const rows = ordered.map(({ name, summary = "", args = [], attrs = {} }) => {
    const names = [...args.map(nameOf), ...Object.keys(attrs).map((key) => `${key}=`)];
    return `| \`${name}\` | \`${cell(names.join(", "))}\` | ${cell(summary)} |`;
  });
  return `# Ops\n\n| op | arguments | meaning |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
}
