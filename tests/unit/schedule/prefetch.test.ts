/** Memory fetched ahead: a hint that targets give or leave out, and that no later step stumbles over. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Diagnostics } from "../../../src/support/diagnostic.js";
import { compileC } from "../../../src/target/c/index.js";
import { compileLlvm } from "../../../src/target/llvm/index.js";
import { compileWasm } from "../../../src/target/wasm/index.js";
import { read, refusalOf, same, scheduled, type Steps } from "./apply.js";
import { dense } from "./programs.js";

const test = suite("schedule: prefetch");

const SIZES = [0, 1, 3, 6].map((m) => ({ m, n: 7 - m, k: 5 }));

/** The column of B that is needed two steps later. */
const ahead: Steps = (s) => {
  const b = s.block("matmul");
  s.call("prefetch", b, "B", s.loops(b)[2]!, 2);
};

test("loops around a hint are split, unrolled and run at once as others are", () => {
  const text = same(dense, SIZES, (s) => {
    ahead(s);
    const [i, , l] = s.loops(s.block("matmul"));
    s.call("parallel", i!);
    const [, l1] = s.list("split", l!, [null, 2]);
    s.call("unroll", l1!);
  });
  assert.match(text, /T.prefetch\(\s*T.address_of\(B\[/);
});

test("native code and C give it, WebAssembly leaves it out", () => {
  const module = scheduled(read(dense), ahead);
  const sink = new Diagnostics();
  const machine = { llvmVersion: 14, processor: "generic", features: "", vectorBits: 128, fma: false, vnni: false }; // prettier-ignore
  assert.match(compileLlvm(module, sink, { machine })!.text, /call void @llvm.prefetch/);
  assert.match(compileC(module, sink)!.source, /RX_PREFETCH\(B \+ /);
  assert.ok(compileWasm(module, sink) !== undefined);
  assert.is(sink.all.length, 0);
});

test("what is written, or read in lanes, is not fetched", () => {
  const code = (steps: Steps): string => refusalOf(dense, steps);
  assert.is(
    code((s) => s.call("prefetch", s.block("add"), "P", s.loops(s.block("add"))[0]!)),
    "SCH120",
  );
  assert.is(
    code((s) => s.call("prefetch", s.block("matmul"), "B", s.loops(s.block("add"))[0]!)),
    "SCH120",
  );
  assert.is(
    code((s) => s.call("prefetch", s.block("matmul"), "B", s.loops(s.block("matmul"))[2]!, 0)),
    "SCH040",
  );
});

test.run();
