/**
 * `npm run verify-pipelines -- [FILE…]`: every pass of every named pipeline over the samples and networks: verified, and
 * printed, parsed and compared after each.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readModule } from "../src/driver/frontend.js";
import { verifyPasses } from "../src/testing/verify-passes.js";
import { namedPipelines } from "../src/transform/named-pipelines.js";

const files = process.argv.slice(2);
const samples = ["samples", join("samples", "nets")].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".relax") && !name.includes("mistakes"))
    .map((name) => join(folder, name)),
);
/** Pipelines with the same passes are run once. */
const pipelines = new Map(Object.entries(namedPipelines).map(([name, { text }]) => [text, name]));
let passes = 0;
let failed = 0;
for (const file of files.length > 0 ? files : samples) {
  const { module } = readModule({ name: file, text: readFileSync(file, "utf8") }, {});
  for (const name of pipelines.values()) {
    // Memory is made explicit where operators are lowered.
    if (name === "memory") continue;
    const problems = await verifyPasses(module, `@${name}`, () => passes++);
    for (const problem of problems) console.log(`${file} @${name} ${problem}`);
    failed += problems.length;
  }
  if (process.stderr.isTTY) console.error(file);
}
console.log(`${passes} results of passes verified and read back, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
