import { suite } from "uvu";
import * as assert from "uvu/assert";
import { arrange } from "../../../src/support/arrange.js";
import { defineCodes, type Diagnostic } from "../../../src/support/diagnostic.js";
import { displayWidth } from "../../../src/support/display-width.js";
import { renderDiagnostic, widestLine } from "../../../src/support/render.js";
import type { Source, Span } from "../../../src/support/source.js";

const render = suite("support: render");
const codes = defineCodes("TYP", {
  reduction: { number: 34, message: "`matmul` needs equal reduction lengths, but got {a} and {b}" },
  plain: { number: 35, message: "{text}" },
});

const model: Source = {
  name: "model.relax",
  text: `@I.ir_module
class Module:
    @R.function
    def main(x: R.Tensor((2, 3), "float32"), w: R.Tensor((4, 5), "float32")):
        with R.dataflow():
            # the product
            lv = R.matmul(x, w)
`,
};

/** The place of the n-th occurrence of a piece of the text. */
function span(source: Source, piece: string, nth = 0): Span {
  let start = -1;
  for (let i = 0; i <= nth; i++) {
    start = source.text.indexOf(piece, start + 1);
    assert.ok(start >= 0, `${piece} is not so often in the text`);
  }
  return { source, start, end: start + piece.length };
}

render("labels of several lines stand in one frame, hints below", () => {
  const diagnostic = codes.reduction({
    a: 3,
    b: 4,
    at: span(model, "R.matmul(x, w)"),
    label: "(2, 3) @ (4, 5)",
    labels: [
      { span: span(model, "3"), message: "last axis of `x`" },
      { span: span(model, "4, 5"), message: "axes of `w`" },
    ],
    hints: ["if `w` is stored transposed, use R.matmul(x, R.permute_dims(w))"],
  });
  assert.fixture(
    renderDiagnostic(diagnostic),
    `error[TYP034]: \`matmul\` needs equal reduction lengths, but got 3 and 4
  ┌─ model.relax:7:18
4 │     def main(x: R.Tensor((2, 3), "float32"), w: R.Tensor((4, 5), "float32")):
  │                              ─ last axis of \`x\`           ──── axes of \`w\`
7 │             lv = R.matmul(x, w)
  │                  ^^^^^^^^^^^^^^ (2, 3) @ (4, 5)
  = hint: if \`w\` is stored transposed, use R.matmul(x, R.permute_dims(w))
  = more: relaxc explain TYP034
`,
  );
});

render("a second file gets its own frame, and the gutter fits the widest line number", () => {
  const other: Source = { name: "kernel.relax", text: `${"\n".repeat(10)}for i in T.grid(128):\n` };
  const diagnostic = codes.plain({
    text: "the loop does not fit",
    at: span(other, "128"),
    labels: [{ span: span(model, "main"), message: "called here" }],
  });
  assert.fixture(
    renderDiagnostic(diagnostic, { ascii: true }),
    `error[TYP035]: the loop does not fit
   --> kernel.relax:11:17
11 | for i in T.grid(128):
   |                 ^^^
   --> model.relax:4:9
 4 |     def main(x: R.Tensor((2, 3), "float32"), w: R.Tensor((4, 5), "float32")):
   |         ---- called here
   = more: relaxc explain TYP035
`,
  );
});

render("texts that would run into each other hang below their marks", () => {
  const diagnostic = codes.plain({
    text: "two",
    at: span(model, "w", 3),
    label: "this one is long",
    labels: [{ span: span(model, "x,", 0), message: "and this too" }],
  });
  const rows = renderDiagnostic(diagnostic).split("\n");
  const row = rows.findIndex((r) => r.includes("^"));
  assert.match(rows[row]!, /──.*\^ this one is long$/);
  assert.match(rows[row + 1]!, /│ +and this too$/);
  assert.is(rows[row]!.indexOf("─"), rows[row + 1]!.indexOf("and"));
});

render("tabs and wide characters are measured as a terminal shows them", () => {
  const source: Source = { name: "a.relax", text: '\tx = "日本", y\n' };
  const text = renderDiagnostic(codes.plain({ text: "here", at: span(source, "y") }));
  const rows = text.split("\n");
  const line = rows.find((r) => r.includes("日"))!;
  const marks = rows.find((r) => r.includes("^"))!;
  assert.is(displayWidth(line.slice(0, line.indexOf("y"))), marks.indexOf("^"));
});

render("a line of ten thousand columns is cut around the mark, within 100 columns", () => {
  const source: Source = {
    name: "a.relax",
    text: `x = [${"1, ".repeat(3000)}bad, ${"2, ".repeat(300)}]`,
  };
  const text = renderDiagnostic(
    codes.plain({ text: "here", at: span(source, "bad"), label: "this" }),
  );
  assert.ok(widestLine(text) <= 100, `${widestLine(text)} columns`);
  const rows = text.split("\n");
  const line = rows.find((r) => r.includes("bad"))!;
  const marks = rows.find((r) => r.includes("^^^"))!;
  assert.is(line.indexOf("bad"), marks.indexOf("^^^"));
});

render("control and direction-changing characters of a program never reach the terminal", () => {
  const source: Source = { name: "a.relax", text: 'x = "\u001b[31m\u202e"\n' };
  const text = renderDiagnostic(codes.plain({ text: "\u001b[2J", at: span(source, "x") }));
  assert.not.match(text, /[\u001b\u202e]/);
});

render("places at and past the end of the text are shown", () => {
  const source: Source = { name: "a.relax", text: "x = (" };
  for (const start of [4, 5, 9]) {
    const at = { source, start, end: start };
    assert.match(renderDiagnostic(codes.plain({ text: "here", at })), "^");
  }
  const empty: Source = { name: "e.relax", text: "" };
  const at = { source: empty, start: 0, end: 0 };
  assert.match(renderDiagnostic(codes.plain({ text: "here", at })), "e.relax:1:1");
});

render("findings come in order, one cause once, and no more than the limit", () => {
  const at = (piece: string, nth = 0) => span(model, piece, nth);
  const found: Diagnostic[] = [
    codes.plain({ text: "`x` is not defined", at: at("x", 1) }),
    codes.plain({ text: "`x` is not defined", at: at("x") }),
    codes.plain({ text: "`x` is not defined", at: at("x") }),
    codes.plain({ text: "first", at: at("@I") }),
    { ...codes.plain({ text: "unused", at: at("lv") }), severity: "warning" },
  ];
  const { shown, hidden } = arrange(found, 2);
  assert.equal(
    shown.map((s) => s.diagnostic.message),
    ["first", "`x` is not defined"],
  );
  assert.is(shown[1]!.also.length, 1);
  assert.is(hidden, 1);
});

render.run();
