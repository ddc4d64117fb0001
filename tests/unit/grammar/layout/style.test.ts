import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  parseText,
  printExpr,
  printFile,
  stringLiteral,
  type ast,
} from "../../../../grammar/index.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";

const style = suite("grammar/layout: style");

function format(text: string, width = 88): string {
  const sink = new Diagnostics();
  const file = parseText({ name: "t.relax", text }, sink);
  assert.equal(sink.all, [], text);
  return printFile(file, { width, text });
}

const expression = (text: string): ast.Expr =>
  (parseText({ name: "t", text: `${text}\n` }, new Diagnostics()).body[0] as ast.ExprStmt).value;

for (const [text, printed] of [
  ["((a)) + (b * c)", "a + b * c"],
  ["(a + b) * c", "(a + b) * c"],
  ["a - (b - c)", "a - (b - c)"],
  ["(a - b) - c", "a - b - c"],
  ["(a < b) == c", "(a < b) == c"],
  ["(not a) == b", "(not a) == b"],
  ["n & 3 == 1", "(n & 3) == 1"],
  ["n << k + 1", "n << (k + 1)"],
  ["a | b & c", "a | (b & c)"],
  ["-(a + b)", "-(a + b)"],
  ["-(-1)", "-(-1)"],
  ["(-a) ** b", "(-a) ** b"],
  ["a ** -b", "a ** -b"],
  ["(a if b else c) if d else e", "(a if b else c) if d else e"],
  ["(lambda x: x)(1)", "(lambda x: x)(1)"],
  ["(1).real", "(1).real"],
  ["x[i,j : j+2 , ( )]", "x[i, j:j + 2, ()]"],
  ["f ( a , b = ( 1 , ) , * c , ** d )", "f(a, b=(1,), *c, **d)"],
  ["{'a' : 1 , \"b\":[ 1,2 ]}", '{"a": 1, "b": [1, 2]}'],
  ["'it is \"x\"'", "'it is \"x\"'"],
] as const) {
  style(`${text} prints as ${printed}`, () => assert.is(printExpr(expression(text)), printed));
}

for (const [value, literal] of [
  ['a"b\\c', '"a\\"b\\\\c"'],
  ["\n\r\t\0\x7f", '"\\n\\r\\t\\x00\\x7f"'],
  ["ünïcode 😀", '"ünïcode 😀"'],
  ["\ud800", '"\\ud800"'],
] as const) {
  style(`${JSON.stringify(value)} is written ${literal}`, () =>
    assert.is(stringLiteral(value), literal),
  );
}

style("a call that does not fit breaks its brackets, then its elements", () => {
  const call = "value = some.function(first_argument, second_argument, third=argument)\n";
  assert.is(
    format(call, 60),
    "value = some.function(\n    first_argument, second_argument, third=argument\n)\n",
  );
  assert.is(
    format(call, 40),
    "value = some.function(\n    first_argument,\n    second_argument,\n    third=argument,\n)\n",
  );
});

style("a trailing comma keeps one element a line", () => {
  assert.is(format("x = f(a, b,)\n"), "x = f(\n    a,\n    b,\n)\n");
  assert.is(format("x = (a,)\n"), "x = (a,)\n");
});

style("the right side breaks before the annotation", () => {
  assert.is(
    format('lv: R.Tensor((1, 64), dtype="float32") = R.nn.conv2d(x, weight, strides=[2, 2])\n', 60),
    'lv: R.Tensor((1, 64), dtype="float32") = R.nn.conv2d(\n    x, weight, strides=[2, 2]\n)\n',
  );
});

style("operators break before themselves, in brackets of their own", () => {
  assert.is(
    format("total = first_operand + second_operand * factor - third_operand\n", 40),
    "total = (\n    first_operand\n    + second_operand * factor\n    - third_operand\n)\n",
  );
});

style("parameters go one a line, the result after the bracket", () => {
  assert.is(
    format("def function(first: A, second: B, third: C) -> Result:\n    pass\n", 40),
    "def function(\n    first: A,\n    second: B,\n    third: C,\n) -> Result:\n    pass\n",
  );
});

style("a sole dictionary hugs the brackets of an attribute call", () => {
  assert.is(
    format('T.func_attr({"global_symbol": "main", "tirx.noalias": True})\n', 40),
    'T.func_attr({\n    "global_symbol": "main",\n    "tirx.noalias": True,\n})\n',
  );
});

style(
  "blank lines: two between definitions of the file, one in a class, at most one kept elsewhere",
  () => {
    assert.is(
      format(
        "import a\n\n\n\nb = 1\nclass M:\n\n    def f():\n        x = 1\n\n\n        y = 2\n    def g(): pass\nc = 2\n",
      ),
      "import a\n\nb = 1\n\n\nclass M:\n    def f():\n        x = 1\n\n        y = 2\n\n    def g():\n        pass\n\n\nc = 2\n",
    );
  },
);

style("comments keep their place", () => {
  const text = [
    "# head",
    "",
    "# on f",
    "def f(",
    "    a,  # first",
    "    # second follows",
    "    b,",
    "):  # body",
    "    x = g(  # open",
    "        a,",
    "        # last",
    "    )",
    "    # end of f",
    "",
    "",
    "# end of file",
    "",
  ].join("\n");
  const once = format(text);
  for (const line of text.split("\n")) {
    const comment = /#.*/.exec(line)?.[0];
    if (comment !== undefined) assert.ok(once.includes(comment), comment);
  }
  assert.is(format(once), once);
  assert.match(once, "    a,  # first\n    # second follows\n    b,\n):  # body");
  assert.match(once, "x = g(  # open\n        a,\n        # last\n    )");
});

style("a statement under prettier-ignore is left as written", () => {
  const text =
    "x = [\n    # prettier-ignore\n]\n# prettier-ignore\nm = [1,0,\n     0,1]  # id\nz=1\n";
  assert.match(format(text), "# prettier-ignore\nm = [1,0,\n     0,1]  # id\nz = 1\n");
});

style("strings of several lines are not moved", () => {
  const text = 'def f():\n    """One\n  two."""\n    x = f("""a\nb""", 1)\n';
  assert.is(format(text), text);
});

style("foreign statements are kept as written", () => {
  const text = "try:\n    f( )  # c\nfinally:\n    pass\n";
  assert.is(format(text), text);
});

style("a `try` with one handler is laid out, with its comments", () => {
  const text = "try:  # a\n  f( )  # b\n# c\nexcept S.ScheduleError:  # d\n  pass\n";
  const laidOut = "try:  # a\n    f()  # b\n# c\nexcept S.ScheduleError:  # d\n    pass\n";
  assert.is(format(text), laidOut);
  assert.is(format(laidOut), laidOut);
});

style.run();
