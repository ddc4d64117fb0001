/**
 * Runs test modules one after the other and sends one result a file to the parent. It calls the suites that uvu has
 * queued itself, because uvu's own loop passes over a file without `run()`, an empty suite and a hook that throws.
 */
import { pathToFileURL } from "node:url";

globalThis.UVU_DEFER = true;
globalThis.UVU_QUEUE = [];

const pairs = process.argv.slice(2);
for (let i = 0; i < pairs.length; i += 2) {
  const result = await runFile(pairs[i], pairs[i + 1]);
  await new Promise((resolve) => process.send(result, resolve));
}
process.exit(0);

async function runFile(file, module) {
  const started = performance.now();
  const result = { file, problems: [], passed: 0, failed: 0, skipped: 0, ms: 0 };
  const fail = (problem, count = 1) => {
    result.problems.push(problem);
    result.failed += count;
  };
  globalThis.UVU_INDEX = globalThis.UVU_QUEUE.length;
  const queue = [];
  globalThis.UVU_QUEUE.push(queue);
  try {
    await import(pathToFileURL(module).href);
  } catch (error) {
    fail(`  the file does not load: ${error?.stack ?? error}`);
  }
  if (queue.length === 0 && result.failed === 0)
    fail("  no suite was run; is `run()` missing at its end?");
  for (const suite of queue) await runSuite(suite, result, fail);
  result.ms = performance.now() - started;
  return result;
}

async function runSuite(suite, result, fail) {
  const { value, error, output } = await quietly(suite);
  const name = output
    .split("\n", 1)[0]
    .replace(/[•✘].*$/, "")
    .trim();
  if (error !== undefined) {
    fail(`  ${name}: a hook failed: ${error?.stack ?? error}`);
    return;
  }
  const [problems, passed, skipped, total] = value;
  result.passed += passed;
  result.skipped += skipped;
  if (typeof problems === "string") {
    fail(withoutRepeats(problems.trimEnd()) + printed(output), total - passed);
  } else if (passed !== total) {
    fail(
      `  ${name}: ${passed} of ${total} tests ran; a \`before\` hook has thrown`,
      total - passed,
    );
  } else if (total + skipped === 0) {
    fail(`  ${name}: the suite has no tests`);
  }
  if (process.env.CI && skipped > 0)
    fail(`  ${name}: ${skipped} tests are skipped or left out by \`only\``);
}

/** uvu shows a message of several lines twice, the second time as a part of the stack; this drops the second. */
function withoutRepeats(problems) {
  let seen = new Set();
  const kept = problems.split("\n").filter((line) => {
    if (line.includes(" FAIL ")) seen = new Set();
    const text = line.trim();
    const isRepeat = /^ {4}\S/.test(line) && seen.has(text);
    seen.add(text);
    return !isRepeat;
  });
  return kept.join("\n");
}

/** What the tests themselves wrote, shown only with a failure. */
function printed(output) {
  const own = output
    .replace(/^.*?(?=[•✘])/s, "")
    .replace(/[•✘] /g, "")
    .replace(/\s*\(\d+ \/ \d+\)\s*$/, "");
  return own.trim() === "" ? "" : `\n  printed:\n${own}`;
}

/** Runs a suite with standard output held back. */
async function quietly(suite) {
  const write = process.stdout.write;
  let output = "";
  process.stdout.write = (chunk, ...rest) => {
    output += chunk;
    const done = rest.find((r) => typeof r === "function");
    if (done) done();
    return true;
  };
  try {
    return { value: await suite(), output };
  } catch (error) {
    return { error: error ?? "nothing was thrown", output };
  } finally {
    process.stdout.write = write;
  }
}
