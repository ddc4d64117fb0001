/**
 * `npm run fuzz -- [NAME] [--count N] [--seed N] [--skip N] [--jobs N] [--json]`: runs whole campaigns, with `--jobs` in
 * so many processes; exit code 1 when something failed.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { campaigns, type CampaignResult } from "../src/testing/fuzz/index.js";
import { scriptOptions, wholeNumber } from "./script-options.js";
import { answer, inProcesses, partsOf } from "../src/testing/fuzz/parts.js";

const all = campaigns();
const usage = `npm run fuzz -- [NAME…] [--count N] [--seed N] [--skip N] [--jobs N] [--json]
campaigns: ${all.map((c) => c.name).join(", ")}`;
const { values, positionals } = scriptOptions(usage, {
  count: { type: "string" },
  seed: { type: "string", default: "1" },
  skip: { type: "string", default: "0" },
  jobs: { type: "string", default: "1" },
  json: { type: "boolean" },
});
const seed = wholeNumber(values.seed, "seed");
const first = wholeNumber(values.skip, "skip");
const jobs = wholeNumber(values.jobs, "jobs");
const chosen = positionals.length === 0 ? all : all.filter((c) => positionals.includes(c.name));
if (chosen.length === 0) {
  console.error(`there is no campaign \`${positionals.join(" ")}\`\n${usage}`);
  process.exit(2);
}
for (const campaign of chosen) {
  const count = values.count === undefined ? campaign.full : wholeNumber(values.count, "count");
  const start = Date.now();
  const progress = (done: number): void => {
    if (process.stderr.isTTY && process.send === undefined)
      process.stderr.write(`\r${campaign.name} ${done}/${count}`);
  };
  const isShared = campaign.anywhere === true && jobs > 1;
  const result: CampaignResult = isShared
    ? await inProcesses(
        process.argv[1]!,
        partsOf({ first, count }, jobs),
        jobs,
        (part) => [campaign.name, `--seed=${seed}`, `--count=${part.count}`, `--skip=${part.first}`], // prettier-ignore
        progress,
      )
    : campaign.run(count, seed, progress, first);
  if (answer(result)) continue;
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  const seconds = (Date.now() - start) / 1000;
  const { failures, coverage, equal } = result;
  if (values.json)
    console.log(
      JSON.stringify({
        campaign: campaign.name,
        done: result.done,
        failed: failures.length,
        seconds,
        equal,
        coverage,
      }),
    );
  else {
    console.log(
      `${campaign.name}: ${result.done} inputs, ${failures.length} failed, ${seconds.toFixed(0)} s`,
    );
    for (const [name, n] of Object.entries(equal ?? {})) console.log(`  equal on ${name}: ${n}`);
    if (coverage)
      for (const [name, share] of Object.entries(coverage))
        console.log(`  ${name.padEnd(28)} ${share.toFixed(1)} %`);
  }
  const dir = join(".cache", "fuzz", campaign.name);
  if (failures.length > 0) mkdirSync(dir, { recursive: true });
  for (const { index, reason, input } of failures.slice(0, 50)) {
    const file = join(dir, `${seed}-${index}.relax`);
    writeFileSync(file, input);
    console.log(`\n#${index} ${reason}\n  input: ${file}`);
  }
  if (failures.length > 0) process.exitCode = 1;
}
