/** Calls that differ in numbers only: expanded once, and what each gets is what it would get alone. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { structuralEqual } from "../../../../src/ir/core/equal.js";
import { visit } from "../../../../src/ir/core/visit.js";
import type { PrimFunc } from "../../../../src/ir/tir/function.js";
import { floats, legalise, numbersOf, runMain } from "../legalised.js";

const open = suite("template/select/open-instances");

/** A function `main` that applies calls, written with `#` for a number, to tensors of each number. */
const program = (numbers: readonly number[], shape: string, call: string): string => {
  const at = (text: string, n: number): string =>
    text.replace(/(\d*)#/g, (_, times: string) => `${(times === "" ? 1 : Number(times)) * n}`);
  const params = numbers.map((n, i) => `x${i}: R.Tensor(${at(shape, n)}, "float32")`);
  const values = numbers.map((n, i) => `    y${i} = ${at(call.replaceAll("X", `x${i}`), n)}`);
  const results = numbers.map((_, i) => `y${i}`).join(", ");
  return `@R.function\ndef main(${params.join(", ")}):\n${values.join("\n")}\n    return (${results},)\n`;
};

interface Kernels {
  readonly together: readonly PrimFunc[];
  readonly alone: readonly PrimFunc[];
}

const kernels = (text: string, library: string): readonly PrimFunc[] => {
  const { module, diagnostics } = legalise(text, { mine: library });
  assert.equal(diagnostics, []);
  return [...module!.functions.values()].filter((f): f is PrimFunc => f.kind === "tir.PrimFunc");
};

/** The kernels of a program of several calls, and of programs of one call each. */
const both = (
  numbers: readonly number[],
  shape: string,
  call: string,
  library: string,
): Kernels => ({
  together: kernels(program(numbers, shape, call), library),
  alone: numbers.flatMap((n) => kernels(program([n], shape, call), library)),
});

const isSame = ({ together, alone }: Kernels): void => {
  assert.is(together.length, alone.length);
  together.forEach((f, i) =>
    assert.ok(structuralEqual({ ...f, name: "" }, { ...alone[i]!, name: "" }), `kernel ${i}`),
  );
};

/** How many expansions the functions are of: one makes each place of a loop once. */
const expansionsOf = (functions: readonly PrimFunc[]): number => {
  const places = new Set<object | undefined>();
  for (const f of functions) {
    let first: object | undefined;
    visit(f.body, {
      enter(n) {
        if (n.kind === "tir.For") first ??= n.span;
      },
    });
    places.add(first);
  }
  return places.size;
};

const BLOCKS = `@S.lower("relax.nn.relu")
@T.prim_func
def halves(X: T.Buffer((n, c, k), dt), Y: T.Buffer((n, c, k), dt)):
    parts = 2 if S.proved(c % 2 == 0) else 1
    for b in range(n):
        for i in range(c // parts):
            for p in T.unroll(parts):
                for l in range(k):
                    with T.sblock("relu"):
                        vb, vc, vl = T.axis.spatial((n, c, k), (b, i * parts + p, l))
                        Y[vb, vc, vl] = T.max(X[vb, vc, vl], dt(0))
`;

open("one expansion serves all numbers for which it is the same", () => {
  const made = both([4, 8, 32], '("n", #, 16)', "R.nn.relu(X)", BLOCKS);
  isSame(made);
  assert.is(made.together.length, 3);
  assert.is(expansionsOf(made.together), 1);
});

open("lengths that are multiples of each other are as few numbers", () => {
  const library = `@S.lower("relax.repeat", where=repeats == 2)
@T.prim_func
def twice(X: T.Buffer((n, c), dt), Y: T.Buffer((n, d), dt), *, repeats, axis):
    assert d == 2 * c, "twice as many"
    for b in range(n):
        for i in range(c):
            for p in range(d // c):
                with T.sblock("twice"):
                    vb, vc, vp = T.axis.spatial((n, c, 2), (b, i, p))
                    Y[vb, vc * 2 + vp] = X[vb, vc]
`;
  const made = both([5, 6, 9], '("n", #)', "R.repeat(X, repeats=2, axis=1)", library);
  isSame(made);
  assert.is(made.together.length, 3);
});

open("what numbers decide, each call decides for itself", () => {
  // Even and odd numbers get different loops.
  const parity = both([4, 9, 32], '("n", #, 16)', "R.nn.relu(X)", BLOCKS);
  isSame(parity);
  assert.is(expansionsOf(parity.together), 3);
  for (const decision of ["S.known(c)", "S.proved(c > 8)", "S.known(c) and int(c) % 3 == 0"]) {
    const library = BLOCKS.replace("S.proved(c % 2 == 0)", decision);
    isSame(both([4, 6, 12], '("n", #, 16)', "R.nn.relu(X)", library));
  }
});

open("expressions that numbers make shorter are as short as for each alone", () => {
  for (const index of ["T.min(c, 8)", "c // 4", "c % 8", "T.max(c - 30, 1)"]) {
    const library = BLOCKS.replace(/parts = .*/, "parts = 1").replace("c // parts", index);
    isSame(both([4, 8, 32], '("n", #, 16)', "R.nn.relu(X)", library));
  }
});

open("values of numbers are values of each call", () => {
  const library = BLOCKS.replace("dt(0)", "dt(c)");
  isSame(both([2, 4, 6], "(1, #, 1)", "R.nn.relu(X)", library));
  const { module } = legalise(program([2, 4], "(1, #, 1)", "R.nn.relu(X)"), { mine: library });
  const found = runMain(module!, [floats([1, 2, 1], [1, 9]), floats([1, 4, 1], [1, 3, 5, 9])]);
  assert.equal(found.kind === "tuple" && found.fields.map(numbersOf), [[2, 9], [4, 4, 5, 9]]); // prettier-ignore
});

open("attributes that follow from lengths are numbers as well, unless something reads them", () => {
  const conv = "R.nn.conv2d(X, w#, groups=#, padding=1)";
  const text = (numbers: readonly number[]): string =>
    program(numbers, '("n", #, "h", "w")', conv).replace(
      "def main(",
      `def main(${numbers.map((n) => `w${n}: R.Tensor((${n}, 1, 3, 3), "float32"), `).join("")}`,
    );
  const library = (value: string): string => `@S.lower(
    "relax.nn.conv2d",
    where=(groups > 1, data_layout == "NCHW", kernel_layout == "OIHW", out_layout == "NCHW"),
)
@T.prim_func
def each(
    X: T.Buffer((n, c, h, w), dt),
    W: T.Buffer((c, 1, kh, kw), dt),
    Y: T.Buffer((n, c, oh, ow), dt),
    *,
    strides,
    padding,
    dilation,
    groups,
    data_layout,
    kernel_layout,
    out_layout,
):
    for b, f, y, x in T.grid(n, c, oh, ow):
        with T.sblock("each"):
            vb, vf, vy, vx = T.axis.remap("SSSS", [b, f, y, x])
            Y[vb, vf, vy, vx] = X[vb, vf, vy, vx] * W[vf, 0, 1, 1] * dt(${value})
`;
  for (const [value, expansions] of [
    ["2", 1],
    ["groups", 3],
  ] as const) {
    // prettier-ignore
    const together = kernels(text([3, 4, 10]), library(value));
    const alone = [3, 4, 10].flatMap((n) => kernels(text([n]), library(value)));
    isSame({ together, alone });
    assert.is(expansionsOf(together), expansions);
  }
});

open.run();
