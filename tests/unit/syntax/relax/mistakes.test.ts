import { suite } from "uvu";
import * as assert from "uvu/assert";
import { codesOf, read } from "./helpers.js";

const mistakes = suite("syntax: mistakes in R");

const FN = (...lines: string[]): string =>
  `@R.function\ndef main(x: R.Tensor((2, 3), "float32"), t: R.Tuple(R.Tensor, R.Tensor)):\n${lines.map((l) => `    ${l}\n`).join("")}`;

/** Text, and the one diagnostic it gives. */
const ONE: Readonly<Record<string, readonly [string, string]>> = {
  "undefined name": [FN("return R.exp(z)"), "SCO060 3:18"],
  "misspelt operator": [FN("return R.exq(x)"), "SCO083 3:12"],
  "misspelt keyword": [FN("return R.sum(x, axes=1)"), "TYP060 3:21"],
  "keyword given twice": [FN("return R.sum(x, 1, axis=0)"), "TYP063 3:24"],
  "too many operands": [FN("return R.exp(x, x)"), "TYP062 3:21"],
  "missing operand": [FN("return R.add(x)"), "TYP061 3:12"],
  "number for a tensor": [FN("return x + 1"), "TYP064 3:16"],
  "equality of tensors": [FN("return x == x"), "TYP066 3:12"],
  "item out of range": [FN("return t[2]"), "TYP070 3:14"],
  "negative item": [FN("return t[-1]"), "TYP069 3:14"],
  "item of a tensor": [FN("return x[0, 1]"), "TYP071 3:12"],
  "nothing bound": [FN("y = None", "return x"), "TYP075 3:9"],
  "string bound": [FN('y = "a"', "return x"), "TYP075 3:9"],
  "return without value": [FN("return"), "SCO076 3:5"],
  "no return": [FN("y = R.exp(x)"), "SCO074 2:5"],
  "return in the middle": [FN("return x", "y = R.exp(x)"), "SCO075 4:5"],
  "for loop": [FN("for i in range(3):", "    y = x", "return x"), "SCO078 3:5"],
  "chained assignment": [FN("a = b = x", "return x"), "SCO080 3:5"],
  "unused call": [FN("R.exp(x)", "return x"), "TYP073 3:5"],
  "output outside": [FN("R.output(x)", "return x"), "SCO066 3:5"],
  "dataflow variable outside": [
    FN("with R.dataflow():", "    a = R.exp(x)", "    b = R.exp(a)", "    R.output(b)", "return a"),
    "SCO063 7:12",
  ],
  "unknown output": [
    FN("with R.dataflow():", "    a = R.exp(x)", "    R.output(c)", "return x"),
    "SCO067 5:18",
  ],
  "binding after output": [
    FN("with R.dataflow():", "    a = R.exp(x)", "    R.output(a)", "    b = x", "return a"),
    "SCO065 6:9",
  ],
  "if without else": [FN("if R.const(True):", "    y = x", "return x"), "SCO070 3:5"],
  "branches of two names": [
    FN("if R.const(True):", "    y = x", "else:", "    z = x", "return x"),
    "SCO068 3:5",
  ],
  "branch local outside": [
    FN("if R.const(True):", "    a = R.exp(x)", "    y = a", "else:", "    y = x", "return a"),
    "SCO062 8:12",
  ],
  "if in dataflow": [
    FN(
      "with R.dataflow():",
      "    if R.const(True):",
      "        y = x",
      "    else:",
      "        y = x",
      "    R.output()",
      "return x",
    ),
    "SCO071 4:9",
  ],
  "python in the text": [FN("y = R.emit_te(topi.add, x, x)", "return x"), "SCO082 3:9"],
  "ragged constant": [FN("y = R.const([[1], [2, 3]])", "return x"), "TYP076 3:23"],
  "constant out of range": [FN('y = R.const(300, "int8")', "return x"), "TYP078 3:17"],
  "unknown dtype": [FN('return R.astype(x, "flaot32")'), "TYP001 3:24"],
  "unknown type keyword": [
    '@R.function\ndef main(x: R.Tensor((2,), kind="a")):\n    return x\n',
    "TYP052 2:28",
  ],
  "rank and shape": [
    '@R.function\ndef main(x: R.Tensor((2,), "int8", ndim=2)):\n    return x\n',
    "TYP054 2:41",
  ],
  "symbol from nowhere": [
    '@R.function\ndef main(x: R.Tensor(("n * 2",), "int8")):\n    return x\n',
    "SCO061 2:23",
  ],
  "symbol of another type": [
    '@R.function\ndef main(x: R.Tensor(("n",), "int8")):\n    n = T.int32()\n    return x\n',
    "SCO072 3:9",
  ],
  "string dimension in the body": [FN('y: R.Tensor(("n",)) = x', "return x"), "TYP059 3:18"],
  "parenthesised operand": [
    '@R.function\ndef main(x: R.Tensor((2,), "int8")):\n    y = R.call_dps_packed("f", (x), out_ty=R.Tensor((2,), "int8"))\n    return y\n',
    "TYP050 3:32",
  ],
};

for (const [name, [text, expected]] of Object.entries(ONE)) {
  mistakes(`${name} is ${expected.split(" ")[0]}`, () => {
    assert.equal(codesOf(text), [expected]);
    const [only] = read(text).diagnostics;
    assert.ok(only!.hints.length > 0 || !only!.code.startsWith("TYP060"), "has a way out");
  });
}

mistakes("a near name is suggested", () => {
  assert.equal(read(FN("return R.nn.rleu(x)")).diagnostics[0]!.hints, [
    "did you mean `R.nn.relu`?",
  ]);
});

mistakes("T functions inside R functions move to the module", () => {
  const { module, diagnostics } = read(
    FN(
      "@T.prim_func",
      'def f(A: T.Buffer((2, 3), "float32"), B: T.Buffer((2, 3), "float32")):',
      "    T.evaluate(0)",
      'y = R.call_tir(f, (x,), out_ty=R.Tensor((2, 3), "float32"))',
      "return y",
    ),
  );
  assert.equal(
    diagnostics.map((d) => `${d.severity} ${d.code}`),
    ["warning SCO077"],
  );
  assert.is(module.functions.get("f")?.kind, "tir.PrimFunc");
});

mistakes("deep nesting is reported, not a crash", () => {
  const deep = `${"R.exp(".repeat(5000)}x${")".repeat(5000)}`;
  assert.ok(read(FN(`return ${deep}`)).diagnostics.some((d) => d.severity === "error"));
});

mistakes.run();
