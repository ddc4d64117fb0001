/**
 * CPU time of the command that builds a network, from its text to the artefact, and what code it becomes; nothing is tuned
 * on either side.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nets, type Net } from "../scripts/nets/index.js";
import { codeSizeOf } from "../src/testing/code-size.js";
import { withChildCpu } from "./child-cpu.js";
import { rowOf, timeRowOf, type BenchRow } from "./measure.js";
import { isChosen, type BenchOptions } from "./options.js";
import { peerPython } from "./twins/peer.js";

const RUNS = 3;
/** The processor that code is counted for. */
const COUNTED = "llvm -mcpu=icelake-server";

export async function run(options: BenchOptions): Promise<BenchRow[]> {
  const { target = "llvm" } = options;
  const chosen = nets().filter(({ name }) => isChosen(name, options));
  const times = await withChildCpu((cpu, folder) =>
    chosen.flatMap((net) => {
      const file = `samples/nets/${net.name}.relax`;
      const out = join(folder, "net");
      try {
        const ours = cpu(["dist/cli.js", "build", file, "--target", target, "-o", out], RUNS);
        const theirs = peer(net, folder);
        return [timeRowOf("build", `${net.name}, ${target}`, "s CPU", ours, theirs, "TVM")];
      } catch (error) {
        console.error(`build, ${net.name}: ${(error as Error).message}`);
        return [];
      }
    }),
  );
  const sizes = target.startsWith("llvm") ? await Promise.all(chosen.map(sizesOf)) : [];
  return [...times, ...sizes.flat()];
}

/** What does not depend on the machine that measures. */
async function sizesOf({ name }: Net): Promise<BenchRow[]> {
  const file = `samples/nets/${name}.relax`;
  const size = await codeSizeOf({ name: file, text: readFileSync(file, "utf8") }, COUNTED);
  return [
    rowOf("build", name, "functions", size.functions),
    rowOf("build", name, "statements", size.statements),
    rowOf("build", name, "lines of LLVM IR", size.lines),
  ];
}

/** Seconds of TVM for the same layers, imported from ONNX; undefined when it cannot tell. */
function peer(net: Net, folder: string): number | undefined {
  const python = peerPython();
  if (!existsSync(python)) return undefined;
  const file = join(folder, "net.json");
  writeFileSync(file, JSON.stringify(net));
  const child = spawnSync(python, [join("bench", "peers", "tvm_build.py"), file], {
    encoding: "utf8",
  });
  if (child.status === 0) return Number(child.stdout);
  console.error(`build, ${net.name}: the peer failed: ${child.stderr.trim().split("\n").at(-1)}`);
  return undefined;
}
