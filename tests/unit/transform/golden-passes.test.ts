import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { goldenFiles } from "../../../src/testing/golden/files.js";
import { parseGolden, type GoldenCase } from "../../../src/testing/golden/parse.js";
import { splitWords } from "../../../src/testing/golden/run-case.js";
import { runCli } from "../../../src/testing/run-cli.js";
import { allPasses } from "../../../src/transform/registry.js";

const test = suite("transform: golden files of passes");
const FILE = "case.relax";
/** Passes that take names away and refuse names that are not there. */
const BINDS: ReadonlySet<string> = new Set(["bind-params", "bind-symbolic-vars"]);

const cases = new Map<string, GoldenCase[]>(
  goldenFiles()
    .filter((path) => path.startsWith("tests/golden/transform/"))
    .map((path) => [path, parseGolden(path, readFileSync(path, "utf8"))]),
);

const optimized = async (program: string, pipeline: string): Promise<string | undefined> => {
  const argv = ["opt", FILE, "-p", pipeline, "--verify-each"];
  const { exit, stdout } = await runCli(argv, { files: { [FILE]: program } });
  return exit === 0 ? stdout : undefined;
};

/** The pipeline that a case runs. */
const pipelineOf = ({ run }: GoldenCase): string => {
  const words = splitWords(run);
  return words[words.indexOf("-p") + 1] ?? "";
};

/** Nothing is left that `#: values` could call; tests of these passes run the loop functions they give. */
const ENDS_RELAX = new Set(["lower-to-aot"]);

for (const { name } of allPasses()) {
  const found = [...cases].find(([path]) => path.endsWith(`/${name}.relax`));

  test(`${name} has cases: a rewrite, one that stays, values before and after`, () => {
    assert.ok(found !== undefined);
    const [, own] = found!;
    assert.ok(own.length >= 4);
    if (!ENDS_RELAX.has(name)) assert.ok(own.some((c) => c.values.length > 0));
  });

  test(`${name} leaves its own result alone, and its text reads back`, async () => {
    for (const golden of found?.[1] ?? []) {
      const pipeline = pipelineOf(golden);
      const once = await optimized(golden.program, pipeline);
      if (once === undefined) continue;
      const twice = await optimized(golden.program, `${pipeline},${pipeline}`);
      // What was bound is not there to be bound again.
      if (twice !== undefined || !BINDS.has(name)) assert.is(twice, once, golden.name);
      assert.is(await optimized(once, ""), once, golden.name);
    }
  });
}

test.run();
