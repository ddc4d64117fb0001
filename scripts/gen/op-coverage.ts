/** Golden cases of operators → the page of what they cover. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cell, exportsOf, type Generated } from "./generated.js";

const DATA = "tests/data/op";
const COVERAGE = "src/testing/op-cases/coverage.ts";
const CASES = "src/testing/op-cases/op-case.ts";

type Coverage = typeof import("../../src/testing/op-cases/coverage.js");
type Cases = typeof import("../../src/testing/op-cases/op-case.js");

export async function generateOpCoverage(): Promise<Generated> {
  // The library's text is read here, which only a bundle can.
  const { exports, problems } = await exportsOf([COVERAGE, CASES]);
  const named = <T>(name: string): T => exports.find((e) => e.name === name)?.value as T;
  const readFamily = named<Cases["readFamily"]>("readFamily");
  const coverageOf = named<Coverage["coverageOf"]>("coverageOf");
  const tags = named<Cases["CASE_TAGS"]>("CASE_TAGS");
  if (problems.length > 0 || !existsSync(DATA)) return { files: new Map(), problems };
  const files = readdirSync(DATA).filter((name) => name.endsWith(".json"));
  const families = files.map((name) => readFamily(readFileSync(join(DATA, name), "utf8")));
  const all = coverageOf(families);
  const lowered = all.filter((c) => c.lowered);
  const must = all.filter((c) => c.must !== "");
  const rows = all.map(({ op, must: classes, lowered: yes, cases, reasons }) => {
    const why = tags.filter((t) => cases[t] === 0 && reasons[t] !== undefined);
    const notes = why.map((t) => `${t}: ${reasons[t]!}`).join("; ");
    const counts = tags.map((t) => (cases[t] > 0 ? String(cases[t]) : "-"));
    return `| \`${op}\` | ${[classes, yes ? "yes" : "no", ...counts, cell(notes)].join(" | ")} |`;
  });
  const text = `# Coverage of operators

Golden cases by operator and kind of call. Each runs on the interpreter and on WebAssembly, which must agree bit for
bit and with NumPy or ONNX Runtime. A kind without cases has a reason.

${must.filter((c) => c.lowered).length} of ${must.length} operators marked for CNN (C), transformer (T) or quantised
(Q) inference are lowered, and ${lowered.length} of all ${all.length} that a loop nest can compute;
${families.reduce((n, f) => n + f.cases.length, 0)} cases.

| operator | for | lowered | ${tags.join(" | ")} | none, because |
| --- | --- | --- | ${tags.map(() => "---").join(" | ")} | --- |
${rows.join("\n")}
`;
  return { files: new Map([["docs/reference/op-coverage.md", text]]), problems: [] };
}
