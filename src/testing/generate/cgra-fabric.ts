/** Generated fabrics, as the files they could be. */
import type { Random } from "./random.js";

/** Classes that some elements may lack. */
const OPTIONAL = [
  "mul",
  "dot",
  "sat",
  "div",
  "fadd",
  "fmul",
  "fma",
  "fcmp",
  "fcvt",
  "sfu",
] as const;

const column = (rows: number, cols: number): number[] =>
  Array.from({ length: rows }, (_, r) => r * cols);

/** A ring both ways; where crossbars forward values, some links take two cycles. */
const ring = (random: Random, count: number, crossbars: boolean): number[][] =>
  Array.from({ length: count }, (_, p) => p).flatMap((p) =>
    [p + 1, p + count - 1]
      .slice(0, count === 2 ? 1 : 2)
      .map((q) => [p, q % count, crossbars && random.chance(0.4) ? 2 : 1]),
  );

/** A description that reads without findings; small grids are most frequent. */
export function generateFabric(random: Random): object {
  const size = (): number => random.weighted([[3, 1], [4, 2], [4, 3], [2, 4], [1, 5], [1, 6]]); // prettier-ignore
  const rows = size();
  const cols = size();
  const count = rows * cols;
  const route = random.pick(["none", "issue", "bypass", "multihop"]);
  const crossbars = route === "bypass" || route === "multihop";
  const regs = random.weighted([[1, 0], [1, 1], [2, 2], [4, 4], [3, 8], [1, 13]]); // prettier-ignore
  const everywhere = OPTIONAL.filter(() => random.chance(0.4));
  const somewhere = OPTIONAL.filter((c) => !everywhere.includes(c) && random.chance(0.4));
  const memory = random.chance(0.5)
    ? column(rows, cols)
    : Array.from({ length: count }, (_, p) => p);
  const bankCount = random.between(1, Math.min(3, memory.length));
  const banks = Array.from({ length: bankCount }, (_, i) => ({
    name: `b${i}`,
    bytes: 2048,
    ports: random.between(1, 2),
    lat: random.weighted([[4, 1], [1, 2]]), // prettier-ignore
    pes: memory.filter((_, k) => k % bankCount === i),
  }));
  const streams = Array.from({ length: random.between(1, 4) }, (_, i) => ({
    name: `s${i}`,
    bank: random.pick(banks).name,
    dims: 4,
    dir: i % 2 === 0 ? "in" : "out",
    pes: [random.pick(memory)],
  }));
  const lat: Record<string, number> = {};
  for (const op of ["MUL", "LD", "FADD", "FMUL", "FMA", "ADD", "DIV", "LDB", "POP"])
    if (random.chance(0.2)) lat[op] = random.between(2, 4);
  return {
    name: "generated",
    rows,
    cols,
    ...(random.chance(0.1) && count > 1
      ? { topology: "custom", links: ring(random, count, crossbars) }
      : { topology: random.pick(["mesh", "torus", "king", "onehop", "row-col-bus"]) }),
    route,
    ...(route === "multihop" && { hops: random.between(1, 4) }),
    pe: {
      ops: ["mov", "alu", "cmp", "ctl", ...everywhere],
      rf: {
        regs,
        read: random.between(2, 5),
        write: random.between(1, 3),
        visible: random.pick(["self", "neighbours"]),
      },
      lat,
      imm: random.pick([8, 12, 16]),
      consts: random.between(2, 6),
      pred: "partial",
    },
    overrides: [
      { pes: memory, "ops+": ["mem", "strm"] },
      {
        pes: Array.from({ length: count }, (_, p) => p).filter(() => random.chance(0.5)),
        "ops+": somewhere,
      },
      ...(random.chance(0.2) && regs > 0
        ? [
            {
              pes: [random.below(count)],
              rf: { regs: regs + 2, read: 3, write: 2, visible: "self" },
            },
          ]
        : []),
    ],
    mem: { banks, streams },
    ctrl: { loops: random.between(1, 3), liveins: 16 },
  };
}
