import { suite } from "uvu";
import * as assert from "uvu/assert";
import { numberValue, parseText, printExpr, type ast } from "../../../grammar/index.js";
import { RelaxParser } from "../../../grammar/parser.js";
import { Diagnostics } from "../../../src/support/diagnostic.js";

const parser = suite("grammar: parser");

function read(text: string): ast.File {
  const sink = new Diagnostics();
  const file = parseText({ name: "t.relax", text }, sink);
  assert.equal(
    sink.all.map((d) => `${d.code} ${d.message}`),
    [],
    text,
  );
  return file;
}

function only(text: string): ast.Stmt {
  const { body } = read(text);
  assert.is(body.length, 1, text);
  return body[0]!;
}

function value(text: string): ast.Expr {
  const statement = only(`${text}\n`);
  assert.is(statement.kind, "ExprStmt");
  return (statement as ast.ExprStmt).value;
}

/** Kinds and operators of a tree, for tables. */
function shape(e: ast.Expr): string {
  switch (e.kind) {
    case "Binary":
    case "BoolOp":
      return `(${shape(e.left)} ${e.op} ${shape(e.right)})`;
    case "Unary":
      return `(${e.op} ${shape(e.operand)})`;
    case "Compare":
      return `(${e.operands.map((o, i) => (i === 0 ? shape(o) : `${e.ops[i - 1]!} ${shape(o)}`)).join(" ")})`;
    case "Conditional":
      return `(${shape(e.then)} if ${shape(e.cond)} else ${shape(e.otherwise)})`;
    default:
      return printExpr(e);
  }
}

parser("the grammar passes Chevrotain's own validation", () => {
  assert.not.throws(() => new RelaxParser(false));
});

for (const [text, tree] of [
  ["a + b * c", "(a + (b * c))"],
  ["a - b - c", "((a - b) - c)"],
  ["a ** b ** c", "(a ** (b ** c))"],
  ["-a ** -b", "(- (a ** (- b)))"],
  ["-a * b", "((- a) * b)"],
  ["not a == b", "(not (a == b))"],
  ["not not a and b", "((not (not a)) and b)"],
  ["a or b and c", "(a or (b and c))"],
  ["a < b <= c", "(a < b <= c)"],
  ["(a < b) <= c", "((a < b) <= c)"],
  ["a not in b is not c", "(a not in b is not c)"],
  ["a | b ^ c & d << e + f", "(a | (b ^ (c & (d << (e + f)))))"],
  ["a & 3 == 1", "((a & 3) == 1)"],
  ["a if b else c if d else e", "(a if b else (c if d else e))"],
  ["~a // b % c @ d", "((((~ a) // b) % c) @ d)"],
] as const) {
  parser(`${text} groups as ${tree}`, () => assert.is(shape(value(text)), tree));
}

for (const [text, construct] of [
  ["[x for x in y]", "a list comprehension"],
  ["(x for x in y)", "a generator"],
  ["{x for x in y}", "a set comprehension"],
  ["{a: b for a in y}", "a dictionary comprehension"],
  ["{a, b}", "a set"],
  ["(y := 3)", "an assignment inside an expression (`:=`)"],
  ["2j", "a complex number"],
  ["{**a}", "`**` in a dictionary"],
] as const) {
  parser(`${text} is named as ${construct}`, () => {
    const e = value(text);
    assert.is(e.kind, "UnsupportedExpr");
    assert.is((e as ast.UnsupportedExpr).construct, construct);
  });
}

for (const [text, construct] of [
  ["del x\n", "`del`"],
  ["global x\n", "`global`"],
  ["nonlocal x, y\n", "`nonlocal`"],
  ["raise E(1) from e\n", "`raise`"],
  ["try:\n    f()\nexcept E as e:\n    g()\nelse:\n    h()\nfinally: i()\n", "`try`"],
  ["async def f():\n    await g()\n", "`async`"],
  ["match x:\n    case 1:\n        f()\n    case (a, b): g()\n", "`match`"],
  ["type X = int\n", "`type`"],
  ["for i in x:\n    pass\nelse:\n    pass\n", "`else` on a loop"],
] as const) {
  parser(`the statement ${JSON.stringify(text)} is named as ${construct}`, () => {
    const statement = only(text);
    assert.is(statement.kind, "UnsupportedStmt");
    assert.is((statement as ast.UnsupportedStmt).construct, construct);
  });
}

parser("soft keywords are names", () => {
  const { body } = read(
    "match = case + type\nmatch.a(case)\nmatch[1] = 2\ntype: T.int32 = 1\n_ = match(x)\n",
  );
  assert.equal(
    body.map((s) => s.kind),
    ["Assign", "ExprStmt", "Assign", "AnnAssign", "Assign"],
  );
});

parser("subscripts hold slices, stars and the empty tuple", () => {
  const e = value("A[*i, a:b, ::2, :, (), c,]") as ast.Subscript;
  assert.equal(
    e.items.map((i) => i.kind),
    ["Starred", "Slice", "Slice", "Slice", "Tuple", "Name"],
  );
});

parser("a parameter list has defaults, stars, annotations and type parameters", () => {
  const f = only(
    "def f[n, m: int](a: T.handle, b=1, *c, d: x = 2, **e) -> None: pass\n",
  ) as ast.FunctionDef;
  assert.equal(
    f.typeParams.map((p) => p.name),
    ["n", "m"],
  );
  assert.equal(
    f.params.map((p) => `${p.star ?? ""}${p.name}`),
    ["a", "b", "*c", "d", "**e"],
  );
  assert.is(f.body.body.length, 1);
});

parser("imports keep module, names and aliases", () => {
  const { body } = read(
    "from tvm.script import ir as I, relax\nimport tvm.tir, a as b\nfrom . import (x, y as z,)\n",
  );
  assert.equal(
    (body as ast.Import[]).map((i) => [i.module, i.names]),
    [
      ["tvm.script", [{ name: "ir", alias: "I" }, { name: "relax" }]],
      [undefined, [{ name: "tvm.tir" }, { name: "a", alias: "b" }]],
      [".", [{ name: "x" }, { name: "y", alias: "z" }]],
    ],
  );
});

parser("`with` takes several items, with and without brackets", () => {
  for (const text of [
    "with a as b, c: pass\n",
    "with (a as b, c): pass\n",
    "with (\n  a as b,\n  c,\n):\n  pass\n",
  ]) {
    assert.equal(
      (only(text) as ast.With).items.map((i) => i.target !== undefined),
      [true, false],
      text,
    );
  }
  assert.is((only("with (a): pass\n") as ast.With).items.length, 1);
});

parser("a loop over a comma list and a starred target parse", () => {
  const loop = only("for i, *j in a, b:\n    pass\n") as ast.For;
  assert.equal([loop.target.kind, loop.iter.kind], ["Tuple", "Tuple"]);
});

for (const [text, expected] of [
  [String.raw`"a\n\t\\\"\x41\u00e9\U0001F600\101\0"`, 'a\n\t\\"Aé😀A\0'],
  ["'it''s'", "its"],
  [String.raw`r"\n"`, "\\n"],
  ['"""a\r\nb"""', "a\nb"],
  [String.raw`"\d\N{BULLET}"`, "\\d•"],
  ['"a" "b"\'c\'', "abc"],
] as const) {
  parser(`the string ${JSON.stringify(text)} has its value`, () =>
    assert.is((value(text) as ast.Str).value, expected),
  );
}

parser("f-strings and bytes are marked", () => {
  assert.is((value('f"{x}"') as ast.Str).prefix, "f");
  assert.is((value('rb"x"') as ast.Str).prefix, "b");
  assert.is((value('"a" f"b"') as ast.Str).prefix, "f");
});

for (const [raw, expected] of [
  ["1_000", { int: 1000 }],
  ["0xFF", { int: 255 }],
  ["0o17", { int: 15 }],
  ["0b101", { int: 5 }],
  ["9007199254740993", { int: 9007199254740993n }],
  ["9223372036854775807", { int: 9223372036854775807n }],
  ["1e3", { float: 1000 }],
  [".5", { float: 0.5 }],
  ["1.", { float: 1 }],
  ["1_0.2_5E-1", { float: 1.025 }],
] as const) {
  parser(`${raw} has its value`, () => assert.equal(numberValue(value(raw) as ast.Num), expected));
}

parser("uniformly indented text is read relative to its first line", () => {
  const { body } = read("    @T.prim_func\n    def f(a: T.handle):\n        pass\n\n    N = 4\n");
  assert.equal(
    body.map((s) => s.kind),
    ["FunctionDef", "Assign"],
  );
});

parser("tabs, BOM, CRLF, joined lines and semicolons are layout", () => {
  const { body } = read("\uFEFFif a:\r\n\tx = 1; y = 2\r\n\tz = a + \\\r\n  b\r\nelse: pass\r\n");
  assert.is(body.length, 1);
  assert.is((body[0] as ast.If).then.body.length, 3);
});

parser("brackets may go on at the start of a line, whatever stands there", () => {
  const { body } = read("x = (a\nif b\nelse c)\ny = (a\n@ b)\n@(a\n@ b)\ndef f(\nx\n): pass\n");
  assert.equal(
    body.map((s) => s.kind),
    ["Assign", "Assign", "FunctionDef"],
  );
});

parser("comments belong to the statements beside them", () => {
  const { body, dangling } = read(
    "# top\n\n# head\nif a:  # on if\n    # in\n    x = f(  # open\n        1,\n        # own\n    )  # end\n    # last of block\n# above else\nelse:  # on else\n    pass\n# file end\n",
  );
  const branch = body[0] as ast.If;
  const x = branch.then.body[0]!;
  assert.equal(
    branch.trivia?.leading?.map((c) => c.text),
    ["# top", "# head"],
  );
  assert.is(branch.trivia?.trailing?.text, "# on if");
  assert.equal(
    x.trivia?.leading?.map((c) => c.text),
    ["# in"],
  );
  assert.equal(
    x.trivia?.inner?.map((c) => c.text),
    ["# open", "# own"],
  );
  assert.is(x.trivia?.trailing?.text, "# end");
  assert.equal(
    branch.then.dangling?.map((c) => c.text),
    ["# last of block"],
  );
  assert.equal(
    branch.otherwise?.above?.map((c) => c.text),
    ["# above else"],
  );
  assert.is(branch.otherwise?.opening?.text, "# on else");
  assert.equal(
    dangling?.map((c) => c.text),
    ["# file end"],
  );
});

parser("positions are offsets into the whole text, in every function of a class", () => {
  const text =
    'class M:\n    @a.b\n    def f(x):\n        return x\n\n    # c\n    @a.b\n    def g(y):\n        s = """\ndef h():\n"""\n        return y\nN = 1\n';
  const { body } = read(text);
  assert.equal(
    body.map((s) => s.kind),
    ["ClassDef", "Assign"],
  );
  const members = (body[0] as ast.ClassDef).body.body as ast.FunctionDef[];
  assert.equal(
    members.map((m) => m.name),
    ["f", "g"],
  );
  for (const m of members) {
    assert.is(text.slice(m.nameStart, m.nameEnd), m.name);
    assert.is(text.slice(m.start, m.start + 4), "@a.b");
    assert.is(text.slice(m.end - 8, m.end), `return ${m.params[0]!.name}`);
  }
  assert.is(text.slice(body[1]!.start, body[1]!.end), "N = 1");
});

parser.run();
