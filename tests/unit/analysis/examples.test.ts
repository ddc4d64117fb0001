import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sco, shp, wft } from "../../../src/analysis/codes.js";
import { checkModule } from "../../../src/analysis/index.js";
import { codesOf, Diagnostics, type Code } from "../../../src/support/diagnostic.js";
import { positionAt } from "../../../src/support/source.js";
import { parseModule } from "../../../src/syntax/index.js";

const examples = suite("analysis: examples of the codes");

/** What parsing and checking find, without notes. */
function findings(text: string): string[] {
  const sink = new Diagnostics();
  const module = parseModule({ name: "example.relax", text }, sink);
  if (!sink.failed) checkModule(module, sink);
  return sink.all.map((d) => {
    assert.ok(d.span, `${d.code} has a place`);
    const { line } = positionAt(d.span!.source, d.span!.start);
    assert.ok(
      line > 1 || d.code.startsWith("SHP11"),
      `${d.code} ${d.message}: at the line of the decorator`,
    );
    return d.code;
  });
}

const all: readonly Code[] = [...codesOf(wft), ...codesOf(shp), ...codesOf(sco)];
for (const { code, name, bad, good, explain } of all) {
  examples(`${code} ${name} is explained`, () =>
    assert.ok(explain !== undefined && explain.length > 20),
  );
  if (bad === undefined) continue;
  examples(`${code} ${name}: the example fails with it alone, its repair passes`, () => {
    assert.equal(findings(bad), [code]);
    assert.ok(good !== undefined);
    assert.equal(findings(good!), []);
  });
}

examples("most codes have an example", () => {
  assert.ok(all.filter((c) => c.bad !== undefined).length >= 20);
});

examples.run();
