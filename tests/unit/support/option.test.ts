import { suite } from "uvu";
import * as assert from "uvu/assert";
import { option, printOptions, readOptions } from "../../../src/support/option.js";

const options = suite("support: option");
const set = {
  maxBytes: option.int({ default: 64, help: "" }),
  verify: option.bool({ default: false, help: "" }),
  mode: option.choice(["fast", "exact"], { default: "fast", help: "" }),
  names: option.strings({ default: [], help: "" }),
};

options("values are read by their kinds, and the rest has defaults", () => {
  const { values, problems } = readOptions(set, [
    ["max-bytes", "128"],
    ["mode", "exact"],
    ["verify", undefined],
    ["names", '["a"]'],
  ]);
  assert.equal(problems, []);
  assert.equal(values, { maxBytes: 128, verify: true, mode: "exact", names: ["a"] });
});

options("what is wrong is told with what was expected", () => {
  const { problems } = readOptions(set, [
    ["max-bytes", "many"],
    ["mode", "slow"],
    ["depth", "3"],
  ]);
  assert.equal(problems, [
    { kind: "value", name: "max-bytes", found: "many", expected: "a whole number" },
    { kind: "value", name: "mode", found: "slow", expected: "one of fast, exact" },
    { kind: "unknown", name: "depth", known: ["max-bytes", "verify", "mode", "names"] },
  ]);
});

options("only what differs from the defaults is printed, and reads back", () => {
  const { values } = readOptions(set, [["max-bytes", "1"]]);
  assert.is(printOptions(set, values), "{max-bytes=1}");
  assert.is(printOptions(set, readOptions(set, []).values), "");
});

options.run();
