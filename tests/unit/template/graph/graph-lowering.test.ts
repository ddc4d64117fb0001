import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DiagnosticError } from "../../../../src/support/diagnostic.js";
import { codes } from "../../../../src/template/codes.js";
import { floats, kernelsOf, legalise, numbersOf, runMain } from "../legalised.js";

const graph = suite("template/graph");

const EXP = `@R.function
def main(x: R.Tensor(("n", "m"), "float32")):
    y = R.exp(x)
    return y
`;
const input = floats([2, 3], [0, 1, 2, 3, 4, 5]);
/** Result of a lowering of `exp` with this body. */
const result = (body: string, before = ""): number[] => {
  const lines = body
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
  const lib = `${before}@S.lower("relax.exp")
@R.function
def lowered(x: R.Tensor((a, b), dt)):
${lines}
`;
  const { module, diagnostics } = legalise(EXP, { lib });
  if (module === undefined) throw new DiagnosticError(diagnostics[0]!);
  return numbersOf(runMain(module, [input]));
};
const codeOf = (body: string): string => {
  try {
    result(body);
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostic.code;
    throw error;
  }
  return "none";
};

graph("operators, constants and lengths", () => {
  assert.equal(result("return R.add(x, R.const(1, dt))"), [1, 2, 3, 4, 5, 6]);
  assert.equal(result("return R.multiply(x, S.tensor(b, dt))"), [0, 3, 6, 9, 12, 15]);
  assert.equal(result("return R.add(x, R.const((10, 20, 30), dt))"), [10, 21, 32, 13, 24, 35]);
});

graph("tuples are packs: fields, unpacking, stars", () => {
  const flipped = [1, 2, 0, 4, 5, 3];
  assert.equal(
    result("p = R.split(x, [1], axis=1)\nreturn R.concat((p[1], p[0]), axis=1)"),
    flipped,
  );
  assert.equal(result("f, r = R.split(x, [1], axis=1)\nreturn R.concat((r, f), axis=1)"), flipped);
  assert.equal(
    result("f, *r = R.split(x, [1, 2], axis=1)\nreturn R.concat((*r, f), axis=1)"),
    flipped,
  );
});

graph("static conditions choose, packs of lengths are shapes", () => {
  assert.equal(result('return R.negative(x) if dt == "float32" else x'), [-0, -1, -2, -3, -4, -5]);
  assert.equal(
    result("y = R.reshape(x, (b, a))\nreturn R.reshape(y, x.shape)"),
    [0, 1, 2, 3, 4, 5],
  );
});

graph("kernels take attributes by name", () => {
  const kernel = `@S.kernel
@T.prim_func
def shifted(X: T.Buffer(s, dt), Y: T.Buffer(s, dt), *, by, times=1):
    compute("shifted", Y, lambda v: (X[v] + dt(by)) * dt(times))


`;
  const call = (attrs: string): string =>
    `return R.call_tir(shifted(${attrs}), (x,), out_ty=R.Tensor((a, b), dt))`;
  assert.equal(result(call("by=2"), kernel), [2, 3, 4, 5, 6, 7]);
  assert.equal(result(call("by=0, times=a"), kernel), [0, 2, 4, 6, 8, 10]);
  assert.is(codeOf(call("by=2").replace("shifted", "compute")), codes.invalidArgument.info.code);
});

graph("what cannot be proved is checked at run time", () => {
  assert.equal(result('assert a == 2, "two rows"\nreturn x'), [0, 1, 2, 3, 4, 5]);
  assert.throws(() => result('assert a == 3, "three rows"\nreturn x'));
  assert.throws(() => result('assert a < b - 1, "wide"\nreturn x'));
});

graph("a lowering may not lead to itself", () => {
  assert.is(codeOf("return R.exp(x)"), codes.expansionCycle.info.code);
  assert.is(codeOf("return R.exp(R.concat((x, x), axis=0))"), codes.expansionCycle.info.code);
});

graph("mistakes are told in the template", () => {
  assert.is(codeOf("return R.mutiply(x, x)"), codes.unknownName.info.code);
  assert.is(codeOf("return R.add(x, x, bias=1)"), codes.unknownAttribute.info.code);
  assert.is(codeOf("return R.add(x, 1)"), codes.invalidArgument.info.code);
  assert.is(codeOf("y = x"), codes.invalidArgument.info.code);
  assert.not.equal(codeOf("return R.matmul(x, R.const((1, 2), dt))"), "none");
});

graph("parts are lowered in turn and shared", () => {
  const { module } = legalise(`@R.function
def main(q: R.Tensor((1, "s", 2, 4), "float32")):
    with R.dataflow():
        a = R.nn.attention(q, q, q)
        b = R.nn.attention(a, a, a)
        R.output(b)
    return b
`);
  const kernels = kernelsOf(module);
  assert.equal(kernels.filter((k) => k.startsWith("softmax")).length, 1);
  assert.equal(kernels.filter((k) => k.startsWith("matmul")).length, 2);
});

graph.run();
