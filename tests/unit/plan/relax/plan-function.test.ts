/** Memory plans of Relax functions: lives over branches, what shares memory, bounds, and programs run on them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { analyzerFor } from "../../../../src/analysis/relax/facts.js";
import { evaluate } from "../../../../src/arith/index.js";
import { readModule } from "../../../../src/driver/frontend.js";
import { optimise } from "../../../../src/driver/optimise.js";
import { checkPlacement, mostLiveBytes, planModule } from "../../../../src/plan/index.js";
import type { FunctionPlan, RegionPlan } from "../../../../src/plan/index.js";
import type { Func } from "../../../../src/ir/relax/expr.js";
import type { PrimExpr, Var } from "../../../../src/ir/tir/expr.js";
import type { Int } from "../../../../src/support/int.js";
import { offsetsOf } from "../../../../src/transform/relax/memory/offsets.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { memoryCampaign } from "../../../../src/testing/fuzz/memory.js";
import { generateMemoryProgram } from "../../../../src/testing/generate/memory-program.js";
import { makeRandom } from "../../../../src/testing/generate/random.js";

const test = suite("plans of functions");

const KERNELS = `
    @T.prim_func(private=True)
    def reverse(A: T.Buffer(("n",), "float32"), B: T.Buffer(("n",), "float32")):
        n = T.int64()
        for i in range(n):
            B[i] = A[n - i - T.int64(1)]

    @T.prim_func(private=True)
    def double(A: T.Buffer(("n",), "float32"), B: T.Buffer(("n",), "float32")):
        n = T.int64()
        for i in range(n):
            with T.sblock("double"):
                v = T.axis.spatial(n, i)
                B[v] = A[v] * T.float32(2)

    @T.prim_func(private=True)
    def add(A: T.Buffer(("n",), "float32"), B: T.Buffer(("n",), "float32"), C: T.Buffer(("n",), "float32")):
        n = T.int64()
        for i in range(n):
            with T.sblock("add"):
                v = T.axis.spatial(n, i)
                C[v] = A[v] + B[v]
`;

const T100 = 'R.Tensor((100,), "float32")';
/** `a = reverse(x)` and so on, for 100 elements. */
const calls = (indent: number, ...lines: string[]): string =>
  lines
    .map((line) => {
      const [, name, kernel, args] = /^(\w+) = (\w+)\((.*)\)$/.exec(line)!;
      const list = args!.includes(",") ? args! : `${args!},`;
      return `${" ".repeat(8 + 4 * indent)}${name!} = R.call_tir(cls.${kernel!}, (${list}), out_ty=${T100})`;
    })
    .join("\n");

async function plansOf(text: string): Promise<readonly FunctionPlan[]> {
  const { module, failed, diagnostics } = readModule({ name: "m.relax", text }, {});
  assert.not(failed, diagnostics[0]?.message);
  const sink = new Diagnostics();
  const pipeline = "to-non-dataflow,remove-purity-checking,call-tir-rewrite";
  const explicit = await optimise(module, pipeline, sink);
  assert.ok(explicit, sink.all[0]?.message);
  return planModule(explicit!);
}

const planOf = async (body: string, params = `x: ${T100}, c: R.Tensor((), "bool")`) => {
  const plans = await plansOf(
    `@I.ir_module\nclass M:${KERNELS}\n    @R.function\n    def main(${params}):\n        cls = M\n${body}\n`,
  );
  return plans.find((p) => p.name === "main")!;
};

/** Offset and life of each allocation by name. */
function placesOf(
  region: RegionPlan,
): Readonly<Record<string, readonly [offset: number, lower: number, upper: number]>> {
  const { layout } = region.plan.arenas[0]!;
  assert.is(layout.kind, "static");
  const offsets = layout.kind === "static" ? layout.offsets : [];
  return Object.fromEntries(
    region.buffers.flatMap((b, i) =>
      b.allocations.map((a) => [a.var.name, [offsets[i]!, b.lower, b.upper] as const]),
    ),
  );
}

test("values that are needed at one time lie apart, others share", async () => {
  const plan =
    await planOf(`${calls(0, "a = reverse(x)", "b = reverse(a)", "d = reverse(b)", "e = reverse(d)")}
        return e`);
  const [region] = plan.regions;
  const places = placesOf(region!);
  assert.is(places.a![0], places.d![0]);
  assert.is.not(places.a![0], places.b![0]);
  assert.is(region!.plan.arenas[0]!.stats.planned, 848);
  assert.is(region!.plan.arenas[0]!.stats.lowerBound, 848);
  assert.equal(
    plan.outputs.map((o) => o.allocations.map((a) => a.var.name)),
    [["e"]],
  );
});

test("an element-wise output takes its input's memory only where that dies", async () => {
  const dies =
    await planOf(`${calls(0, "a = reverse(x)", "b = double(a)", "d = reverse(b)", "e = reverse(d)")}
        return e`);
  assert.equal(
    [...dies.regions[0]!.buffers[0]!.inPlace.keys()].map((v) => v.name),
    ["b"],
  );
  const lives =
    await planOf(`${calls(0, "a = reverse(x)", "b = double(a)", "d = add(b, a)", "e = reverse(d)")}
        return e`);
  const taken = [...lives.regions[0]!.buffers[0]!.inPlace.keys()].map((v) => v.name);
  assert.equal(taken, ["d"], "`a` is needed again after `b` was made");
  const param = await planOf(`${calls(0, "a = double(x)", "b = reverse(a)", "e = reverse(b)")}
        return e`);
  assert.is(param.regions[0]!.buffers[0]!.inPlace.size, 0, "parameters are not written to");
});

test("sides of a branch may overlap; what lives across does not", async () => {
  const plan = await planOf(`${calls(0, "z = reverse(x)")}
        if c:
${calls(1, "a = reverse(z)", "b = reverse(a)")}
            y = b
        else:
${calls(1, "d = reverse(z)", "e = reverse(d)")}
            y = e
${calls(0, "f = add(y, z)", "g = reverse(f)")}
        return g`);
  const [region] = plan.regions;
  const places = placesOf(region!);
  assert.is(places.a![0], places.d![0], "the sides never run both");
  assert.is(places.b![0], places.e![0], "the result of the branch has one place");
  const distinct = new Set([places.z![0], places.a![0], places.b![0]]);
  assert.is(distinct.size, 3);
  assert.is(region!.plan.arenas[0]!.stats.planned, 3 * 448 - 48);
});

test("a branch that may give a parameter keeps what else it may give alive", async () => {
  const plan = await planOf(`${calls(0, "z = reverse(x)")}
        if c:
            y = x
        else:
            y = z
${calls(0, "f = reverse(x)", "g = add(f, y)", "h = reverse(g)")}
        return h`);
  const places = placesOf(plan.regions[0]!);
  assert.is.not(places.f![0], places.z![0], "`y` may be `z`");
});

test("what another function may hand back lives as long as its result", async () => {
  const plans = await plansOf(`@I.ir_module
class M:${KERNELS}
    @R.function(private=True)
    def same(x: ${T100}) -> ${T100}:
        return x

    @R.function
    def main(x: ${T100}):
        cls = M
${calls(0, "a = reverse(x)")}
        b: ${T100} = cls.same(a)
${calls(0, "d = reverse(x)", "e = add(b, d)", "f = reverse(e)")}
        return f
`);
  const places = placesOf(plans.find((p) => p.name === "main")!.regions[0]!);
  assert.is.not(places.a![0], places.d![0]);
});

test("written offsets are valid and at the bound, whatever the sizes", async () => {
  let several = 0;
  for (let i = 0; i < 8; i++) {
    const { text } = generateMemoryProgram(makeRandom(500 + i));
    for (const { func, regions } of await plansOf(text)) {
      for (const region of regions) {
        if (region.symbols.length > 0) several++;
        for (const n of [1, 16, 33])
          for (const m of [1, 7, 64, 200]) checkRegion(func, region, { n, m });
      }
    }
  }
  assert.ok(several >= 8);
});

/** Evaluates the offsets that the pass writes, at some sizes. */
function checkRegion(func: Func, region: RegionPlan, at: Readonly<Record<string, number>>): void {
  const values = new Map<Var, Int>(region.symbols.map((v) => [v, at[v.name]!]));
  const valueOf = (e: PrimExpr): number => Number(evaluate(e, { of: (v) => values.get(v) }));
  const written = offsetsOf(region, analyzerFor(func));
  for (const { var: v, value } of written.bindings) {
    const symbol = v.sinfo?.kind === "relax.PrimInfo" ? v.sinfo.value : undefined;
    if (symbol?.kind === "tir.Var" && value.kind === "relax.PrimValue")
      values.set(symbol, valueOf(value.value));
  }
  const ranges = region.buffers.map((b, k) => ({
    id: String(k),
    lower: b.lower,
    upper: b.upper,
    align: 64,
    offset: valueOf(written.offsets[k]!),
    size: valueOf(b.bytes),
  }));
  const arena = valueOf(written.size);
  assert.equal(checkPlacement(ranges, arena), []);
  const bound = mostLiveBytes(ranges.map((r) => ({ ...r, size: Math.ceil(r.size / 64) * 64 })));
  assert.ok(arena <= 1.02 * bound, `${arena} against ${bound} at ${JSON.stringify(at)}`);
}

test("all executors give what programs give as they are written", () => {
  const { failures } = memoryCampaign.run(12, 3, () => undefined);
  assert.equal(
    failures.map((f) => f.reason),
    [],
  );
});

test.run();
