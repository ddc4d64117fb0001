/** Generated graphs on presets and their corners: a larger fabric never has the larger interval. */
import { presetNames } from "../../target/cgra/index.js";
import { sizeProblem, sizesOf } from "../cgra-sizes.js";
import { graphText } from "../../target/cgra/dfg/text.js";
import { generateKernel } from "../generate/cgra-kernel.js";
import { makeRandom } from "../generate/random.js";
import type { Campaign, CampaignResult, Failure } from "./campaign.js";

/** Steps of each search. */
const WORK = 5e6;

export const cgraSizesCampaign: Campaign = {
  name: "cgra-sizes",
  summary:
    "Generated graphs on presets and parts of them: the larger fabric has no larger interval.",
  full: 500,
  anywhere: true,
  run(count, seed, progress, first = 0): CampaignResult {
    const names = presetNames();
    const failures: Failure[] = [];
    for (let index = first; index < first + count; index++) {
      const fabrics = sizesOf(names[index % names.length]!);
      const { graph: placed } = generateKernel(
        makeRandom(seed * 1_000_003 + index),
        fabrics.at(-1)!,
      );
      // Positions are those of the whole.
      const graph = { ...placed, nodes: placed.nodes.map((n) => ({ ...n, elements: undefined })) };
      const reason = sizeProblem(graph, fabrics, WORK);
      if (reason !== undefined) failures.push({ index, reason, input: graphText(graph) });
      progress(index + 1 - first);
    }
    return { done: count, failures };
  },
};
