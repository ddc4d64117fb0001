import { format } from "prettier";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as plugin from "../../../src/format/index.js";
import { formatText } from "../../../src/format/index.js";

const formatting = suite("format: text");

formatting("a text with a syntax error comes back as it was, with the error", () => {
  const text = "x  =  (1\n";
  const result = formatText(text);
  assert.is(result.text, text);
  assert.equal(
    result.diagnostics.map((d) => d.code),
    ["SYN002"],
  );
});

formatting("line ends become line feeds unless asked otherwise", () => {
  assert.is(formatText("x=1\r\ny=2\r\n").text, "x = 1\ny = 2\n");
  assert.is(formatText("x=1\r\ny=2\r\n", { endOfLine: "auto" }).text, "x = 1\r\ny = 2\r\n");
  assert.is(formatText("x=1\ny=2\n", { endOfLine: "crlf" }).text, "x = 1\r\ny = 2\r\n");
  assert.is(formatText("x=1\ry=2\r", { endOfLine: "auto" }).text, "x = 1\ry = 2\r");
});

formatting("the empty text and a text of comments are formatted", () => {
  assert.is(formatText("").text, "");
  assert.is(formatText("\n\n").text, "");
  assert.is(formatText("  # a\n\n\n  # b").text, "# a\n\n# b\n");
});

formatting(
  "a generator that is the sole argument breaks before its loop and takes no comma",
  () => {
    assert.is(
      formatText("x=f( a(i)  for i,j in S.zip(p,q) )\n").text,
      "x = f(a(i) for i, j in S.zip(p, q))\n",
    );
    assert.is(formatText("x=(*(a for a in p),b)\n").text, "x = (*(a for a in p), b)\n");
    const long = `x = function(${"element_".repeat(9)} for e in S.each(packs))\n`;
    const broken = `x = function(\n    ${"element_".repeat(9)}\n    for e in S.each(packs)\n)\n`;
    assert.is(formatText(long).text, broken);
    assert.is(formatText(broken).text, broken);
  },
);

formatting("Prettier finds the language and gives the same text", async () => {
  const text = "def f(a,b):\r\n  return g(a, b)+a   # sum\r\n";
  const options = { plugins: [plugin], filepath: "x.relax", printWidth: 88, tabWidth: 4 };
  assert.is(await format(text, options), formatText(text).text);
  assert.match(await format(text, { ...options, endOfLine: "crlf" }), /:\r\n/);
});

formatting("Prettier is told where a syntax error is", async () => {
  try {
    await format("y = 1\nx = (", { plugins: [plugin], parser: "relax" });
  } catch (error) {
    assert.is((error as { loc?: { start: { line: number } } }).loc?.start.line, 2);
    return;
  }
  assert.unreachable("no error");
});

formatting.run();
