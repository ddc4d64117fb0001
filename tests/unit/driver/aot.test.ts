import { suite } from "uvu";
import * as assert from "uvu/assert";
import { aotCall } from "../../../src/driver/aot.js";
import { checkText } from "../../../src/driver/frontend.js";
import { prepareFor } from "../../../src/driver/optimise.js";
import { DiagnosticError, Diagnostics } from "../../../src/support/diagnostic.js";
import { float32 } from "../../../src/support/dtype.js";
import { zeros } from "../../../src/support/ndarray.js";
import { tensorValue } from "../../../src/support/value.js";
import { lowerToLoops } from "../../../src/transform/relax/aot/lower.js";

const calls = suite("whole models as one call: memory");

const text = `@R.function
def main(x: R.Tensor(("n", "k"), "float32"), w: R.Tensor(("k", "m"), "float32")):
    y = R.matmul(x, w)
    return R.sum(R.nn.softmax(y, axis=-1))
`;

calls("sizes beyond all memory are refused, as is what there is no memory for", async () => {
  const sink = new Diagnostics();
  const module = await prepareFor("c", checkText({ name: "a.relax", text }).module, sink);
  const aot = lowerToLoops(module!, sink, { constants: "table" })!;
  const refusal = (n: number): string => {
    // Nothing is in these inputs, and everything in what is made of them.
    const [x, w] = [[n, 0], [0, n]].map((shape) => tensorValue(zeros(float32, shape))); // prettier-ignore
    try {
      aotCall(aot.module, aot.functions[0]!, [x!, w!]);
      return "";
    } catch (error) {
      if (error instanceof DiagnosticError) return error.diagnostic.code;
      throw error;
    }
  };
  assert.is(refusal(3), "");
  assert.is(refusal(10 ** 6), "RUN112");
  // 4 n² wraps around to less than nothing, and to 0.
  for (const n of [2 ** 31 - 1, 2 ** 31, 2 ** 32]) assert.is(refusal(n), "RUN006", String(n));
});

calls.run();
