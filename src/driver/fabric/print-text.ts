/** Fabrics as text, `@C.fabric`. */
import { parseText, printFile, stringLiteral } from "../../../grammar/index.js";
import { Diagnostics } from "../../support/diagnostic.js";
import { describeFabric, type Fabric } from "../../target/cgra/index.js";
import { elementSetText } from "./element-sets.js";
import { STATEMENTS, type FabricStatement } from "./statements.js";

type Description = Readonly<Record<string, unknown>>;

/** The text of a fabric; what has its default is left out. */
export function printFabric(fabric: Fabric): string {
  const description = describeFabric(fabric) as Description;
  const lines = Object.entries(STATEMENTS).flatMap(([name, form]) =>
    objectsOf(description, form).flatMap((object) => {
      const args = Object.entries(form.words).flatMap(([word, key], i) => {
        const value = object[key];
        if (value === undefined) return [];
        const text = word === "pes" ? elementSetText(value as number[], fabric) : valueText(value);
        return [i < form.positional ? text : `${word}=${text}`];
      });
      return args.length === 0 ? [] : [`    C.${name}(${args.join(", ")})\n`];
    }),
  );
  const { name } = fabric;
  const id = /^[A-Za-z_]\w*$/.test(name) ? name : name.replace(/\W/g, "_").replace(/^(?=\d)/, "_");
  const decorator = id === name ? "" : `(${stringLiteral(name)})`;
  const text = `@C.fabric${decorator}\ndef ${id}():\n${lines.join("")}`;
  return printFile(parseText({ name: `${id}.relax`, text }, new Diagnostics()));
}

/** The objects a statement is written from, one or, where it repeats, all. */
function objectsOf(description: Description, { into, each }: FabricStatement): Description[] {
  let at: unknown = description;
  for (const key of into) at = (at as Description | undefined)?.[key];
  if (at === undefined) return [];
  return each === undefined ? [at as Description] : (at as Description[]);
}

function valueText(value: unknown): string {
  if (typeof value === "string") return stringLiteral(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const entries = Object.entries(value);
  if ("regs" in value) {
    const words = entries.map(([k, v]) => (k === "regs" ? String(v) : `${k}=${valueText(v)}`));
    return `C.rf(${words.join(", ")})`;
  }
  return `{${entries.map(([k, v]) => `${stringLiteral(k)}: ${valueText(v)}`).join(", ")}}`;
}
