import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Analyzer } from "../../../../../src/arith/index.js";
import { readModule } from "../../../../../src/driver/frontend.js";
import type { IRModule } from "../../../../../src/ir/module.js";
import type { Expr, Func } from "../../../../../src/ir/relax/expr.js";
import { Diagnostics } from "../../../../../src/support/diagnostic.js";
import type { ExternalCodegen } from "../../../../../src/transform/relax/partition/external.js";
import { fuseOpsByPattern } from "../../../../../src/transform/relax/partition/fuse-ops-by-pattern.js";
import { mergeCompositeFunctions } from "../../../../../src/transform/relax/partition/merge-composite-functions.js";
import { runCodegen } from "../../../../../src/transform/relax/partition/run-codegen.js";
import {
  matchPattern,
  pattern,
  type Match,
  type Pattern,
} from "../../../../../src/transform/relax/pattern/index.js";
import { definitionsOf } from "../../../../../src/transform/relax/rewrite/index.js";
import { runPipeline, step } from "../../../../../src/transform/pipeline.js";

const test = suite("transform: dataflow patterns");

function moduleOf(
  body: string,
  params = 'x: R.Tensor(("m", "n"), dtype="float32"), w: R.Tensor(("n", "n"), dtype="float32")',
): IRModule {
  // prettier-ignore
  const lines = body.trim().split("\n").map((l) => `        ${l.trim()}`); // prettier-ignore
  const last = /^\s*(\w+)/.exec(lines[lines.length - 1]!)![1]!;
  const text = `@R.function
def main(${params}):
    with R.dataflow():
${lines.join("\n")}
        R.output(${last})
    return ${last}
`;
  const { module, failed, diagnostics } = readModule({ name: "main.relax", text });
  assert.not(failed, diagnostics.map((d) => d.message).join());
  return module;
}

/** The match of a pattern at the last binding. */
function matchOf(p: Pattern, module: IRModule): Match | undefined {
  const func = module.functions.get("main") as Func;
  const definitions = definitionsOf(func);
  const { bindings } = func.body.blocks[0]!;
  return matchPattern(p, bindings[bindings.length - 1]!.var, {
    definition: (v) => definitions.get(v)?.value,
    analyzer: new Analyzer(),
  });
}

const nameOf = (e: Expr | undefined): string =>
  e?.kind === "relax.Var" ? e.name : (e?.kind ?? "");

const { any, constant, op, or, and, optional, item, tuple } = pattern;

test("calls, labels and any operands", () => {
  const module = moduleOf("a = R.matmul(x, w)\nb = R.nn.relu(a)");
  const found = matchOf(op("nn.relu", [op("matmul", [any("left"), any()], { label: "product" })]), module); // prettier-ignore
  assert.is(nameOf(found?.labels.get("left")), "x");
  assert.is(nameOf(found?.labels.get("product")), "a");
  assert.equal([...found!.inner.keys()].map((v) => v.name).sort(), ["a", "b"]);
  assert.ok(matchOf(op("nn.relu"), module));
  assert.not(matchOf(op("nn.gelu"), module));
  assert.not(matchOf(op("nn.relu", [op("matmul", [any()])]), module));
});

test("a pattern that stands twice is one value", () => {
  const x = any("x");
  const square = op("multiply", [x, x]);
  assert.ok(matchOf(square, moduleOf("b = R.multiply(x, x)")));
  assert.not(matchOf(square, moduleOf("a = R.exp(x)\nb = R.multiply(x, a)")));
});

test("choices, conjunctions and options; a choice that fails leaves no trace", () => {
  const relued = optional(op("matmul", [any("a"), any("b")]), (inner) => op("nn.relu", [inner]));
  assert.ok(matchOf(relued, moduleOf("b = R.matmul(x, w)")));
  assert.ok(matchOf(relued, moduleOf("a = R.matmul(x, w)\nb = R.nn.relu(a)")));
  const either = or(
    op("add", [op("exp", [any("l")]), op("log", [any("r")])]),
    op("add", [any("r"), any("l")]),
  );
  const found = matchOf(either, moduleOf("a = R.exp(x)\nb = R.add(a, x)"));
  assert.is(nameOf(found?.labels.get("r")), "a");
  assert.is(nameOf(found?.labels.get("l")), "x");
  const both = and(op("exp", [any()]), any("value"));
  assert.is(nameOf(matchOf(both, moduleOf("b = R.exp(x)"))?.labels.get("value")), "b");
});

test("constants, tuples and items, attributes", () => {
  assert.ok(matchOf(op("add", [any(), constant("c")]), moduleOf('b = R.add(x, R.const(1, "float32"))'))); // prettier-ignore
  assert.not(matchOf(op("add", [any(), constant()]), moduleOf("b = R.add(x, x)")));
  const joined = op("concat", [tuple([any(), any()])], { attrs: new Map([["axis", [0, 1]]]) });
  assert.ok(matchOf(joined, moduleOf("b = R.concat((x, x), axis=1)")));
  const split = item(op("split", [any()]), 1);
  assert.ok(matchOf(split, moduleOf('a = R.split(w, 2, axis=1)\nb = a[1]', 'w: R.Tensor((4, 4), dtype="float32")'))); // prettier-ignore
  assert.not(matchOf(split, moduleOf('a = R.split(w, 2, axis=1)\nb = a[0]', 'w: R.Tensor((4, 4), dtype="float32")'))); // prettier-ignore
});

const acme = [
  { name: "acme.matmul", pattern: op("matmul", [any(), any()]) },
  { name: "acme.relu", pattern: op("nn.relu", [any()]) },
];
const partition = [step(fuseOpsByPattern), step(mergeCompositeFunctions), step(runCodegen)];

test("patterns and code generators of a target", () => {
  const compiled: string[] = [];
  const codegen: ExternalCodegen = {
    compile(functions, options) {
      compiled.push(...functions.map((f) => `${f.name} ${JSON.stringify(options)}`));
      return new Map([["kind", "acme"]]);
    },
  };
  const module = moduleOf("a = R.matmul(x, w)\nb = R.nn.relu(a)\nc = R.exp(b)");
  const sink = new Diagnostics();
  const options = { targetOptions: { acme: { level: 2 } } };
  const steps = [...partition.slice(0, 2), step(runCodegen, options)];
  const after = runPipeline(module, steps, sink, {
    patterns: acme,
    codegens: new Map([["acme", codegen]]),
  });
  assert.equal(sink.all, []);
  assert.equal(compiled, ['fused_matmul_and_1_more_acme {"level":2}']);
  assert.equal(after?.attrs.get("external_mods"), [new Map([["kind", "acme"]])]);
  assert.equal([...after!.functions.keys()], ["main"]);
  const main = after!.functions.get("main") as Func;
  const [first] = main.body.blocks[0]!.bindings;
  assert.ok(first?.value.kind === "relax.Call" && first.value.op.kind === "relax.Op");
  assert.is(first.value.op.name, "call_dps_packed");
});

test("a code generator that is missing is an error, and nothing is lost", () => {
  const sink = new Diagnostics();
  const module = moduleOf("a = R.matmul(x, w)");
  assert.is(runPipeline(module, partition, sink, { patterns: acme }), undefined);
  assert.equal(sink.all.map((d) => d.code), ["PAT010"]); // prettier-ignore
});

test("merging many neighbours is linear in their number, and never makes a cycle", () => {
  const lines = Array.from({ length: 400 }, (_, i) => {
    const before = i === 0 ? "x" : `a${i - 1}`;
    return i % 7 === 6 ? `a${i} = R.exp(${before})` : i % 3 === 0 ? `a${i} = R.matmul(${before}, w)` : `a${i} = R.nn.relu(${before})`; // prettier-ignore
  });
  const after = runPipeline(moduleOf(lines.join("\n")), partition.slice(0, 2), new Diagnostics(), { patterns: acme })!; // prettier-ignore
  const { bindings } = (after.functions.get("main") as Func).body.blocks[0]!;
  const opaque = lines.filter((l) => l.includes("exp")).length;
  assert.is(bindings.length, opaque * 2 + (lines.length % 7 === 0 ? 0 : 1));
});

test.run();
