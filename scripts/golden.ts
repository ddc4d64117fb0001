/**
 * `npm run golden -- [--update] [--only CASE] [FILTER…]`: runs the golden files whose path has a filter word;
 * `--update` writes what comes out into their `expect` sections.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { scriptOptions } from "./script-options.js";
import { goldenFiles } from "../src/testing/golden/files.js";
import { parseGolden, type Section } from "../src/testing/golden/parse.js";
import { runCase } from "../src/testing/golden/run-case.js";
import { updated } from "../src/testing/golden/update.js";

const usage = "npm run golden -- [WORD…] [--only CASE] [--update]";
const { values, positionals } = scriptOptions(usage, {
  update: { type: "boolean" },
  only: { type: "string" },
});
if (values.update && process.env["CI"]) {
  console.error("golden files are not updated in CI");
  process.exit(2);
}
let passed = 0;
let failed = 0;
for (const path of goldenFiles()) {
  if (positionals.length > 0 && !positionals.some((word) => path.includes(word))) continue;
  const text = readFileSync(path, "utf8");
  const changes = new Map<Section, string>();
  for (const golden of parseGolden(path, text)) {
    if (values.only !== undefined && golden.name !== values.only) continue;
    const { problems, actual } = await runCase(golden);
    for (const [section, now] of actual) if (now !== section.text) changes.set(section, now);
    if (problems.length === 0) passed++;
    else failed++;
    if (problems.length > 0 && !values.update) {
      console.log(`${path}:${golden.line}: ${golden.name}\n  ${problems.join("\n  ")}\n`);
    }
  }
  if (values.update && changes.size > 0) {
    writeFileSync(path, updated(text, changes));
    console.log(`${path}: ${changes.size} sections updated`);
  }
}
console.log(`${passed} passed, ${failed} ${values.update ? "looked at again" : "failed"}`);
process.exitCode = failed > 0 && !values.update ? 1 : 0;
