import { readFileSync } from "node:fs";
import { suite as makeSuite } from "uvu";
import * as assert from "uvu/assert";
import { checkText } from "../../../../../src/driver/frontend.js";
import { optimise } from "../../../../../src/driver/optimise.js";
import { Diagnostics } from "../../../../../src/support/diagnostic.js";
import { commonNumbers } from "../../../../../src/arith/index.js";

const suite = makeSuite("share-kernels");

suite("what is compiled for a network grows with the kinds of its layers", async () => {
  const name = "samples/nets/resnet18.relax";
  const { module } = checkText({ name, text: readFileSync(name, "utf8") }, {});
  const target = "llvm -mcpu=icelake-server";
  const lowered = await optimise(module, "@default-llvm", new Diagnostics(), { target });
  const kernels = [...lowered!.functions].filter(([, f]) => f.kind === "tir.PrimFunc");
  const convolutions = kernels.filter(([n]) => n.includes("conv2d_blocked"));
  // 3×3 with and without what is added, 3×3 and 1×1 of stride 2.
  assert.is(convolutions.length, 4);
});

suite("multiples of a parameter are no parameters; offsets are where three functions agree", () => {
  const shared = commonNumbers([
    [7, 8, 2, 9],
    [7, 16, 4, 17],
    [7, 32, 8, 33],
  ]);
  assert.equal(shared.params, [[2, 4, 8]]);
  const two = commonNumbers([
    [8, 2, 9],
    [16, 4, 17],
  ]);
  assert.equal(two.params, [
    [2, 4],
    [9, 17],
  ]);
});

suite.run();
