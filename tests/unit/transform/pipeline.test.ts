import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Diagnostics } from "../../../src/support/diagnostic.js";
import { option } from "../../../src/support/option.js";
import { programAt } from "../../../src/testing/fuzz/wasm.js";
import { definePass, type Pass } from "../../../src/transform/pass.js";
import { resolvePipeline, runPipeline, step } from "../../../src/transform/pipeline.js";
import { parsePipeline, pipelineText } from "../../../src/transform/pipeline-text.js";
import { allPasses, lookupPass } from "../../../src/transform/registry.js";
import { flattenBuffer } from "../../../src/transform/tir/flatten-buffer.js";

const test = suite("transform: pipelines");
const problem = (text: string): string => {
  const sink = new Diagnostics();
  assert.is(parsePipeline(text, sink), undefined);
  return `${sink.all[0]!.code} ${sink.all[0]!.message}`;
};

test("passes and options are read with JSON values", () => {
  const text = 'a,b-c{x=1,y=[1,{"k":2}],flag},d{s="p,q}"}';
  const items = parsePipeline(text, new Diagnostics())!;
  assert.equal(items, [
    { name: "a", options: [] },
    { name: "b-c", options: [["x", "1"], ["y", '[1,{"k":2}]'], ["flag", undefined]] }, // prettier-ignore
    { name: "d", options: [["s", '"p,q}"']] },
  ]);
  assert.is(pipelineText(items), text);
  assert.equal(parsePipeline("  ", new Diagnostics()), []);
});

for (const [text, expected] of [
  ["a,,b", "PAS004 the pipeline cannot be read at character 3: a pass name is missing"],
  ["a{x=1", "PAS004 the pipeline cannot be read at character 2: `}` is missing"],
  ["a b", "PAS004 the pipeline cannot be read at character 3: `,` is missing"],
  ["a{=1}", "PAS004 the pipeline cannot be read at character 2: an option name is missing"],
] as const) {
  test(`\`${text}\` is refused where it goes wrong`, () => assert.is(problem(text), expected));
}

const sample: Pass = definePass({
  name: "sample",
  dialect: "module",
  summary: "Does nothing.",
  options: { size: option.int({ default: 3, help: "A size." }) },
  run: (module) => module,
}) as unknown as Pass;
const lookup = (name: string): Promise<Pass | undefined> =>
  Promise.resolve(name === "sample" ? sample : undefined);

test("options get their defaults and their types are checked", async () => {
  const sink = new Diagnostics();
  const steps = await resolvePipeline(parsePipeline("sample{size=5},sample", sink)!, lookup, sink);
  assert.equal(
    steps?.map((s) => s.values),
    [{ size: 5 }, { size: 3 }],
  );
});

test("every mistake of a pipeline is reported at once", async () => {
  const sink = new Diagnostics();
  const items = parsePipeline("nowhere,sample{size=big,depth=1}", sink)!;
  assert.is(await resolvePipeline(items, lookup, sink), undefined);
  assert.equal(
    sink.all.map((d) => d.code),
    ["PAS001", "PAS003", "PAS002"],
  );
});

test("a pass for loops refuses blocks and says what to run first", () => {
  const blocks = Array.from({ length: 40 }, (_, k) => programAt(4, k).module);
  const codesOf = blocks.map((module) => {
    const sink = new Diagnostics();
    runPipeline(module, [step(flattenBuffer)], sink);
    return sink.all.map((d) => d.code);
  });
  assert.ok(codesOf.some((codes) => codes.includes("PAS011")));
});

test("a verifier stops the pipeline at the pass that broke the module", () => {
  const sink = new Diagnostics();
  const { module } = programAt(4, 1);
  let calls = 0;
  const result = runPipeline(module, [step(sample), step(sample)], sink, {
    verify: () => (++calls === 2 ? "something is missing" : undefined),
  });
  assert.is(result, undefined);
  assert.equal(
    sink.all.map((d) => d.code),
    ["PAS030"],
  );
});

test("registered passes load under their names", async () => {
  const names = allPasses().map((p) => p.name);
  assert.ok(names.includes("flatten-buffer"));
  for (const name of names) assert.is((await lookupPass(name))?.name, name);
});

test.run();
