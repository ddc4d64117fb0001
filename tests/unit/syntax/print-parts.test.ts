import { suite } from "uvu";
import * as assert from "uvu/assert";
import { generateModule } from "../../../bench/generate-module.js";
import { parseText, printFile } from "../../../grammar/index.js";
import { Diagnostics } from "../../../src/support/diagnostic.js";
import { elaborate, parseModule, printModule, raise } from "../../../src/syntax/index.js";
import type { PrintOptions } from "../../../src/syntax/index.js";

const parts = suite("printing in parts");

const loose = `
@T.prim_func
def f(A: T.Buffer((4,), "float32")):
    A[0] = T.float32(1)


@T.prim_func
def g(A: T.Buffer((4,), "float32")):
    A[1] = A[0]
`;

const read = (text: string): ReturnType<typeof parseModule> => {
  const sink = new Diagnostics();
  const module = parseModule({ name: "parts.relax", text }, sink);
  assert.equal(
    sink.all.map((d) => d.message),
    [],
  );
  return module;
};

const options: readonly PrintOptions[] = [
  {},
  { header: true },
  { dialect: "tvm-0.27" },
  { dialect: "tvm-0.18", order: "sorted" },
  { width: 60, tabWidth: 2 },
];

for (const [name, text] of [
  ["a class", generateModule(400, 7)],
  ["loose functions", loose],
] as const) {
  for (const option of options) {
    parts(`${name} prints as its whole tree does, ${JSON.stringify(option)}`, () => {
      const module = read(text);
      const { width, tabWidth } = option;
      const whole = printFile(raise(module, option), {
        ...(width === undefined ? {} : { width }),
        ...(tabWidth === undefined ? {} : { tabWidth }),
      });
      assert.is(printModule(module, option), whole);
    });
  }
}

parts("a tree that is consumed gives the same module, one that is not stays whole", () => {
  const source = { name: "parts.relax", text: generateModule(400, 3) };
  const file = parseText(source, new Diagnostics());
  const before = printFile(file);
  const kept = elaborate(file, source, new Diagnostics());
  assert.is(printFile(file), before);
  assert.is(printModule(read(source.text)), printModule(kept));
});

parts("many functions that call each other twice are followed once each", () => {
  const chain = Array.from(
    { length: 60 },
    (_, i) => `
@R.function
def f${i}(x: R.Tensor((4,), "float32")):
    y = f${i + 1}(x)
    z = f${i + 1}(y)
    return z
`,
  ).join("");
  const text = `${chain}
@R.function
def f60(x: R.Tensor((4,), "float32")):
    gv = relax.match_shape(x, (4,))
    return x
`;
  const sink = new Diagnostics();
  const source = { name: "chain.relax", text };
  const module = elaborate(parseText(source, sink), source, sink, { era: "2022" });
  assert.ok(module.functions.size > 0);
});

parts.run();
