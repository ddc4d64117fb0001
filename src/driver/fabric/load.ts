/** The fabric that a command names: a preset, a JSON file, or one of a file of text. */
import { parseText, type ast } from "../../../grammar/index.js";
import { Diagnostics, type Diagnostic, type Sink } from "../../support/diagnostic.js";
import { readText, type Host } from "../../support/host.js";
import type { Source } from "../../support/source.js";
import { didYouMean } from "../../support/suggest.js";
import { codes, fabricOf, preset, presetNames, readFabric, type Fabric } from "../../target/cgra/index.js"; // prettier-ignore
import { fabricDecorator, readFabricText } from "./read-text.js";

/** Reads `NAME`, `FILE.json` or `FILE.relax[:NAME]`; what is wrong is reported, and then there is none. */
export async function fabricNamed(
  given: string,
  host: Host,
  sink: Sink,
): Promise<Fabric | undefined> {
  const known = preset(given);
  if (known !== undefined) return known;
  if (given.endsWith(".json"))
    return readFabric({ name: given, text: await readText(host, given) }, sink);
  const file = /^(.*\.relax)(?::(.*))?$/s.exec(given);
  if (file !== null) {
    const [, path = "", name] = file;
    const found = fabricsOf({ name: path, text: await readText(host, path) }, sink, name);
    if (found.size === 1 || (name !== undefined && found.size > 0)) return [...found.values()][0];
    const names = [...found.keys()];
    if (names.length > 0) sink.report(codes.severalFabrics({ path, names: names.join(", ") }));
    return undefined;
  }
  const suggestion = didYouMean(given, presetNames()) ?? `presets are ${presetNames().join(", ")}`;
  sink.report(codes.unknownFabric({ name: given, suggestion }));
  return undefined;
}

/** The fabrics of a text without mistakes, by name; only the one of `name` when it is given. */
export function fabricsOf(source: Source, sink: Sink, name?: string): ReadonlyMap<string, Fabric> {
  let failed = false;
  const file = parseText(source, {
    report(d) {
      failed ||= d.severity === "error";
      sink.report(d);
    },
  });
  const found = new Map<string, Fabric>();
  if (failed) return found;
  const defs = definitionsIn(file.body);
  for (const def of defs) {
    if (name !== undefined && name !== def.name) continue;
    const json = readFabricText(def, source, sink);
    const fabric = json && fabricOf(json, sink);
    if (fabric === undefined) failed = true;
    else if (name === undefined || def.name === name) found.set(def.name, fabric);
  }
  if (found.size === 0 && !failed)
    sink.report(
      codes.unknownFabric({
        name: name ?? source.name,
        suggestion:
          defs.length === 0
            ? "a fabric of text is a function under `@C.fabric`"
            : `the text has ${defs.map((d) => d.name).join(", ")}`,
      }),
    );
  return found;
}

/** Definitions under `@C.fabric`, in a module or outside. */
const definitionsIn = (body: readonly ast.Stmt[]): readonly ast.FunctionDef[] =>
  body.flatMap((stmt) => {
    if (stmt.kind === "ClassDef") return definitionsIn(stmt.body.body);
    return stmt.kind === "FunctionDef" && fabricDecorator(stmt) !== undefined ? [stmt] : [];
  });

/** What is wrong with the fabrics of a text that parses. */
export function fabricMistakes(source: Source): readonly Diagnostic[] {
  const sink = new Diagnostics();
  fabricsOf(source, sink);
  return sink.all;
}
