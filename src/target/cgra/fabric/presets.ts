/** Fabrics that have names. */
import { Diagnostics } from "../../../support/diagnostic.js";
import type { Fabric } from "./fabric.js";
import { readFabric } from "./read-fabric.js";

const INTEGER = ["mov", "alu", "cmp", "mul", "ctl"];
/** Operations of graphs that other tools made from C. */
const SCALAR = [...INTEGER, "div", "fcvt"];
const column = (rows: number, cols: number, col = 0): number[] =>
  Array.from({ length: rows }, (_, r) => r * cols + col);

/** A mesh whose west column reaches memory, each element by a port of its own. */
const westMesh = (name: string, size: number, more: object, pe: object = {}): object => ({
  name,
  rows: size,
  cols: size,
  topology: "mesh",
  pe: { ops: SCALAR, pred: "partial", ...pe },
  overrides: [{ pes: column(size, size), "ops+": ["mem"] }],
  mem: { banks: [{ name: "spm", bytes: 32768, ports: size, pes: column(size, size) }] },
  ...more,
});

/** A register at each input of the crossbar, with ports of its own. */
const CROSSBAR = { regs: 4, read: 4, write: 4 };
const SLOW_MEMORY = { LD: 2, LDB: 2, LDUB: 2, LDH: 2, ST: 2, STB: 2, STH: 2 };
/** Bytes multiplied by fours everywhere, and more; the west column reaches memory, a bank an element. */
const npu = (name: string, ops: readonly string[], lat: object): object => ({
  name,
  rows: 6,
  cols: 6,
  topology: "torus",
  route: "bypass",
  pe: {
    ops: ["mov", "dot", "mul", "alu", "cmp", "sat", "ctl", ...ops],
    rf: { regs: 8, read: 4, write: 2, visible: "neighbours" },
    pred: "partial",
    lat,
  },
  overrides: [
    { pes: column(6, 6, 5), "ops+": ["sfu"] },
    { pes: column(6, 6), "ops+": ["mem", "strm"] },
  ],
  mem: {
    banks: column(6, 6).map((p, i) => ({ name: `b${i}`, bytes: 16384, pes: [p] })),
    streams: [
      ...[0, 1, 2, 3].map((i) => ({
        name: `in${i}`,
        bank: `b${i}`,
        dims: 4,
        dir: "in",
        pes: [i * 6],
      })),
      ...[4, 5].map((i) => ({
        name: `out${i - 4}`,
        bank: `b${i}`,
        dims: 4,
        dir: "out",
        pes: [i * 6],
      })),
    ],
  },
  ctrl: { loops: 4 },
});

const FREE = { regs: 64, read: 64, write: 64, visible: "neighbours" };
const PRESETS: readonly object[] = [
  {
    name: "open-edge-4x4",
    rows: 4,
    cols: 4,
    topology: "torus",
    route: "issue",
    pe: { ops: [...INTEGER, "mem"], rf: { regs: 4 }, out: "single", pred: "select" },
    mem: {
      banks: [0, 1, 2, 3].map((c) => ({ name: `b${c}`, bytes: 8192, pes: column(4, 4, c) })),
    },
  },
  westMesh("hycube-4x4", 4, { route: "multihop", hops: 4 }, { rf: CROSSBAR, lat: SLOW_MEMORY }),
  westMesh("stdnoc-4x4", 4, { route: "bypass" }, { rf: CROSSBAR, lat: SLOW_MEMORY }),
  ...[2, 4, 6, 8].map((size) =>
    westMesh(
      `cgra-flow-${size}x${size}`,
      size,
      { route: "bypass", cfg: { depth: 200 } },
      { rf: { regs: 8, read: 8, write: 8 } },
    ),
  ),
  westMesh("mesh-none-4x4", 4, { route: "none" }, { rf: { ...FREE, visible: "self" } }),
  westMesh("mesh-issue-4x4", 4, { route: "issue" }, { rf: FREE }),
  {
    name: "adres-8x8",
    rows: 8,
    cols: 8,
    topology: "onehop",
    route: "issue",
    pe: {
      ops: ["mov", "alu", "cmp", "ctl"],
      rf: { regs: 8, read: 2, visible: "neighbours" },
      pred: "full",
    },
    overrides: [
      { pes: Array.from({ length: 8 }, (_, c) => c), "ops+": ["mem", "div"] },
      {
        pes: Array.from({ length: 64 }, (_, p) => p).filter(
          (p) => (Math.floor(p / 8) + p) % 2 === 0,
        ),
        "ops+": ["mul"],
      },
    ],
    cfg: { depth: 128 },
    mem: {
      banks: [{ name: "spm", bytes: 65536, ports: 8, pes: Array.from({ length: 8 }, (_, c) => c) }],
    },
  },
  npu("npu-6x6", [], {}),
  npu("npu-float-6x6", ["fadd", "fmul", "fma", "fcmp", "fcvt"], {
    FADD: 4,
    FSUB: 4,
    FMUL: 4,
    FMA: 4,
  }),
];

const texts: ReadonlyMap<string, string> = new Map(
  PRESETS.map((p) => [(p as { readonly name: string }).name, JSON.stringify(p, null, 2)]),
);

export const presetNames = (): readonly string[] => [...texts.keys()];

/** A preset as the file it could be. */
export const presetText = (name: string): string | undefined => texts.get(name);

export function preset(name: string): Fabric | undefined {
  const text = texts.get(name);
  if (text === undefined) return undefined;
  return readFabric({ name: `${name}.fabric.json`, text }, new Diagnostics());
}
