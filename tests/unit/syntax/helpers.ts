/** Shared by the tests of syntax: text to module and back. */
import { structuralEqual } from "../../../src/ir/core/equal.js";
import type { IRModule } from "../../../src/ir/module.js";
import { elaborate, printModule, type PrintOptions } from "../../../src/syntax/index.js";
import { parseText } from "../../../grammar/index.js";
import { Diagnostics, type Diagnostic } from "../../../src/support/diagnostic.js";
import type { AttrValue } from "../../../src/ir/core/node.js";

export interface Read {
  readonly module: IRModule;
  readonly diagnostics: readonly Diagnostic[];
  readonly errors: readonly string[];
}

export function read(text: string, defines?: ReadonlyMap<string, AttrValue>): Read {
  const source = { name: "test.relax", text };
  const sink = new Diagnostics();
  const module = elaborate(
    parseText(source, sink),
    source,
    sink,
    defines === undefined ? {} : { defines },
  );
  return {
    module,
    diagnostics: sink.all,
    errors: sink.all.filter((d) => d.severity === "error").map((d) => d.code),
  };
}

/** Body of a T function with parameters of every common type, printed. */
export function printBody(body: string, options: PrintOptions = {}): string {
  const { module, diagnostics } = read(functionOf(body));
  if (diagnostics.length > 0) return diagnostics.map((d) => `${d.code} ${d.message}`).join("\n");
  const text = printModule(module, options);
  return text.split("\n").slice(HEAD).join("\n").replace(/^ {4}/gm, "").trimEnd();
}

const PARAMS = [
  "i: T.int32", "n: T.int64", "b: T.int8", "u: T.uint8", "h: T.float16", "x: T.float32", "d: T.float64", "c: T.bool",
  "A: T.Buffer((16,), \"float32\")", "B: T.Buffer((16, 16), \"float16\")", "Z: T.Buffer((), \"float32\")",
]; // prettier-ignore
const HEAD = PARAMS.length + 3;

export const functionOf = (body: string): string =>
  `@T.prim_func\ndef f(\n${PARAMS.map((p) => `    ${p},\n`).join("")}):\n${body.replace(/^/gm, "    ")}\n`;

/** Whether a module prints to text that reads back equal, and prints the same again. */
export function roundTrips(module: IRModule, options: PrintOptions = {}): true | string {
  const text = printModule(module, options);
  const again = read(text);
  if (again.errors.length > 0)
    return `${again.diagnostics[0]!.code} ${again.diagnostics[0]!.message}\n${text}`;
  if (!structuralEqual(module, again.module)) return `different:\n${text}`;
  return printModule(again.module, options) === text ? true : `unstable:\n${text}`;
}
