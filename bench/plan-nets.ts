/**
 * Memory plans of the networks of `samples/nets` against their lower bounds: at fixed sizes, with fused and with single
 * operators, and one plan for all sizes at random ones.
 */
import { readFileSync } from "node:fs";
import { readModule } from "../src/driver/frontend.js";
import { planProgram } from "../src/driver/plan.js";
import type { IRModule } from "../src/ir/module.js";
import { arenaPlacer, type RegionPlan } from "../src/plan/index.js";
import { Diagnostics } from "../src/support/diagnostic.js";
import { randomFrom } from "../src/support/placement/restarts.js";
import { rowOf, type BenchRow } from "./measure.js";

/** Sizes as the networks are usually run, and ranges of random ones. */
interface Sizes {
  readonly usual: Readonly<Record<string, number>>;
  readonly least: Readonly<Record<string, number>>;
  readonly most: Readonly<Record<string, number>>;
}
const IMAGE: Sizes = {
  usual: { n: 1, h: 224, w: 224 },
  least: { n: 1, h: 32, w: 32 },
  most: { n: 8, h: 512, w: 512 },
};
const NETS: Readonly<Record<string, Sizes>> = {
  resnet18: IMAGE,
  "mobilenet-v2": IMAGE,
  "inception-v1": IMAGE,
  "resnet18-int8": IMAGE,
  encoder: {
    usual: { batch: 1, seq: 128 },
    least: { batch: 1, seq: 1 },
    most: { batch: 8, seq: 512 },
  },
};
const SHAPES = 500;
const UNIT = "× the bound";
const LEVELS = { fused: "@optimise", unfused: "legalize-ops" } as const;

export async function run(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [name, sizes] of Object.entries(NETS)) {
    const net = read(name);
    for (const [level, passes] of Object.entries(LEVELS)) {
      const bindings = JSON.stringify(sizes.usual);
      const fixed = await planned(net, `bind-symbolic-vars{bindings=${bindings}},${passes}`);
      const [bytes, bound] = worstOf(fixed, [{}]).at;
      rows.push(rowOf("plan-nets", `${name}, ${level}, ${bytes} bytes`, UNIT, bytes / bound));
      const regions = await planned(net, passes);
      const random = randomFrom(1);
      const shapes = Array.from({ length: SHAPES }, () => sizesBetween(sizes, random));
      const proof = regions.every((r) => r.plan.arenas.every((a) => a.stats.proof !== undefined));
      const kind = `${name}, ${level}, one plan at ${SHAPES} shapes${proof ? ", proved" : ""}`;
      rows.push(rowOf("plan-nets", kind, UNIT, worstOf(regions, shapes).ratio));
    }
  }
  return rows;
}

function read(name: string): IRModule {
  const path = `samples/nets/${name}.relax`;
  const { module, failed } = readModule({ name: path, text: readFileSync(path, "utf8") }, {});
  if (failed) throw new Error(`${path} is not well-formed`);
  return module;
}

async function planned(module: IRModule, passes: string): Promise<readonly RegionPlan[]> {
  const sink = new Diagnostics();
  const plans = await planProgram(module, sink, { passes });
  if (plans === undefined) throw new Error(sink.all[0]?.message ?? "the plan failed");
  return plans.flatMap((p) => p.regions);
}

const sizesBetween = ({ least, most }: Sizes, random: () => number): Record<string, number> =>
  Object.fromEntries(
    Object.entries(least).map(([name, low]) => {
      const ratio = (most[name]! + 1) / low;
      return [name, Math.min(most[name]!, Math.floor(low * ratio ** random()))];
    }),
  );

/** The largest ratio of arena to bound over the shapes. */
function worstOf(
  regions: readonly RegionPlan[],
  shapes: readonly Readonly<Record<string, number>>[],
): { readonly ratio: number; readonly at: readonly [bytes: number, bound: number] } {
  let worst = { ratio: 0, at: [0, 0] as readonly [number, number] };
  const placers = regions.map(({ plan }) => plan.arenas.map((a) => arenaPlacer(a.layout)));
  for (const shape of shapes) {
    let bytes = 0;
    let bound = 0;
    regions.forEach(({ symbols, plan }, r) =>
      plan.arenas.forEach((arena, k) => {
        const placed = placers[r]![k]!.at(symbols.map((s) => shape[s.name]!));
        if (placed === undefined) throw new Error(`no plan at ${JSON.stringify(shape)}`);
        bytes += placed.size;
        bound += placed.lowerBound;
      }),
    );
    if (bytes / bound > worst.ratio) worst = { ratio: bytes / bound, at: [bytes, bound] };
  }
  return worst;
}
