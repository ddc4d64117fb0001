/** `npm run bench -- NAME [--json]`: ratios against peers measured in the same run. */
import { parseArgs } from "node:util";
import type { BenchRow } from "./measure.js";

const benches: Readonly<
  Record<string, { readonly summary: string; load(): Promise<{ run(): Promise<BenchRow[]> }> }>
> = {
  dispatch: {
    summary: "Cost of a kernel call inside a function, and of building long functions.",
    load: () => import("./dispatch.js"),
  },
  frontend: {
    summary: "Lines per second of parsing, elaborating, printing, formatting, comparing.",
    load: () => import("./frontend.js"),
  },
  "frontend-large": {
    summary: "Speed and peak memory on modules of 10^5 and 10^6 lines.",
    load: () => import("./frontend-large.js"),
  },
  passes: {
    summary: "Time of the default pipeline over functions of 1,000 and 10,000 operators.",
    load: () => import("./passes.js"),
  },
  plan: {
    summary: "Memory planning: challenging instances, very many buffers, symbolic sizes.",
    load: () => import("./plan.js"),
  },
  "plan-nets": {
    summary:
      "Memory plans of the sample networks against their lower bounds, at fixed and at random sizes.",
    load: () => import("./plan-nets.js"),
  },
  startup: {
    summary: "CPU time of the bundled command above that of an empty Node program.",
    load: () => import("./startup.js"),
  },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean" } },
});
const names = positionals.length > 0 ? positionals : Object.keys(benches);
for (const name of names) {
  const bench = benches[name];
  if (bench === undefined) {
    console.error(`there is no bench \`${name}\`; there are: ${Object.keys(benches).join(", ")}`);
    process.exit(2);
  }
  const rows = await (await bench.load()).run();
  if (values.json) for (const row of rows) console.log(JSON.stringify(row));
  else console.table(rows.map(({ bench: _, ...row }) => row));
}
