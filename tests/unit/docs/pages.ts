/** Pages of the documentation as tests; several files share them, so that processes can. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runCommandLine } from "../../../src/cli/app.js";
import { nodeHost } from "../../../src/driver/host-node.js";
import { splitWords } from "../../../src/testing/golden/run-case.js";
import { memoryHost } from "../../../src/testing/memory-host.js";

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

interface Line {
  readonly line: string;
  readonly isRun: boolean;
}

const linesOf = (text: string): readonly Line[] =>
  [...text.matchAll(/^```sh( run)?\n(.*?)^```/gms)].flatMap(([, run, body]) =>
    body!.split("\n").map((line) => ({ line, isRun: run !== undefined })),
  );

const commandsOf = (text: string): readonly Line[] =>
  linesOf(text).filter(({ line, isRun }) => isRun && line.startsWith("npx relaxc"));

const texts = new Map(pages.map((page) => [page, readFileSync(page, "utf8")]));

/** Runs the commands of every `count`-th page that shows some. */
export function testCommands(group: number, count: number): void {
  const docs = suite(`docs: commands ${group + 1} of ${count}`);
  const shown = pages.filter((page) => commandsOf(texts.get(page)!).length > 0).sort();
  for (const page of shown.filter((_, k) => k % count === group)) {
    docs(`${page}: the commands shown do what they should`, async () => {
      // Lines of a page follow each other: files that one writes are there for the next.
      const host = memoryHost({ below: outside });
      for (const { line } of commandsOf(texts.get(page)!)) {
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
  docs.run();
}

/** Looks at the scripts and links that all pages name. */
export function testLinks(): void {
  const docs = suite("docs: scripts and links");
  for (const [page, text] of texts) {
    docs(`${page}: the scripts named exist`, () => {
      for (const [, script] of text.matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g)) {
        assert.ok(scripts.includes(script!), `there is no script ${script}`);
      }
      for (const { line } of linesOf(text).filter((l) => l.isRun)) {
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
}
