import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseText, printExpr, printFile, type ast } from "../../../../grammar/index.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { expr, file, meaning } from "../arbitrary.js";

const roundTrip = suite("grammar/layout: round trip");
const runs = { seed: 20261122, numRuns: 600 };

function read(text: string): ast.File {
  const sink = new Diagnostics();
  const tree = parseText({ name: "printed.relax", text }, sink);
  assert.equal(
    sink.all.map((d) => d.message),
    [],
    text,
  );
  return tree;
}

roundTrip("a printed expression reads back as the same tree", () => {
  fc.assert(
    fc.property(expr, (value) => {
      const tree: ast.File = {
        kind: "File",
        start: -1,
        end: -1,
        body: [{ kind: "ExprStmt", start: -1, end: -1, value }],
      };
      assert.is(meaning(read(`${printExpr(value)}\n`)), meaning(tree));
    }),
    runs,
  );
});

for (const width of [20, 40, 88]) {
  roundTrip(
    `a file printed at width ${width} reads back as the same tree, and prints the same again`,
    () => {
      fc.assert(
        fc.property(file, (tree) => {
          const text = printFile(tree, { width });
          const again = read(text);
          assert.is(meaning(again), meaning(tree));
          assert.is(printFile(again, { width, text }), text);
        }),
        { ...runs, numRuns: 150 },
      );
    },
  );
}

roundTrip("lines of a broken statement stay within the width where brackets allow it", () => {
  const text =
    'y = R.call_tir(cls.f, (aaaaaaaaaaaa, bbbbbbbbbbbb), out_ty=R.Tensor((1, 2, 3), dtype="float32"))\n';
  for (const width of [40, 60, 88]) {
    const lines = printFile(read(text), { width }).split("\n");
    assert.ok(lines.length > 2);
    assert.ok(
      lines.every((line) => line.length <= width),
      lines.join("\n"),
    );
  }
});

roundTrip.run();
