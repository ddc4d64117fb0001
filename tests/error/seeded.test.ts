import { readdirSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseGolden } from "../../src/testing/golden/parse.js";

const seeded = suite("seeded mistakes");
const folder = "tests/error";
const cases = readdirSync(folder)
  .filter((name) => /^seeded-.*\.relax$/.test(name))
  .flatMap((name) => parseGolden(name, readFileSync(`${folder}/${name}`, "utf8")));

seeded("there are forty, numbered through", () => {
  const numbers = cases.map(({ name }) => Number(name.slice(0, 2))).sort((a, b) => a - b);
  assert.equal(
    numbers,
    Array.from({ length: 40 }, (_, i) => i + 1),
  );
});

// The golden runner compares the texts; this says what each of them must have.
for (const { name, sections } of cases) {
  seeded(`${name}: one diagnostic with its place and a hint, and a repaired form`, () => {
    const shown = sections.filter(({ kind }) => kind === "diagnostics");
    assert.is(shown.length, 1);
    const { text } = shown[0]!;
    const heads = text.match(/^(error|warning|note)\[[A-Z]{3}\d{3}\]: /gm) ?? [];
    assert.is(heads.length, 1, text);
    assert.match(text, /┌─ case\.relax:\d+:\d+$/m);
    assert.match(text, /^ += hint: /m);
    assert.ok(sections.some(({ kind }) => kind === "repaired"));
  });
}

seeded.run();
