import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readModule } from "../../../../../src/driver/frontend.js";
import { Diagnostics } from "../../../../../src/support/diagnostic.js";
import {
  defaultPlaces,
  extractKernel,
  kernelFunctions,
  preset,
} from "../../../../../src/target/cgra/index.js";

const order = suite("order of accesses in kernels of a fabric");
const fabric = preset("npu-6x6")!;

/** After how many iterations what the kernel stores may be loaded, by the edges that say so. */
function distances(loops: string, index: string): readonly number[] {
  const text = `
@T.prim_func
def main(A: T.Buffer((4096,), "int32"), n: T.int64, m: T.int64):
    c = T.alloc_buffer((4096,), "int32", scope="cgra.spad.b5")
    a = T.alloc_buffer((4096,), "int32", scope="cgra.spad.b0")
    for i in range(4096):
        a[i] = A[i]
    for r in T.serial(n, annotations={"cgra.kernel": "sums"}):
        for t, s in T.grid(${loops}):
            c[${index}] = c[${index}] + a[s]
    for i in range(4096):
        A[i] = c[i]
`;
  const { module, diagnostics } = readModule({ name: "t.relax", text });
  assert.equal(diagnostics.map((d) => d.message), []); // prettier-ignore
  const sink = new Diagnostics();
  const [func] = kernelFunctions(module, sink);
  const { graph } = extractKernel(func!, fabric, defaultPlaces(func!, fabric), sink)!;
  const store = graph.nodes.findIndex((n) => n.op === "PUSH" || n.op === "ST");
  return graph.edges.filter((e) => e.kind === "O" && e.from === store).map((e) => e.distance);
}

order("sums that an outer loop goes on with are far away", () => {
  assert.equal(distances("m, 24", "t * 24 + s"), [24]);
  assert.equal(distances("5, 24", "t * 24 + s"), [120]);
});

order("sums that an inner loop goes on with are near", () => {
  assert.equal(distances("m, 24", "s"), [24]);
  assert.equal(distances("m, 24", "t"), [1]);
  // Tiles overlap by one.
  assert.equal(distances("m, 24", "t * 23 + s"), [1]);
});

order.run();
