import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkPrimFunc } from "../../../src/analysis/index.js";
import { broadcast, cast, compare, floatImm, intImm, ramp } from "../../../src/ir/tir/expr.js";
import {
  alloc,
  attrStmt,
  bind,
  block,
  ifStmt,
  iterVar,
  jump,
  seq,
  store,
  whileLoop,
  type Stmt,
} from "../../../src/ir/tir/stmt.js";
import { bufferRegion, range, type Buffer } from "../../../src/ir/tir/buffer.js";
import { float32, int8 } from "../../../src/support/dtype.js";
import { Diagnostics } from "../../../src/support/diagnostic.js";
import { at, blk, buf, e, func, loop, loops, op, put, seedMatmul, v } from "./build.js";

const wellFormed = suite("analysis: well-formedness of TensorIR");
const [i, j, x, y, z] = [v("i"), v("j"), v("x"), v("y"), v("z")];
const D = buf("D", [8, 8]);
const E = buf("E", [8]);
const K = buf("K", [8], int8);
const one = floatImm(1, float32);

const codes = (body: Stmt, ...buffers: Buffer[]): string[] => {
  const sink = new Diagnostics();
  checkPrimFunc(func("f", buffers, body), sink);
  return sink.all.map((d) => d.code);
};
const fails = (name: string, code: string, body: Stmt, ...buffers: Buffer[]): void =>
  void wellFormed(`${name}: ${code}`, () => assert.equal(codes(body, ...buffers), [code]));

fails("a variable that nothing defines", "WFT001", put(E, [i], at(D, 0, 0)), D, E);
fails("a variable after its scope", "WFT001", seq([loop(i, 8, put(E, [i])), put(E, [i])]), E);
fails(
  "one variable for two loops inside each other",
  "WFT002",
  loop(i, 8, loop(i, 8, put(E, [i]))),
  E,
);
fails("a buffer that nothing declares", "WFT003", loop(i, 8, put(D, [i, i])));
fails(
  "a buffer after its scope",
  "WFT003",
  seq([ifStmt(compare("lt", intImm(0), intImm(1)), seq([alloc(E), put(E, [0])])), put(E, [1])]),
);
fails("too few indices", "WFT004", loop(i, 8, put(D, [i])), D);
fails("an index that is a float", "WFT005", put(E, [one]), E);
fails("a condition that is a float", "WFT006", ifStmt(one, put(E, [0])), E);
fails("a condition that is an integer", "WFT019", loop(i, 8, ifStmt(i, put(E, [i]))), E);
fails("a float in a buffer of int8", "WFT007", put(K, [0], one), K);
fails(
  "a scalar in a vector store",
  "WFT007",
  store(E, [ramp(intImm(0), intImm(1), intImm(4))], one),
  E,
);
fails(
  "an init without reduction",
  "WFT008",
  loop(i, 8, blk("b", [[x, "spatial", 8, i]], put(E, [x], at(D, x, x)), { init: put(E, [x]) })),
  D,
  E,
);
fails(
  "a loop variable inside a block",
  "WFT009",
  loops(
    [
      [i, 8],
      [j, 8],
    ],
    blk("b", [[x, "spatial", 8, i]], put(D, [x, j])),
  ),
  D,
);
fails(
  "a binding outside the domain",
  "WFT010",
  loop(i, 16, blk("b", [[x, "spatial", 8, i]], put(E, [op("floormod", x, 8)]))),
  E,
);
fails(
  "a vector that is not the last index",
  "WFT012",
  store(D, [ramp(intImm(0), intImm(1), intImm(4)), e(0)], broadcast(one, intImm(4))),
  D,
);
fails("a loop that counts in floats", "WFT013", loop(i, cast(intImm(8), float32), put(E, [0])), E);
fails("break outside a loop", "WFT014", seq([put(E, [0]), jump("break")]), E);
fails("a variable that nothing uses", "SCO100", seq([bind(z, intImm(3)), put(E, [0])]), E);
fails("a buffer that nothing uses", "SCO102", seq([alloc(D), put(E, [0])]), E);
fails("a parameter that nothing uses", "SCO101", put(E, [0]), E, D);

wellFormed("a vectorised loop of unknown length is warned of", () => {
  const n = v("n");
  const A = buf("A", [n]);
  assert.equal(codes(loop(i, n, put(A, [i]), "vectorized"), A), ["WFT015"]);
});

wellFormed("declared writes that miss the access are warned of", () => {
  const region = (from: number): Stmt =>
    block({
      name: "b",
      iters: [iterVar(x, "spatial", range(intImm(0), intImm(4)))],
      values: [i],
      writes: [bufferRegion(E, [range(op("add", x, from), intImm(1))])],
      body: put(E, [x]),
      span: undefined,
    });
  assert.equal(codes(loop(i, 4, region(1)), E), ["WFT011"]);
  assert.equal(codes(loop(i, 4, region(0)), E), []);
});

wellFormed("different extents of one thread axis are an error", () => {
  const thread = (name: string, extent: number, body: Stmt): Stmt =>
    attrStmt(
      iterVar(v(name), "thread", undefined, "threadIdx.x"),
      "thread_extent",
      intImm(extent),
      body,
    );
  assert.equal(codes(thread("t", 4, thread("u", 8, put(E, [0]))), E), ["WFT018"]);
});

wellFormed("correct programs have no findings", () => {
  assert.equal(
    codes(whileLoop(compare("lt", intImm(0), intImm(1)), seq([put(E, [0]), jump("break")])), E),
    [],
  );
  const sink = new Diagnostics();
  checkPrimFunc(seedMatmul(), sink);
  assert.equal(
    sink.all.map((d) => `${d.code} ${d.message}`),
    ["SHP102 `tir_matmul`: `C[i, j]` and `A[i, k]` are in bounds only if `n == k`"],
  );
});

wellFormed("a block may use the axes of a block around it", () => {
  const inner = loop(z, 8, blk("b", [[y, "spatial", 8, z]], put(D, [x, y])));
  assert.equal(codes(loop(i, 8, blk("o", [[x, "spatial", 8, i]], inner)), D), []);
});

wellFormed("deep nesting neither crashes nor hangs", () => {
  let body: Stmt = put(E, [0]);
  for (let k = 0; k < 2000; k++) body = loop(v(`v${k}`), 2, body);
  codes(body, E);
});
wellFormed.run();
