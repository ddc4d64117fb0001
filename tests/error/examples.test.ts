import { suite } from "uvu";
import * as assert from "uvu/assert";
import { allCodes } from "../../src/cli/codes.gen.js";
import { checkText } from "../../src/driver/frontend.js";

const examples = suite("examples of the codes");
const codes = allCodes();

/** What checking finds, without notes; examples of texts as texts need no function. */
const findings = (text: string): string[] =>
  checkText({ name: "example.relax", text })
    .diagnostics.filter((d) => d.severity !== "note")
    .map((d) => d.code);
const NO_FUNCTION = "SCO029";

const hintsOf = (text: string, code: string): readonly string[] =>
  checkText({ name: "example.relax", text })
    .diagnostics.filter((d) => d.code === code)
    .flatMap((d) => d.hints);
/** Where the way out depends on what is meant, and the message says what is expected. */
const NO_WAY_OUT = new Set(
  "SCO005 SCO006 SCO079 SHP111 SHP113 TYP019 TYP065 TYP101 TYP107".split(" "),
);

for (const { code, name, bad, good } of codes) {
  if (bad === undefined) continue;
  examples(`${code} ${name}: the example fails with it alone, its repair passes`, () => {
    assert.equal([...new Set(findings(bad))], [code]);
    if (!NO_WAY_OUT.has(code)) assert.ok(hintsOf(bad, code).length > 0, "it has a hint");
    assert.ok(good !== undefined);
    const after = findings(good!);
    assert.equal(code.startsWith("SYN") ? after.filter((c) => c !== NO_FUNCTION) : after, []);
  });
}

// Codes that a text brings about come with an example; those of runs, artefacts and options have none.
for (const [area, least] of [
  ["SYN", 0.9],
  ["SCO", 0.9],
  ["TYP", 0.88],
  ["SHP", 0.85],
] as const) {
  examples(`nearly all codes of ${area} have an example`, () => {
    const all = codes.filter((c) => c.code.startsWith(area));
    const without = all.filter((c) => c.bad === undefined).map((c) => c.code);
    assert.ok(1 - without.length / all.length >= least, without.join(" "));
  });
}

examples.run();
