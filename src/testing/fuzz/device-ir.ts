/** Generated loop nests as LLVM IR for devices: natively, with the C bodies of the intrinsics, as interpreted. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { readModule } from "../../driver/frontend.js";
import { irModule } from "../../ir/module.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { Diagnostics } from "../../support/diagnostic.js";
import { kernelFunctions, preset } from "../../target/cgra/index.js";
import { compileBatch } from "../batch.js";
import { randomArguments } from "../cgra.js";
import { installedLlvm, kernelDifference, nativeKernels } from "../device-ir.js";
import { generateNest, type GeneratedNest } from "../generate/cgra-nest.js";
import { makeRandom } from "../generate/random.js";
import type { Campaign, CampaignResult, Failure } from "./campaign.js";

/** Nests that are compiled together. */
const A_BATCH = 50;
/** Data that each nest runs on. */
const RUNS = 3;

interface Made {
  readonly index: number;
  readonly nest: GeneratedNest;
  readonly func: PrimFunc;
}

function nestAt(seed: number, index: number): Made {
  const nest = generateNest(makeRandom(seed * 1_000_003 + index));
  const { module, failed, diagnostics } = readModule({ name: "nest.relax", text: nest.text });
  if (failed) throw new Error(`text: ${diagnostics[0]!.message}`);
  const sink = new Diagnostics();
  const [func] = kernelFunctions(module, sink);
  if (func === undefined) throw new Error(`split: ${sink.all[0]?.message}`);
  return { index, nest, func };
}

export const deviceIrCampaign: Campaign = {
  name: "device-ir",
  summary: "Generated loop nests as LLVM IR for devices, by all LLVM there is, run as interpreted.",
  full: 1000,
  anywhere: true,
  run(count, seed, progress, first = 0): CampaignResult {
    const fabric = preset("npu-6x6")!;
    const root = join("node_modules", ".cache", "device-ir", `fuzz-${process.pid}`);
    const failures: Failure[] = [];
    // The library, and the tools of each version.
    const versions = [undefined, ...installedLlvm()];
    const equal: Record<string, number> = {};
    for (let start = first; start < first + count; start += A_BATCH) {
      const indices = Array.from(
        { length: Math.min(A_BATCH, first + count - start) },
        (_, k) => start + k,
      );
      const nests = indices.map((index) => nestAt(seed, index));
      const version = versions[Math.floor(start / A_BATCH) % versions.length];
      const name = version === undefined ? "libLLVM" : `LLVM ${version}`;
      let folder = 0;
      const entries = nests.map(({ func }) => ({
        module: irModule(new Map([[func.name, func]])),
        entry: func.name,
      }));
      const batch = compileBatch(entries, (module) => {
        const kernels = [...module.functions.values()] as PrimFunc[];
        const dir = join(root, `${start}-${folder++}`);
        return { ...nativeKernels(kernels, fabric, dir, version), close: () => undefined };
      });
      nests.forEach(({ index, nest, func }, k) => {
        const random = makeRandom(seed * 1_000_003 + index + 300_000);
        for (let run = 0; run < RUNS; run++) {
          const { args } = randomArguments(func, nest.sizes, random);
          const reason = kernelDifference(func, args, (own) => batch.run(k, own));
          // What the program itself must not do is no mistake of the text.
          if (reason?.startsWith("interpreter")) return;
          if (reason === undefined) continue;
          failures.push({ index, reason, input: `${nest.text}# ${JSON.stringify(nest.sizes)}\n` });
          return;
        }
        equal[name] = (equal[name] ?? 0) + 1;
      });
      batch.close();
      progress(start + nests.length - first);
    }
    rmSync(root, { recursive: true, force: true });
    return { done: count, failures, equal };
  },
};
