/** `#: values`: a program means the same before and after, on inputs made from a seed. */
import { makeInputs, parseShapes } from "../../driver/inputs.js";
import { readModule } from "../../driver/frontend.js";
import { lowerModule } from "../../driver/lower.js";
import { interpret } from "../../interp/index.js";
import { rewrite } from "../../ir/core/rewrite.js";
import type { IRModule } from "../../ir/module.js";
import { DiagnosticError, Diagnostics } from "../../support/diagnostic.js";
import type { NDArray } from "../../support/ndarray.js";
import { tensorsDiffer } from "../../support/tensor-difference.js";
import type { Value } from "../../support/value.js";

const ENTRY = "main";

/** What differs between the results of two texts, for sizes like `m=3,n=7`; undefined when nothing does. */
export async function valuesDiffer(
  before: string,
  after: string,
  sizes: string,
): Promise<string | undefined> {
  try {
    const was = await evaluate(before, sizes, "the program");
    return difference(was, await evaluate(after, sizes, "what comes out"), "the result");
  } catch (error) {
    if (error instanceof DiagnosticError || error instanceof NoEntry) return error.message;
    throw error;
  }
}

/** There is nothing to call. */
class NoEntry extends Error {}

async function evaluate(text: string, sizes: string, what: string): Promise<Value> {
  const { module: read, failed, diagnostics } = readModule({ name: "case.relax", text });
  const first = diagnostics.find((d) => d.severity === "error");
  if (failed && first !== undefined) throw new DiagnosticError(first);
  const found = new Diagnostics();
  const module = await lowerModule(withoutMarks(read), found, { target: "interp" });
  if (module === undefined) throw new DiagnosticError(found.all[0]!);
  const entry = module.functions.get(ENTRY);
  if (entry?.kind !== "relax.Function")
    throw new NoEntry(`${what} has no Relax function \`${ENTRY}\`, which \`#: values\` calls`);
  const request = { ...parseShapes([sizes]), given: new Map<string, NDArray>(), seed: 1 };
  const outcome = interpret(module, ENTRY, makeInputs(entry, request));
  if (!outcome.ok) throw new DiagnosticError(outcome.diagnostic);
  return outcome.value;
}

/** What belongs to outside compilers is lowered as all else: it must mean what it describes. */
const withoutMarks = (module: IRModule): IRModule =>
  rewrite(module, (node) => {
    if (node.kind !== "relax.Function") return node;
    const attrs = new Map([...node.attrs].filter(([key]) => key !== "Codegen" && key !== "Composite")); // prettier-ignore
    return attrs.size === node.attrs.size ? node : { ...node, attrs };
  });

function difference(a: Value, b: Value, where: string): string | undefined {
  if (a.kind !== b.kind) return `${where} was a ${a.kind}, now it is a ${b.kind}`;
  if (a.kind === "tensor" && b.kind === "tensor") return tensorsDiffer(a.data, b.data, where);
  if (a.kind === "tuple" && b.kind === "tuple") {
    if (a.fields.length !== b.fields.length) return `${where} has another number of fields`;
    for (const [i, field] of a.fields.entries()) {
      const found = difference(field, b.fields[i]!, `${where}[${i}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const same = shown(a) === shown(b);
  return same ? undefined : `${where} was ${shown(a)}, now it is ${shown(b)}`;
}

const shown = (value: Value): string =>
  JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? String(v) : v));
