import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseText, printFile, syntaxCodes, type ast } from "../../../grammar/index.js";
import { codesOf, Diagnostics } from "../../../src/support/diagnostic.js";
import { positionAt } from "../../../src/support/source.js";
import { generateModule } from "../../../bench/generate-module.js";

const recovery = suite("grammar: recovery");

function faults(text: string): string[] {
  const sink = new Diagnostics();
  const source = { name: "t.relax", text };
  parseText(source, sink);
  return sink.all.map((d) => {
    const { line, column } = positionAt(source, d.span!.start);
    return `${line}:${column} ${d.name}`;
  });
}

for (const [title, text, expected] of [
  [
    "an unclosed bracket, at the opener",
    "def f():\n    x = g(1, (2\n    return x\n",
    ["2:14 unclosed-bracket"],
  ],
  ["a bracket of the wrong kind", "x = (1, 2]\n", ["1:10 mismatched-bracket"]],
  ["a bracket too many", "x = f(1))\n", ["1:9 unopened-bracket"]],
  ["a string without its end", 'x = "abc\ny = 1\n', ["1:5 unterminated-string"]],
  ["a triple-quoted string without its end", 'x = 1\ny = """abc\n\n', ["2:5 unterminated-string"]],
  ["an unknown character", "x = 1 ? 2\n", ["1:7 unknown-character"]],
  ["typographic quotes", "x = “a”\n", ["1:5 unknown-character"]],
  ["a malformed number", "x = 12px + 1\n", ["1:5 bad-number"]],
  ["leading zeros", "x = 012\n", ["1:5 bad-number"]],
  ["a missing colon", "for i in x\n    pass\n", ["1:11 missing-colon"]],
  ["a missing colon after else", "if a:\n    pass\nelse\n    pass\n", ["3:5 missing-colon"]],
  ["a missing block", "def f():\n    for i in x:\n    y = 1\n", ["2:15 missing-block"]],
  ["a missing block at the end", "if a:\n", ["1:5 missing-block"]],
  ["an indentation too deep", "x = 1\n    y = 2\nz = 3\n", ["2:5 unexpected-indent"]],
  ["a dedent to no block", "if a:\n        x = 1\n    y = 2\n", ["3:5 bad-dedent"]],
  ["tabs among spaces", "if a:\n    x = 1\n\ty = 2\n", ["3:1 mixed-indentation"]],
  ["a call assigned to", "f(x) = 3\n", ["1:1 bad-target"]],
  ["a positional argument after a keyword", "f(a=1, 2)\n", ["1:8 positional-after-keyword"]],
  ["a keyword twice", "f(a=1, a=2)\n", ["1:8 repeated-keyword"]],
  [
    "operators of C",
    "x = a && b || !c\n",
    ["1:7 foreign-operator", "1:12 foreign-operator", "1:15 foreign-operator"],
  ],
  ["a naked not", "x = a == not b\n", ["1:10 naked-not"]],
  ["a broken escape", 'x = "a\\xg"\n', ["1:7 bad-escape"]],
  ["an else without if", "x = 1\nelse:\n    y = 2\n", ["2:1 orphan-clause"]],
  ["a single = in a condition", "if x = 1:\n    pass\n", ["1:6 assignment-as-condition"]],
  ["a decorator on nothing", "@T.prim_func\nx = 1\n", ["2:1 missing-function"]],
  ["two operands side by side", "x = f(a b)\n", ["1:9 unexpected-token"]],
  ["an operator without its operand", "x = 1 +\ny = 2\n", ["1:8 unexpected-token"]],
  ["a star in the middle", "x = 1 + *y\n", ["1:9 unexpected-token"]],
] as const) {
  recovery(`${title} is reported once, in its place`, () =>
    assert.equal(faults(text), [...expected]),
  );
}

recovery("several mistakes in one run are all found, in order, and nothing else", () => {
  const text = [
    "class M:",
    "    def f(A):",
    "        for i in range(4)",
    "            A[i] = 0",
    "        x = 3 +",
    "        y = foo(1 2)",
    "        if x:",
    "            a b",
    "        else:",
    "            pass",
    "    def g(B):",
    "        z = (1",
    "    def h(C):",
    "        return 12px",
  ].join("\n");
  assert.equal(faults(text), [
    "3:26 missing-colon",
    "5:16 unexpected-token",
    "6:19 unexpected-token",
    "8:15 unexpected-token",
    "12:13 unclosed-bracket",
    "14:16 bad-number",
  ]);
});

recovery("what stands around a mistake keeps its meaning", () => {
  const sink = new Diagnostics();
  const { body } = parseText(
    { name: "t", text: "a = 1\nb = )\nfor i in x\n    c = 2\nd = 3\n" },
    sink,
  );
  assert.equal(
    body.map((s) => s.kind),
    ["Assign", "ErrorStmt", "For", "Assign"],
  );
  assert.is((body[2] as ast.For).body.body.length, 1);
});

const DEEP = 5_000;
for (const [title, make] of [
  ["brackets", (n: number) => `x = ${"(".repeat(n)}1${")".repeat(n)}\n`],
  ["lists", (n: number) => `x = ${"[".repeat(n)}${"]".repeat(n)}\n`],
  ["calls", (n: number) => `x = ${"f(".repeat(n)}${")".repeat(n)}\n`],
  ["sums", (n: number) => `x = a${" + a".repeat(n)}\n`],
  ["powers", (n: number) => `x = a${" ** a".repeat(n)}\n`],
  ["negations", (n: number) => `x = ${"not ".repeat(n)}a\n`],
  ["attributes", (n: number) => `x = a${".b".repeat(n)}\n`],
  ["choices", (n: number) => `x = ${"a if b else ".repeat(n)}c\n`],
  ["lambdas", (n: number) => `x = ${"lambda: ".repeat(n)}c\n`],
  ["clauses", (n: number) => `if a:\n  pass\n${"elif a:\n  pass\n".repeat(n)}`],
] as const) {
  recovery(`${title}: 200 levels parse and print, ${DEEP} are refused with a code`, () => {
    const sink = new Diagnostics();
    printFile(parseText({ name: "t", text: make(200) }, sink));
    assert.equal(sink.all, []);
    const found = faults(make(DEEP));
    assert.ok(found.length > 0 && found.every((f) => f.endsWith("too-deep")), found.join("\n"));
  });
}

recovery("blocks nest 200 deep and no deeper than the limit", () => {
  const nest = (n: number): string =>
    Array.from({ length: n }, (_, i) => `${" ".repeat(i)}if a:\n`).join("") +
    `${" ".repeat(n)}pass\n`;
  assert.equal(faults(nest(200)), []);
  assert.equal(
    faults(nest(300)).map((f) => f.split(" ")[1]),
    ["too-deep"],
  );
});

recovery("no text makes the parser or the printer throw", () => {
  const base = generateModule(120, 7);
  const noise = fc.constantFrom(
    "(",
    ")",
    "[",
    "]",
    ":",
    "\n",
    "    ",
    "\t",
    '"',
    "'''",
    "def ",
    "else",
    "@",
    "=",
    ",",
    "\\",
    "#",
    "if ",
    "é",
    "$",
    "\r",
    "1x",
    "class ",
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(12), fc.option(noise, { nil: "" })), {
        minLength: 1,
        maxLength: 5,
      }),
      (edits) => {
        let text = base;
        for (const [at, length, insert] of edits)
          text = text.slice(0, at) + insert + text.slice(at + length);
        const sink = new Diagnostics();
        const file = parseText({ name: "t", text }, sink);
        printFile(file, { text });
        for (const d of sink.all) {
          assert.ok(
            d.span!.start >= 0 && d.span!.start <= d.span!.end && d.span!.end <= text.length,
          );
          assert.not.match(d.message, /undefined|NaN|\{\w+\}/);
        }
      },
    ),
    { seed: 3, numRuns: 150 },
  );
});

recovery("every code's example fails with that code, and its repair parses", () => {
  for (const code of codesOf(syntaxCodes)) {
    if (code.bad !== undefined)
      assert.ok(
        faults(code.bad).some((f) => f.endsWith(` ${code.name}`)),
        code.code,
      );
    if (code.good !== undefined) assert.equal(faults(code.good), [], code.code);
    assert.ok(code.explain !== undefined, code.code);
  }
});

recovery.run();
