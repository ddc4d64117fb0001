import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Analyzer, exprText } from "../../../../src/arith/index.js";
import { makeBuffer } from "../../../../src/ir/tir/buffer.js";
import { binary, floatImm, intImm, makeVar } from "../../../../src/ir/tir/expr.js";
import { forLoop, seq, store, type For, type Store } from "../../../../src/ir/tir/stmt.js";
import { float32, int64 } from "../../../../src/support/dtype.js";
import { regionOf } from "../../../../src/transform/tir/carried-values.js";
import type { BufferAccess } from "../../../../src/transform/tir/buffer-uses.js";

const regions = suite("transform: what accesses touch");
const at = (x: number) => intImm(x, int64);

/** `for i in range(n): A[i * 4 + k % different] = 0`, many times */
function accessesOf(count: number, different: number) {
  const [n, i] = [makeVar("n", int64), makeVar("i", int64)];
  const A = makeBuffer({ name: "A", dtype: float32, shape: [binary("mul", n, at(4))] });
  const stores = Array.from({ length: count }, (_, k) =>
    store(A, [binary("add", binary("mul", i, at(4)), at(k % different))], floatImm(0, float32)),
  );
  const loop = forLoop({ var: i, min: at(0), extent: n, body: seq(stores) }) as For;
  return stores.map((node, order): BufferAccess => ({
    node: node as Store,
    order,
    path: [{ kind: "loop", loop }],
  }));
}

function asked(count: number): { readonly bounds: number; readonly text: string } {
  const analyzer = new Analyzer();
  let bounds = 0;
  analyzer.boundOf = (p) => {
    bounds++;
    return Analyzer.prototype.boundOf.call(analyzer, p);
  };
  const [region] = regionOf(analyzer, accessesOf(count, 3), 0);
  return { bounds, text: `${exprText(region!.min)} + ${exprText(region!.extent)}` };
}

regions("accesses of the same elements in the same loops are asked about once", () => {
  const [few, many] = [asked(3), asked(96)];
  assert.is(few.text, "0 + n * 4 - 1");
  assert.equal(many, few);
});

regions.run();
