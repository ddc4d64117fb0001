/** Large loop bodies, and meshes of any size for them. */
import { Diagnostics } from "../../support/diagnostic.js";
import { readDfg, readFabric, type Dfg, type Fabric } from "../../target/cgra/index.js";

/** A mesh whose west column reaches memory. */
export function westMesh(size: number, route: string): Fabric {
  const west = Array.from({ length: size }, (_, r) => r * size);
  const description = {
    name: `mesh ${size}x${size}, ${route}`,
    rows: size,
    cols: size,
    topology: "mesh",
    route,
    pe: {
      ops: ["mov", "alu", "mul"],
      rf: { regs: 8, read: 4, write: 4, visible: route === "issue" ? "neighbours" : "self" },
    },
    overrides: [{ pes: west, "ops+": ["mem"] }],
    mem: { banks: [{ name: "b", bytes: 4096, ports: size, pes: west }] },
  };
  return readFabric({ name: "mesh", text: JSON.stringify(description) }, new Diagnostics())!;
}

/** A wide loop body: operations read values made not long before, and memory every few. */
export function wideBody(size: number, seed: number): Dfg {
  let x = seed;
  const chance = (below: number): number => {
    x = (Math.imul(x, 1103515245) + 12345) >>> 0;
    return Math.floor((x / 2 ** 32) * below);
  };
  const ops: string[] = [];
  const edges: (readonly [number, number, number, string])[] = [];
  for (let i = 0; i < size; i++) {
    ops.push(i % 10 === 0 ? "LD" : i % 20 === 19 ? "ST" : chance(3) === 0 ? "MUL" : "ADD");
    const operands = new Set<number>();
    for (let k = 0; k < (ops[i] === "LD" ? 0 : ops[i] === "ST" ? 1 : 2); k++) {
      const from = Math.max(0, i - 1 - chance(12));
      if (ops[from] !== "ST") operands.add(from);
    }
    [...operands].forEach((from, k) => edges.push([from, i, 0, `I${k + 1}`]));
  }
  const nodes = ops.map((op, id) => ({ id, op }));
  const text = JSON.stringify({ name: `body of ${size}, seed ${seed}`, nodes, edges });
  return readDfg({ name: "body", text }, new Diagnostics())!;
}
