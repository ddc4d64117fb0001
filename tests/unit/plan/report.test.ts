import { suite } from "uvu";
import * as assert from "uvu/assert";
import { intImm, makeVar, binary } from "../../../src/ir/tir/expr.js";
import { placeStatic, planMemory } from "../../../src/plan/index.js";
import { viewOfArena, viewOfPlacement } from "../../../src/plan/report/arena-view.js";
import { renderPicture } from "../../../src/plan/report/picture.js";
import { int64 } from "../../../src/support/dtype.js";

const reports = suite("plan: reports");

const buffers = [
  { id: `<b> & "c"`, lower: 0, upper: 5, size: 40 },
  { id: "wide", lower: 2, upper: 90, size: 24 },
  { id: "nothing", lower: 2, upper: 3, size: 0 },
];
const view = viewOfPlacement("a < b", buffers, placeStatic(buffers), 100);

/** Names of elements in order; throws when they are not nested properly. */
function elementsOf(markup: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  for (const [, close, name, rest] of markup.matchAll(/<(\/?)(!?[a-z]\w*)([^<>]*)>/g)) {
    if (name === "!doctype" || name === "meta") continue;
    if (close === "/") assert.is(open.pop(), name);
    else {
      names.push(name!);
      if (!rest!.endsWith("/")) open.push(name!);
    }
  }
  assert.equal(open, []);
  return names;
}

reports("a drawing has one rectangle for each buffer that takes bytes, and says what it is", () => {
  const svg = renderPicture("plan.svg", "plan", [view])!;
  assert.is(elementsOf(svg).filter((name) => name === "rect").length, 2);
  assert.match(svg, "wide: 24 bytes at 40 to 64, live from 2 to 90");
  assert.match(svg, "lower bound: 64 bytes");
  assert.match(svg, "capacity: 100 bytes");
  assert.not.match(svg, "<b>");
  assert.not.match(svg, /NaN|undefined|Infinity/);
  assert.not.match(svg, /(?:href|src)=|url\(/);
});

reports("a page holds a drawing and a table for each arena", () => {
  const names = elementsOf(renderPicture("plan.html", "plan", [view, view])!);
  assert.is(names.filter((name) => name === "svg").length, 2);
  assert.is(names.filter((name) => name === "tr").length, 2 * (1 + buffers.length));
});

reports("no buffers: still a drawing", () => {
  const empty = viewOfPlacement("empty", [], placeStatic([]));
  assert.not.match(renderPicture("plan.svg", "plan", [empty])!, /NaN|undefined/);
  assert.not.match(renderPicture("plan.svg", "plan", [])!, /NaN|undefined/);
  assert.is(renderPicture("plan.txt", "plan", [empty]), undefined);
});

reports("an arena of a plan is viewed at the values of its symbols", () => {
  const s = makeVar("s", int64, undefined, { isSize: true });
  const size = binary("mul", s, intImm(4, int64));
  const plan = planMemory({
    symbols: [{ variable: s }],
    buffers: [
      { id: "a", lower: 0, upper: 2, size },
      { id: "b", lower: 1, upper: 3, size: intImm(100, int64) },
    ],
  });
  const arena = plan.arenas[0]!;
  assert.is(viewOfArena(plan, arena, "main"), undefined);
  const at16 = viewOfArena(plan, arena, "main", [16])!;
  assert.equal([at16.peak, at16.lowerBound], [192, 192]);
  assert.equal(at16.buffers.map((b) => b.size), [64, 100]); // prettier-ignore
});

reports.run();
