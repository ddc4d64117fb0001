import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runCommandLine } from "../../../src/cli/app.js";
import { nodeHost } from "../../../src/driver/host-node.js";
import { splitWords } from "../../../src/testing/golden/run-case.js";
import { memoryHost } from "../../../src/testing/memory-host.js";

const docs = suite("docs: commands and links");
const pages = [
  ...readdirSync(".").filter((name) => name.endsWith(".md")),
  ...["docs", "samples"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => join(folder, name)),
  ),
];
const scripts = Object.keys(
  (JSON.parse(readFileSync("package.json", "utf8")) as { scripts: object }).scripts,
);
const outside = nodeHost();

for (const page of pages) {
  const text = readFileSync(page, "utf8");
  const blocks = [...text.matchAll(/^```sh( run)?\n(.*?)^```/gms)];
  const lines = blocks.flatMap(([, run, body]) =>
    body!.split("\n").map((line) => ({ line, isRun: run !== undefined })),
  );
  const commands = lines.filter(({ line, isRun }) => isRun && line.startsWith("npx relaxc"));
  if (commands.length > 0) {
    docs(`${page}: the commands shown do what they should`, async () => {
      // Lines of a page follow each other: files that one writes are there for the next.
      const host = memoryHost({ below: outside });
      for (const { line } of commands) {
        const [shown, exit = "0"] = line.split(/\s+# exit /);
        const argv = splitWords(shown!.replace(/\s+#.*$/, "")).slice(2);
        host.written.stderr = "";
        assert.is(
          await runCommandLine(host, argv),
          Number(exit),
          `${line}\n${host.written.stderr}`,
        );
      }
    });
  }
  docs(`${page}: the scripts named exist`, () => {
    for (const [, script] of text.matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g)) {
      assert.ok(scripts.includes(script!), `there is no script ${script}`);
    }
    for (const { line } of lines.filter((l) => l.isRun)) {
      assert.ok(line === "" || /^(npx relaxc|#)/.test(line), `\`${line}\` is marked but not run`);
    }
  });
  docs(`${page}: links lead somewhere`, () => {
    for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)) {
      const path = join(page, "..", target!);
      assert.not.throws(() => readFileSync(path), `${target} is not there`);
    }
  });
}

docs.run();
