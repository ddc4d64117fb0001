import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Fix } from "../../../src/support/diagnostic.js";
import { applyFixes } from "../../../src/support/fixes.js";

const fixes = suite("support: fixes");
const source = { name: "a.relax", text: "alpha beta gamma" };
const fix = (...edits: readonly (readonly [number, number, string])[]): Fix => ({
  title: "",
  safe: true,
  edits: edits.map(([start, end, text]) => ({ span: { source, start, end }, text })),
});

fixes("edits apply together, whatever their order", () => {
  const { text, applied } = applyFixes(source, [fix([11, 16, "G"], [0, 5, "A"]), fix([6, 10, ""])]);
  assert.is(text, "A  G");
  assert.is(applied, 2);
});

fixes("a fix that overlaps an earlier one is left out whole", () => {
  const { text, applied } = applyFixes(source, [fix([0, 5, "A"]), fix([4, 6, "?"], [11, 16, "G"])]);
  assert.is(text, "A beta gamma");
  assert.is(applied, 1);
});

fixes("the same insertion twice is made once", () => {
  assert.is(applyFixes(source, [fix([5, 5, ","]), fix([5, 5, ","])]).text, "alpha, beta gamma");
});

fixes.run();
