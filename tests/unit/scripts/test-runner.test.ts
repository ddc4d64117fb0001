import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const runner = suite("scripts: test runner");
const HEAD = `import { suite } from "uvu";\nimport * as assert from "uvu/assert";\nconst s = suite("planted");\n`;

/** Runs the real runner over files planted below `.cache`; answers its exit code and what it wrote. */
function plant(files: Readonly<Record<string, string>>, filter: readonly string[] = []) {
  const root = join(".cache", `planted-${process.pid}-${Math.round(performance.now() * 1000)}`);
  mkdirSync(root, { recursive: true });
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
    const args = ["scripts/test.mjs", "--root", root, ...filter];
    const env = { ...process.env, CI: "", TEST_SILENCE_MS: "3000" };
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8", env });
    return { status, stdout, last: stdout.trimEnd().split("\n").at(-1) };
  } finally {
    rmSync(root, { recursive: true });
  }
}

const GOOD = `${HEAD}s("holds", () => assert.is(1, 1));\ns.run();\n`;

runner("counts what passed and ends with one plain line", () => {
  const { status, last } = plant({ "a.test.ts": GOOD, "b.test.ts": GOOD });
  assert.is(last, "2 passed, 0 failed");
  assert.is(status, 0);
});

runner("runs only the files that the filter names", () => {
  const { last } = plant({ "a.test.ts": GOOD, "b.test.ts": GOOD }, ["b.test"]);
  assert.is(last, "1 passed, 0 failed");
});

const TRAPS: Readonly<Record<string, string>> = {
  "a failing assertion": `${HEAD}s("no", () => assert.is(1, 2));\ns.run();\n`,
  "a file without run()": `${HEAD}s("never", () => assert.is(1, 2));\n`,
  "a suite without tests": `${HEAD}s.run();\n`,
  "a throwing before hook": `${HEAD}s.before(() => { throw new Error("early"); });\ns("t", () => {});\ns.run();\n`,
  "a throwing after hook": `${HEAD}s.after(() => { throw new Error("late"); });\ns("t", () => {});\ns.run();\n`,
  "a promise that never settles": `${HEAD}s("waits", () => new Promise(() => {}));\ns.run();\n`,
  "a process that exits": `${HEAD}s("leaves", () => process.exit(0));\ns.run();\n`,
  "a file that does not compile": `${HEAD}const = 3;\n`,
  "a file that throws while loading": `throw new Error("at once");\n`,
};

runner("each known trap of uvu fails the run, and the good file beside them still passes", () => {
  const names = Object.keys(TRAPS);
  const files = Object.fromEntries(names.map((name, i) => [`trap-${i}.test.ts`, TRAPS[name]!]));
  const { status, stdout, last } = plant({ ...files, "good.test.ts": GOOD });
  assert.is(status, 1);
  // The after hook throws once its test has passed, but the suite counts as failed.
  assert.is(last, `1 passed, ${names.length} failed`);
  names.forEach((name, i) =>
    assert.match(stdout, `trap-${i}.test.ts\n`, `${name} is not reported`),
  );
});

runner("a run without any test fails", () => {
  const { status, last } = plant({ "a.test.ts": GOOD }, ["no-such-file"]);
  assert.is(status, 1);
  assert.is(last, "0 passed, 1 failed");
});

runner.run();
