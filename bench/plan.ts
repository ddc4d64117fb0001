/**
 * Memory planning: the challenging instances of google/minimalloc at their capacity, with the CPU time published for
 * that solver; the same at the lower bound; very many buffers; and networks whose sizes depend on four symbols.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { binary, intImm, makeVar, type PrimExpr } from "../src/ir/tir/expr.js";
import { arenaPlacer, checkPlacement, placeStatic, planMemory } from "../src/plan/index.js";
import type { PlanBuffer, StaticBuffer, StaticPlacement } from "../src/plan/index.js";
import { readTable } from "../src/plan/table/read-table.js";
import { Diagnostics } from "../src/support/diagnostic.js";
import { int64 } from "../src/support/dtype.js";
import { randomFrom } from "../src/support/placement/restarts.js";
import { collect, measure, rowOf, type BenchRow } from "./measure.js";

const FOLDER = join("..", "shared", "data", "minimalloc");
const CAPACITY = 1_048_576;
const MANY = 100_000;

/** CPU seconds of google/minimalloc at commit 9f5cf81 on the same instances and capacity. */
const PEER = "google/minimalloc (C++), published figure";
const PUBLISHED: Readonly<Record<string, number>> = {
  A: 4.9,
  B: 3.6,
  C: 0.69,
  D: 2.8,
  E: 3.9,
  F: 6.4,
  G: 1.3,
  H: 2.0,
  I: 3.9,
  J: 0.95,
  K: 0.66,
};

export async function run(): Promise<BenchRow[]> {
  return [...challenging(), ...manyBuffers(), ...symbolicNetworks()];
}

function challenging(): BenchRow[] {
  if (!existsSync(FOLDER)) throw new Error(`the instances are not there: ${FOLDER}`);
  const rows: BenchRow[] = [];
  let cold = 0;
  let best = 0;
  for (const name of Object.keys(PUBLISHED)) {
    const buffers = instance(name);
    const place = (): StaticPlacement => placeStatic(buffers, { capacity: CAPACITY });
    const started = cpuSeconds();
    assertValid(buffers, place(), CAPACITY);
    cold += cpuSeconds() - started;
    const { seconds } = measure(place);
    best += seconds;
    rows.push(against(`${name}, ${place().nodes} nodes`, seconds, PUBLISHED[name]!));
  }
  const published = Number(
    Object.values(PUBLISHED)
      .reduce((a, b) => a + b, 0)
      .toFixed(1),
  );
  rows.push(
    against("A to K", best, published),
    against("A to K, each once, cold", cold, published),
  );
  for (const name of Object.keys(PUBLISHED)) {
    const buffers = instance(name);
    const placed = placeStatic(buffers);
    assertValid(buffers, placed, placed.peak);
    const proof = placed.proof === undefined ? "not proved" : "proved";
    const ratio = placed.peak / placed.lowerBound;
    rows.push(rowOf("plan", `${name} in as few bytes as possible, ${proof}`, "× the bound", ratio));
  }
  return rows;
}

/** A row of seconds, where less is better. */
const against = (name: string, seconds: number, peer: number): BenchRow => ({
  ...rowOf("plan", name, "s CPU", seconds),
  peer,
  peerName: PEER,
  ratio: Number((peer / seconds).toPrecision(4)),
});

function instance(name: string): readonly StaticBuffer[] {
  const file = join(FOLDER, `${name}.${CAPACITY}.csv`);
  const table = readTable({ name: file, text: readFileSync(file, "utf8") }, new Diagnostics());
  if (table === undefined) throw new Error(`${file} does not read`);
  return table.buffers;
}

function assertValid(
  buffers: readonly StaticBuffer[],
  { offsets }: StaticPlacement,
  arena: number,
): void {
  const ranges = buffers.map((b, i) => ({ ...b, offset: offsets[i]! }));
  const [violation] = checkPlacement(ranges, arena);
  if (violation !== undefined) throw new Error(violation.message);
}

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Length of life and size of buffer i, with its own random numbers. */
type Generator = (random: () => number, i: number) => readonly [life: number, size: number];

const GENERATORS: Readonly<Record<string, Generator>> = {
  net(random) {
    const r = random();
    const life = (): number => {
      if (r < 0.7) return 1 + Math.floor(3 * random());
      return r < 0.95 ? 3 + Math.floor(20 * random()) : 20 + Math.floor(400 * random());
    };
    const share = r < 0.7 ? 1 : r < 0.95 ? 0.5 : 0.1;
    return [life(), 64 * Math.ceil(Math.exp(9 * random()) * share)];
  },
  layers(_, i) {
    const random = randomFrom((i % 500) + 1);
    for (let skip = 0; skip < 8; skip++) random();
    const life = random() < 0.8 ? 1 + Math.floor(4 * random()) : 10 + Math.floor(300 * random());
    return [life, 64 * Math.ceil(Math.exp(8 * random()))];
  },
  heavy: (random) => [1 + Math.floor(Math.exp(6 * random())), 64 * Math.ceil(1 + 1000 * random())],
};

function manyBuffers(): BenchRow[] {
  return Object.entries(GENERATORS).flatMap(([name, generate]) => {
    const random = randomFrom(5);
    const buffers = Array.from({ length: MANY }, (_, i): StaticBuffer => {
      const [life, size] = generate(random, i);
      return { id: String(i), lower: i, upper: Math.min(MANY + 1, i + life), size };
    });
    collect();
    let placed: StaticPlacement | undefined;
    const { seconds } = measure(() => (placed = placeStatic(buffers)), 1);
    const check = measure(() => assertValid(buffers, placed!, placed!.peak), 2);
    return [
      rowOf("plan", `${MANY} buffers, ${name}`, "s CPU", seconds),
      rowOf("plan", `${MANY} buffers, ${name}`, "× the bound", placed!.peak / placed!.lowerBound),
      rowOf("plan", `${MANY} buffers, ${name}, validated`, "s CPU", check.seconds),
    ];
  });
}

const NETWORKS = 100;
const SHAPES = 300;

/** Chains with skips, sizes of eight kinds over four symbols from 1 to 512. */
function symbolicNetworks(): BenchRow[] {
  const random = randomFrom(7);
  const symbols = ["m", "n", "k", "l"].map((name) => makeVar(name, int64));
  let planning = 0;
  let placing = 0;
  let worst = 1;
  let over = 0;
  for (let net = 0; net < NETWORKS; net++) {
    const buffers = network(random, symbols);
    const started = cpuSeconds();
    const ranges = symbols.map((variable) => ({ variable, lower: 1, upper: 512 }));
    const plan = planMemory({ symbols: ranges, buffers });
    const placer = arenaPlacer(plan.arenas[0]!.layout);
    const planned = cpuSeconds();
    for (let k = 0; k < SHAPES; k++) {
      const placed = placer.at(symbols.map(() => Math.floor(513 ** random())))!;
      const ratio = placed.size / placed.lowerBound;
      worst = Math.max(worst, ratio);
      if (ratio > 1.02) over++;
    }
    planning += planned - started;
    placing += cpuSeconds() - planned;
  }
  const shapes = NETWORKS * SHAPES;
  return [
    rowOf("plan", "random networks of 4 symbols, worst", "× the bound", worst),
    rowOf("plan", "random networks of 4 symbols, over 1.02", "% of shapes", (100 * over) / shapes),
    rowOf("plan", "random networks of 4 symbols, planned", "s CPU each", planning / NETWORKS),
    rowOf(
      "plan",
      "random networks of 4 symbols, new shape",
      "µs CPU each",
      (1e6 * placing) / shapes,
    ),
  ];
}

function network(random: () => number, symbols: readonly PrimExpr[]): PlanBuffer[] {
  const count = 40 + Math.floor(120 * random());
  const sizes = Array.from({ length: 8 }, () =>
    symbols
      .filter(() => random() < 0.4)
      .reduce<PrimExpr>(
        (size, symbol) => binary("mul", size, symbol),
        intImm(2 ** (4 + Math.floor(6 * random())), int64),
      ),
  );
  const last = Array.from({ length: count }, (_, i) => Math.min(i + 1, count - 1));
  for (let i = 1; i < count; i++) {
    if (random() < 0.25) last[Math.max(0, i - 1 - Math.floor(40 * random()))] = i;
  }
  return last.map((upper, i) => ({
    id: String(i),
    lower: i,
    upper: Math.max(i, upper) + 1,
    size: sizes[Math.floor(8 * random())]!,
  }));
}
