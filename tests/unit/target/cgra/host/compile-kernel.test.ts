import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readModule } from "../../../../../src/driver/frontend.js";
import { Diagnostics } from "../../../../../src/support/diagnostic.js";
import { defaultPlaces, kernelFunctions, preset } from "../../../../../src/target/cgra/index.js";
import { kernelCompiler } from "../../../../../src/target/cgra/host/compile-kernel.js";
import { encodeImage } from "../../../../../src/target/cgra/machine/image.js";

const compile = suite("kernels compiled for a fabric");
const fabric = preset("npu-6x6")!;

const text = (value: string): string => `
@T.prim_func
def main(A: T.Buffer((64,), "int32")):
    a = T.alloc_buffer((64,), "int32", scope="cgra.spad.b0")
    for i in range(64):
        a[i] = A[i]
    for i in T.serial(64, annotations={"cgra.kernel": "scaled"}):
        a[i] = ${value}
    for i in range(64):
        A[i] = a[i]
`;

function compiler() {
  const kernel = kernelCompiler(fabric, { work: 100e6 });
  return (value: string) => {
    const { module } = readModule({ name: "t.relax", text: text(value) });
    const [func] = kernelFunctions(module, new Diagnostics());
    const made = kernel(func!, defaultPlaces(func!, fabric));
    assert.ok("program" in made);
    return made;
  };
}

compile("graphs that differ in numbers alone share their mapping, and keep their numbers", () => {
  const make = compiler();
  const [three, five, wide] = ["a[i] * 3", "a[i] * 5", "a[i] * 100000"].map(make);
  assert.is(five!.search, three!.search);
  assert.is(wide!.search, three!.search);
  const numbers = [three, five, wide].map((k) => encodeImage(fabric, k!.program).join());
  assert.is(new Set(numbers).size, 3);
});

compile("other operations, and other conditions, are mapped for themselves", () => {
  const make = compiler();
  const values = ["a[i] * 3", "a[i] + 3", "T.if_then_else(i == 0, 3, a[i])", "T.if_then_else(i == 63, 3, a[i])"]; // prettier-ignore
  assert.is(new Set(values.map((v) => make(v).search)).size, 4);
});

compile.run();
