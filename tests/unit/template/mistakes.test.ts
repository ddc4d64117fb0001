import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Diagnostic } from "../../../src/support/diagnostic.js";
import { instanceFor, instanceOf, libraryOf } from "./instances.js";

const mistakes = suite("template: what is wrong, and where");

/** What keeps a template with this body from being taken for `R.exp(x)`. */
function reasonOf(
  body: string,
  signature = "X: T.Buffer(x, dt), Y: T.Buffer(x, dt)",
  program = '(x: R.Tensor(("n", 4), "float32")): R.exp(x)',
  options = "",
): Diagnostic {
  const text = `@S.lower("relax.${/R\.([\w.]+)\(/.exec(program.slice(program.indexOf("): ")))![1]}"${options})\n@T.prim_func\ndef f(${signature}):\n${body
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n")}\n`;
  const made = instanceFor(libraryOf(text), program);
  if (!("message" in made)) throw new Error("the template applies");
  return made;
}
const check = (d: Diagnostic, code: string, at: string, message: RegExp): void => {
  assert.is(d.code, code, d.message);
  assert.match(d.message, message);
  assert.is(d.span?.source.text.slice(d.span.start, d.span.end), at);
};

mistakes("accesses with too few indices", () => {
  const d = reasonOf('compute("f", Y, lambda v: X[v[0]])');
  check(d, "LOW005", "X[v[0]]", /`X` has rank 2, but 1 indices are given: \[v0\]/);
  assert.match(d.labels[0]!.message, "`f` is instantiated for this call");
  assert.match(d.notes[0]!, "in `compute`, called from `lambda`");
});

mistakes("packs of unequal length", () => {
  check(
    reasonOf('compute("f", Y, lambda v: X[v + (1, 2, 3)])'),
    "LOW006",
    "v + (1, 2, 3)",
    /lengths 2 and 3/,
  );
});

mistakes("run-time values where static ones are needed", () => {
  check(reasonOf("y = x[x[0]]"), "LOW007", "x[0]", /x0 is known only at run time/);
  check(
    reasonOf('compute("f", Y, lambda v: X[v] if S.proved(X[v] > 0) else 0)'),
    "LOW007",
    "S.proved(X[v] > 0)",
    /a proof/,
  );
});

mistakes("mixed types", () => {
  check(
    reasonOf('compute("f", Y, lambda v: X[v] + v[0])'),
    "LOW008",
    "X[v] + v[0]",
    /float32 and int64/,
  );
  check(
    reasonOf('compute("f", Y, lambda v: X[v[0] + 0.5, v[1]])'),
    "LOW008",
    "v[0] + 0.5",
    /0\.5 does not fit int64/,
  );
});

mistakes("numbers that no type holds", () => {
  const d = reasonOf('compute("f", Y, lambda v: X[v[0] + 10**30, v[1]])');
  check(d, "LOW008", "v[0] + 10**30", /does not fit int64/);
});

mistakes("endless recursion and endless text", () => {
  const recursive = "@S.inline\ndef g(n):\n    return g(n + 1)\ng(0)";
  check(reasonOf(recursive), "LOW011", "g(n + 1)", /more than 64 deep/);
  const exponential =
    '@S.inline\ndef g(e, n):\n    return e if n == 0 else g(e + e, n - 1)\ncompute("f", Y, lambda v: g(X[v], 40))';
  assert.is(reasonOf(exponential).code, "LOW010");
  const power = "d = x[0] + 1\nfor i in S.range(60):\n    d = d * d + i";
  assert.is(reasonOf(power).code, "LOW010");
  const long = "for i in S.range(100000):\n    for j in S.range(100000):\n        pass";
  assert.is(reasonOf(long).code, "LOW010");
});

mistakes("names with a new meaning inside of what runs many times", () => {
  const d = reasonOf("a = 0\nfor i in range(x[0]):\n    a = a + 1");
  check(d, "LOW015", "a", /outside this loop/);
  assert.match(d.hints[0]!, "a: T.int64");
});

mistakes("names of loads that were stored to since", () => {
  const stale = 'with T.sblock("f"):\n    y = Y[0, 0]\n    Y[0, 0] = X[0, 0]\n    Y[0, 1] = y';
  check(reasonOf(stale), "LOW016", "y", /a load of `Y`/);
});

mistakes("a return that is decided at run time", () => {
  const body =
    '@S.inline\ndef g(v):\n    if X[v] > 0:\n        return X[v]\n    return 0\ncompute("f", Y, g)';
  check(reasonOf(body), "LOW018", "return X[v]", /decided at run time/);
});

mistakes("names of absent operands", () => {
  const signature =
    "X: T.Buffer(x, dt), Y: T.Buffer(y, dt) | None, I: T.Buffer(i, it) | None, *, k, axis, ret_type, largest, dtype";
  const program = '(x: R.Tensor(("n", 4), "float32")): R.topk(x, k=2, axis=-1, ret_type="indices")';
  check(
    reasonOf("z = y", signature, program),
    "LOW019",
    "y",
    /an operand that this call does not have/,
  );
});

mistakes("shapes, types and conditions that do not fit", () => {
  check(
    reasonOf("pass", "X: T.Buffer((n,), dt), Y: T.Buffer((n,), dt)"),
    "LOW003",
    "(n,)",
    /`X` has rank 2, the pattern needs 1/,
  );
  check(
    reasonOf("pass", 'X: T.Buffer(x, "float16"), Y: T.Buffer(x, dt)'),
    "LOW003",
    '"float16"',
    /are float32, not float16/,
  );
  check(
    reasonOf("pass", "X: T.Buffer((n, 5), dt), Y: T.Buffer(x, dt)"),
    "LOW003",
    "5",
    /a length of `X` is 4, not 5/,
  );
  check(
    reasonOf("pass", undefined, undefined, ", where=len(x) == 1"),
    "LOW003",
    "len(x) == 1",
    /`where` is false: len\(x\) == 1/,
  );
  check(
    reasonOf("pass", "X: T.Buffer(x, dt)"),
    "LOW014",
    "f",
    /has 1 tensor parameters, the call 1 operands and 1 results/,
  );
});

mistakes("preconditions, at the call", () => {
  const program = '(x: R.Tensor((3, 4), "float32")): R.exp(x)';
  const d = reasonOf(
    'assert x[0] == x[1], "rows and columns differ"\ncompute("f", Y, lambda v: X[v])',
    undefined,
    program,
  );
  check(d, "LOW004", "R.exp(x)", /rows and columns differ: 3 is not 4/);
  assert.match(d.labels[0]!.message, "demanded here by `f`");
  const guarded = instanceOf(
    libraryOf(
      '@S.lower("relax.exp")\n@T.prim_func\ndef f(X: T.Buffer(x, dt), Y: T.Buffer(x, dt)):\n    assert x[0] == x[1], "rows and columns differ"\n    compute("f", Y, lambda v: X[v])\n',
    ),
    '(x: R.Tensor(("n", 4), "float32")): R.exp(x)',
  );
  assert.is(guarded.guards[0]?.message, "rows and columns differ");
});

mistakes("attributes that the template does not list", () => {
  const program =
    '(x: R.Tensor((1, 4, 8, 8), "float32"), w: R.Tensor((4, 2, 3, 3), "float32")): R.nn.conv2d(x, w, groups=2)';
  const d = reasonOf("pass", "X: T.Buffer(x, dt), W: T.Buffer(w, dt), Y: T.Buffer(y, dt)", program);
  check(d, "LOW002", "f", /`groups` is 2, and `f` does not list it/);
  const unknown = reasonOf("pass", "X: T.Buffer(x, dt), Y: T.Buffer(x, dt), *, colour");
  check(unknown, "LOW013", "colour", /`relax.exp` has no attribute `colour`/);
});
mistakes.run();
