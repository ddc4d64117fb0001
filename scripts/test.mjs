/**
 * Runs the tests: `npm test -- [FILTER…]` takes the files whose path contains a filter word; `--root DIR` looks in
 * another folder, `--jobs N` sets the number of processes (two by default), `--list` only lists the files.
 * Ends with one line, `N passed, N failed`.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleTests } from "./test/bundle.mjs";
import { runShards } from "./test/shards.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const options = parse(process.argv.slice(2));
const files = find(options.root).filter(
  (file) => options.filters.length === 0 || options.filters.some((f) => file.includes(f)),
);
if (options.list) {
  console.log(files.join("\n"));
  process.exit(0);
}
if (files.length === 0) {
  console.log(`no test file matches ${options.filters.join(" ") || options.root}`);
  finish({ passed: 0, failed: 1 });
} else {
  finish(await run());
}

async function run() {
  const started = performance.now();
  const outdir = join(".cache", "tests", `run-${process.pid}`);
  mkdirSync(outdir, { recursive: true });
  process.on("exit", () => rmSync(outdir, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

  const { bundles, broken } = await bundleTests(files, outdir);
  const results = [
    ...broken.map(({ file, message }) => ({
      file,
      problems: [message],
      passed: 0,
      skipped: 0,
      failed: 1,
      ms: 0,
    })),
    ...(await runShards(bundles, { jobs: options.jobs, durations: durations() })),
  ];
  results.sort((a, b) => (a.file < b.file ? -1 : 1));
  remember(results);

  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  const totals = { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
  for (const { file, problems } of results) {
    if (problems.length > 0) console.log(`\n${file}\n${problems.join("\n")}`);
  }
  const slow = results.filter((r) => r.ms > 3000).sort((a, b) => b.ms - a.ms);
  for (const { file, ms } of slow.slice(0, 5))
    console.log(`slow: ${file} ${(ms / 1000).toFixed(1)} s`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`\n${files.length} files, ${totals.skipped} skipped, ${seconds} s`);
  return totals;
}

function finish({ passed, failed }) {
  const ok = failed === 0 && passed > 0;
  if (passed === 0 && failed === 0) console.log("no test ran");
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = ok ? 0 : 1;
}

function parse(args) {
  const parsed = { root: "tests", jobs: 2, list: false, filters: [] };
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--root") parsed.root = args[++i];
    else if (args[i] === "--jobs") parsed.jobs = Math.max(1, Number(args[++i]) || 1);
    else if (args[i] === "--list") parsed.list = true;
    else parsed.filters.push(args[i]);
  }
  return parsed;
}

function find(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map((name) => relative(".", join(folder, name)).replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".test.ts"))
    .sort();
}

/** How long each file took last time, to share the work evenly. */
function durations() {
  try {
    return JSON.parse(readFileSync(".cache/test-times.json", "utf8"));
  } catch {
    return {};
  }
}

function remember(results) {
  const times = durations();
  for (const { file, ms } of results) times[file] = Math.round(ms);
  writeFileSync(".cache/test-times.json", JSON.stringify(times));
}
