import { suite } from "uvu";
import * as assert from "uvu/assert";
import { codes } from "../../../../src/template/codes.js";
import { shapeValue } from "../../../../src/support/value.js";
import { floats, kernelsOf, legalise, legaliseBy, numbersOf, runMain } from "../legalised.js";

const selection = suite("template/select");

const RELU = `@R.function
def main(x: R.Tensor(("n",), "float32")):
    y = R.nn.relu(x)
    return y
`;
const relu = (name: string, more = ""): string => `@S.elementwise("relax.nn.relu"${more})
def ${name}(x):
    return T.max(x, 0)
`;
const taken = (
  libraries: Readonly<Record<string, string>>,
  program = RELU,
  target?: string,
): string[] => kernelsOf(legalise(program, libraries, target).module);

selection("the standard library is the last resort", () => {
  assert.equal(taken({}), ["relu"]);
  assert.equal(taken({ mine: relu("my_relu") }), ["my_relu"]);
});

selection("later libraries win over earlier ones, the module over all", () => {
  const libraries = { a: relu("a_relu"), b: relu("b_relu") };
  assert.equal(taken(libraries), ["b_relu"]);
  assert.equal(taken(libraries, `${relu("own_relu")}\n\n${RELU}`), ["own_relu"]);
});

selection("priority, then the very target, then later in the text", () => {
  assert.equal(taken({ a: `${relu("one")}\n\n${relu("two")}` }), ["two"]);
  assert.equal(taken({ a: `${relu("one", ", priority=1")}\n\n${relu("two")}` }), ["one"]);
  const npu = `${relu("for_npu", ', target="npu"')}\n\n${relu("for_all")}`;
  assert.equal(taken({ a: npu }), ["for_all"]);
  assert.equal(taken({ a: npu }, RELU, "npu"), ["for_npu"]);
});

selection("a template that does not fit is passed over", () => {
  assert.equal(taken({ a: relu("halves", ', where=x.dtype == "float16"') }), ["relu"]);
  const matmul = `@S.lower("relax.matmul", where=(dt == "int8", ct == "int32"))
@T.prim_func
def matmul_npu(A: T.Buffer((m, k), dt), B: T.Buffer((k, n), dt), C: T.Buffer((m, n), ct)):
    compute("matmul", C, lambda v: ct(0))
`;
  const program = (dt: string, out: string): string => `@R.function
def main(x: R.Tensor((2, 2), "${dt}"), w: R.Tensor((2, 2), "${dt}")):
    y = R.matmul(x, w, out_dtype="${out}")
    z = R.nn.relu(y)
    return z
`;
  assert.equal(taken({ npu: matmul }, program("int8", "int32")), ["matmul_npu", "relu"]);
  assert.equal(taken({ npu: matmul }, program("float32", "float32")), ["matmul", "relu"]);
});

const CONV = `@S.lower("relax.nn.conv1d")
@T.prim_func
def no_groups(X: T.Buffer((n, c, h), dt), W: T.Buffer((o, g, r), dt), Y: T.Buffer(y, dt)):
    with T.sblock("conv"):
        Y[0, 0, 0] = 0


@S.lower("relax.nn.conv1d", where=S.plain(data_layout))
@T.prim_func
def halves(X: T.Buffer(x, "float16"), W: T.Buffer(w, "float16"), Y: T.Buffer(y, dt), *, data_layout):
    with T.sblock("conv"):
        Y[0, 0, 0] = 0
`;
const GROUPED = `@R.function
def main(x: R.Tensor((2, 4, 3), "float32"), w: R.Tensor((4, 2, 2), "float32")):
    y = R.nn.conv1d(x, w, groups=2)
    return y
`;

selection("an attribute that a template does not list must have its default", () => {
  assert.not.ok(taken({ simple: CONV }, GROUPED).includes("no_groups"));
  const plain = GROUPED.replace(", groups=2", "").replace("(4, 2, 2)", "(4, 4, 2)");
  assert.ok(taken({ simple: CONV }, plain).includes("no_groups"));
});

selection("LOW001 lists the candidates with their places and reasons", () => {
  const { module, diagnostics } = legaliseBy(GROUPED, CONV);
  assert.is(module, undefined);
  assert.equal(
    diagnostics.map((d) => d.code),
    [codes.noLowering.info.code],
  );
  assert.equal(diagnostics[0]!.notes, [
    "`halves` (only.relax:10): the elements of `X` are float32, not float16",
    "`no_groups` (only.relax:3): `groups` is 2, and `no_groups` does not list it",
  ]);
});

selection("without a template all operators are told at once, each with its types once", () => {
  const { diagnostics } = legaliseBy(
    `@R.function
def main(x: R.Tensor((2,), "float32"), y: R.Tensor((3,), "float32")):
    a = R.exp(x)
    b = R.exp(x)
    c = R.exp(y)
    d = R.log(x)
    return (a, b, c, d)
`,
    "",
  );
  assert.equal(
    diagnostics.map((d) => d.message),
    ["exp", "exp", "log"].map(
      (op, i) => `\`relax.${op}\` on (R.Tensor((${i === 1 ? 3 : 2},), "float32")) has no lowering`,
    ),
  );
});

selection("equal calls share an instance under other symbols, scalars included", () => {
  const { module } = legalise(`@R.function
def main(x: R.Tensor(("n",), "float32"), y: R.Tensor(("m",), "float32"), s: R.Shape(["k", "l"])):
    k = T.int64()
    l = T.int64()
    a = R.strided_slice(x, [0], [k], [k + 2], assume_inbound=True)
    b = R.strided_slice(y, [0], [l], [l + 2], assume_inbound=True)
    return (a, b)
`);
  assert.equal(kernelsOf(module), ["strided_slice"]);
  const result = runMain(module!, [
    floats([4], [0, 1, 2, 3]),
    floats([5], [5, 6, 7, 8, 9]),
    shapeValue([1, 3]),
  ]);
  assert.is(result.kind, "tuple");
  if (result.kind === "tuple") {
    assert.equal(numbersOf(result.fields[0]!), [1, 2]);
    assert.equal(numbersOf(result.fields[1]!), [8, 9]);
  }
});

selection("what differs in attributes, types or ranks is another instance", () => {
  const { module } = legalise(`@R.function
def main(x: R.Tensor(("n", 3), "float32"), y: R.Tensor((3, "n"), "float32"), z: R.Tensor((3,), "float16")):
    a = R.sum(x, axis=0)
    b = R.sum(x, axis=1)
    c = R.sum(x, axis=-1)
    d = R.sum(z)
    return (a, b, c, d)
`);
  assert.equal(kernelsOf(module), ["sum", "sum_1", "sum_2"]);
});

selection("a call may name its template, or be left alone", () => {
  const lib = { a: `${relu("one")}\n\n${relu("two")}` };
  const named = (name: string): string => RELU.replace("(x)\n", `(x, lower="${name}")\n`);
  assert.equal(taken(lib, named("one")), ["one"]);
  assert.equal(taken(lib, named("relu")), ["relu"]);
  assert.equal(taken(lib, named("none")), []);
  const family = {
    a: `${relu("my_slow", ", priority=-1")}\n\n${relu("my_fast")}\n\n${relu("other", ", priority=1")}`,
  };
  assert.equal(taken(family, named("my_*")), ["my_fast"]);
  assert.equal(taken(family, named("my_s*")), ["my_slow"]);
  assert.match(legalise(named("none"), lib).text, /R\.nn\.relu\(x, lower="none"\)/);
  const { module, diagnostics } = legalise(named("three"), lib);
  assert.is(module, undefined);
  assert.equal(diagnostics[0]!.notes, ["no template for it is called `three`"]);
});

selection.run();
