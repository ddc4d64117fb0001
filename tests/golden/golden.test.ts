import { readFileSync } from "node:fs";
import { suite } from "uvu";
import { goldenFiles } from "../../src/testing/golden/files.js";
import { parseGolden } from "../../src/testing/golden/parse.js";
import { runCase } from "../../src/testing/golden/run-case.js";

for (const path of goldenFiles()) {
  const golden = suite(path);
  for (const one of parseGolden(path, readFileSync(path, "utf8"))) {
    golden(one.name, async () => {
      const { problems } = await runCase(one);
      if (problems.length === 0) return;
      // Where the runner itself stands is of no use to the reader.
      throw Object.assign(new Error(`line ${one.line}: ${problems.join("\n")}`), { stack: "" });
    });
  }
  golden.run();
}
