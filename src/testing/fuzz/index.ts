/** All fuzzing campaigns. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { printModule } from "../../syntax/index.js";
import { cCampaign } from "./c.js";
import { cgraCampaign } from "./cgra.js";
import { cgraNestsCampaign } from "./cgra-nests.js";
import type { Campaign } from "./campaign.js";
import { cgraRtlCampaign, cgraRtlMappedCampaign } from "./cgra-rtl.js";
import { cgraRtlKernelsCampaign } from "./cgra-rtl-kernels.js";
import { cgraSizesCampaign } from "./cgra-sizes.js";
import { deviceIrCampaign } from "./device-ir.js";
import { llvmCampaign } from "./llvm.js";
import { memoryCampaign } from "./memory.js";
import { modulesCampaign } from "./modules.js";
import { opsCampaign } from "./ops.js";
import { placementCampaign } from "./placement.js";
import { schedulesCampaign } from "./schedules.js";
import { textCampaign } from "./text.js";
import { wasmCampaign } from "./wasm.js";

export type { Campaign, CampaignResult, Failure } from "./campaign.js";

/** Texts that are mutated: the samples. */
const seeds = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".relax"))
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8"));

/** Every campaign; texts to mutate come from the project's samples. */
export const campaigns = (folder = "samples"): Campaign[] => [
  textCampaign(seeds(folder)),
  modulesCampaign,
  placementCampaign,
  memoryCampaign,
  opsCampaign,
  schedulesCampaign,
  wasmCampaign((program) => printModule(program.module)),
  llvmCampaign((program) => printModule(program.module)),
  cCampaign((program) => printModule(program.module)),
  cgraCampaign,
  cgraNestsCampaign,
  cgraRtlCampaign,
  cgraRtlMappedCampaign,
  cgraRtlKernelsCampaign,
  cgraSizesCampaign,
  deviceIrCampaign,
];
