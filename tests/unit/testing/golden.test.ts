import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseGolden, type GoldenCase } from "../../../src/testing/golden/parse.js";
import { matchChecks } from "../../../src/testing/golden/partial.js";
import { runCase, splitWords } from "../../../src/testing/golden/run-case.js";
import { updated } from "../../../src/testing/golden/update.js";

const golden = suite("testing: golden files");
const one = (text: string): GoldenCase => parseGolden("g.relax", text)[0]!;
const problemsOf = async (text: string) => (await runCase(one(text))).problems;

golden("a case that holds passes, and one that does not says both texts", async () => {
  const good = "#: case c\n#: run --version\n#: expect stdout\nrelaxc 0.1.0\n";
  const right = good.replace("0.1.0", (await versionText()).trim());
  assert.equal(await problemsOf(right), []);
  const wrong = await problemsOf(right.replace("relaxc", "other"));
  assert.is(wrong.length, 1);
  assert.match(wrong[0]!, "other");
});

async function versionText(): Promise<string> {
  const { actual } = await runCase(one("#: case c\n#: run --version\n#: expect stdout\n"));
  return [...actual.values()][0]!.replace("relaxc ", "");
}

golden("an exit code that was not announced is a problem", async () => {
  assert.is((await problemsOf("#: case c\n#: run nonsense\n#: expect stdout\n")).length, 1);
  assert.is((await problemsOf("#: case c\n#: run nonsense\n#: expect exit 2\n")).length, 0);
  assert.is((await problemsOf("#: case c\n#: run list codes\n#: expect exit 2\n")).length, 1);
});

golden("values of what has no main are a problem, not a crash", async () => {
  const main = '@R.function\ndef main(x: R.Tensor((2,), "float32")):\n    return x\n';
  const from = (program: string, run: string): string =>
    `#: case c\n#: run ${run}\n${program}#: values\n#: expect exit 0\n`;
  assert.equal(await problemsOf(from(main, "print")), []);
  const silent = await problemsOf(from(main, "check"));
  assert.match(silent.join(), "what comes out has no Relax function `main`");
  const other = await problemsOf(from(main.replace("main", "other"), "print"));
  assert.match(other.join(), "the program has no Relax function `main`");
});

for (const [what, text] of [
  ["no case", "x = 1\n"],
  ["a case without a name", "#: case\n#: run list codes\n#: expect stdout\n"],
  ["a case without run", "#: case c\n#: expect stdout\n"],
  ["a case that expects nothing", "#: case c\n#: run list codes\n"],
  ["an unknown directive", "#: case c\n#: run list codes\n#: expects stdout\n"],
  ["an unknown expectation", "#: case c\n#: run list codes\n#: expect nothing\n"],
  [
    "two cases of one name",
    "#: case c\n#: run a\n#: expect exit 2\n#: case c\n#: run a\n#: expect exit 2\n",
  ],
] as const) {
  golden(`${what} is a mistake in the file`, () => {
    assert.throws(() => parseGolden("g.relax", text), /^g\.relax|g\.relax:\d+/);
  });
}

golden("an update rewrites only what is expected and keeps the blanks between cases", () => {
  const text =
    "#: case a\n#: run x\nprogram\n#: expect stdout\nold\n\n#: case b\n#: run y\n#: expect stderr\n\n";
  const [a, b] = parseGolden("g.relax", text);
  const now = new Map([
    [a!.sections[0]!, "new\nlines\n"],
    [b!.sections[0]!, "said\n"],
  ]);
  const after = updated(text, now);
  assert.is(
    after,
    "#: case a\n#: run x\nprogram\n#: expect stdout\nnew\nlines\n\n#: case b\n#: run y\n#: expect stderr\nsaid\n\n",
  );
  const [again] = parseGolden("g.relax", after);
  assert.is(again!.sections[0]!.text, "new\nlines\n");
});

golden("claims are read off the program's lines", () => {
  const { claims } = one('#: case c\n#: run check\na\nb #! SCO003 "y" #! TYP001\n');
  assert.equal(claims, [
    { line: 2, code: "SCO003", text: "y" },
    { line: 2, code: "TYP001", text: undefined },
  ]);
});

const OUTPUT = "func add(a, b)\n  local t7\n  t7 = i32.add\n  return t7\nend\n";
for (const [holds, what, ...lines] of [
  [true, "parts in order", "check func add", "check i32.add", "check end"],
  [false, "parts out of order", "check i32.add", "check func add"],
  [true, "the next line", "check func", "check-next local"],
  [false, "not the next line", "check func", "check-next return"],
  [true, "a regular expression", "check local {{t[0-9]+}}"],
  [true, "a captured name", "check local [[T:t\\d+]]", "check return [[T]]"],
  [false, "another name than the captured", "check func [[T:\\w+]]", "check return [[T]]"],
  [true, "absence between two", "check func", "check-not return", "check i32.add"],
  [false, "presence between two", "check func", "check-not local", "check i32.add"],
  [true, "a count", "check-count-3 t7"],
  [false, "a count too high", "check-count-4 t7"],
] as const) {
  golden(`partial match: ${what} ${holds ? "holds" : "fails"}`, () => {
    const directives = lines.map((l) => `#: ${l}\n`).join("");
    const { checks } = one(`#: case c\n#: run x\n${directives}`);
    assert.is(matchChecks(checks, OUTPUT) === undefined, holds);
  });
}

golden("a command line keeps quoted words together", () => {
  assert.equal(splitWords(`opt -p 'a{b=1}, c' --x="d e"`), ["opt", "-p", "a{b=1}, c", "--x=d e"]);
});

golden.run();
