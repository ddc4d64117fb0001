/**
 * `npm run gen`: writes the generated indexes (`*.gen.ts`) and reference pages from the declarations.
 * `-- --check` writes nothing and fails when something is out of date.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generateCodes } from "./gen/codes.js";
import { generateCommands } from "./gen/commands.js";
import type { Generated } from "./gen/generated.js";
import { generateNets } from "./gen/nets.js";
import { generateOpCoverage } from "./gen/op-coverage.js";
import { generateOps } from "./gen/ops.js";
import { generatePasses } from "./gen/passes.js";
import { generatePrimitives } from "./gen/primitives.js";
import { generateReferenceIndex } from "./gen/reference-index.js";
import { generateStdlib } from "./gen/stdlib.js";
import { generateTemplateFunctions } from "./gen/template-functions.js";

const GENERATORS = [
  generateNets,
  generateCodes,
  generateCommands,
  generatePasses,
  generatePrimitives,
  generateOps,
  generateOpCoverage,
  generateStdlib,
  generateTemplateFunctions,
];
const REFERENCE = "docs/reference";

const isCheck = process.argv.includes("--check");
const files = new Map<string, string>();
const problems: string[] = [];
for (const generate of GENERATORS) {
  const made: Generated = await generate();
  problems.push(...made.problems);
  // An index made while a declaration does not load would lose that entry; the old one stays.
  const isPartial = made.problems.some((p) => / does not (compile|load)/.test(p));
  for (const [path, text] of made.files) if (!isPartial) files.set(path, text);
}
for (const [path, text] of generateReferenceIndex([...files.keys()])) files.set(path, text);

const outdated: string[] = [];
for (const [path, text] of [...files].sort()) {
  if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
  outdated.push(path);
  if (isCheck) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
// Pages of what is gone; kept when something did not load, for then nothing is known to be gone.
const known = existsSync(REFERENCE)
  ? readdirSync(REFERENCE, { recursive: true, encoding: "utf8" })
  : [];
for (const name of known.filter((n) => n.endsWith(".md"))) {
  const path = join(REFERENCE, name);
  if (files.has(path) || problems.length > 0) continue;
  outdated.push(path);
  if (!isCheck) rmSync(path);
}
for (const problem of problems) console.error(problem);
if (outdated.length > 0) {
  console.log(`${isCheck ? "out of date (npm run gen)" : "written"}:\n  ${outdated.join("\n  ")}`);
}
process.exitCode = problems.length > 0 || (isCheck && outdated.length > 0) ? 1 : 0;
