import { suite } from "uvu";
import * as assert from "uvu/assert";
import { didYouMean, editDistance, nearest } from "../../../src/support/suggest.js";

const suggest = suite("support: suggest");

suggest("a swap of neighbours is one edit", () => {
  assert.is(editDistance("matmul", "mamtul"), 1);
  assert.is(editDistance("kitten", "sitting"), 3);
  assert.is(editDistance("", "abc"), 3);
});

for (const [name, names, best] of [
  ["chekc", ["check", "format", "bench"], "check"],
  ["fuse_tir", ["fuse-tir", "fuse-ops"], "fuse-tir"],
  ["permute_dim", ["permute_dims", "expand_dims"], "permute_dims"],
  ["Relu", ["relu", "gelu"], "relu"],
] as const) {
  suggest(`${name} suggests ${best} first`, () => assert.is(nearest(name, names)[0], best));
}

suggest("nothing is suggested when nothing is near", () => {
  assert.is(didYouMean("xyzzy", ["check", "format"]), undefined);
  assert.equal(nearest("a", ["b", "c"]), []);
});

suggest.run();
