import { checkText } from "../../driver/frontend.js";
import { parseShapes } from "../../driver/inputs.js";
import { planProgram } from "../../driver/plan.js";
import { codes as planCodes } from "../../plan/codes.js";
import { viewOfPlacement } from "../../plan/report/arena-view.js";
import { viewFunctions } from "../../plan/report/function-views.js";
import { renderPicture } from "../../plan/report/picture.js";
import { functionsText, placementText } from "../../plan/report/text.js";
import { fixedConflict } from "../../plan/static/check-fixed.js";
import { explainFailure } from "../../plan/static/explain.js";
import { placeStatic } from "../../plan/static/place.js";
import { readTable } from "../../plan/table/read-table.js";
import { writeTable } from "../../plan/table/write-table.js";
import { Diagnostics } from "../../support/diagnostic.js";
import { readText, writeText } from "../../support/host.js";
import { codes } from "../codes.js";
import { defineCommand, type Context } from "../command.js";
import { inputFlags, libraryFlags, programFlags } from "../common-flags.js";
import type { Exit } from "../exit-code.js";
import { inputOf, librariesOf } from "../inputs.js";
import { elaborateOptions } from "../program-options.js";

/** Nodes of the search for a capacity that is given. */
const NODES_TO_FIT = 5_000_000;

const flags = {
  ...inputFlags,
  ...programFlags,
  ...libraryFlags,
  csv: { type: "string", placeholder: "FILE", help: "A table of buffers instead of a program." },
  capacity: {
    type: "int",
    placeholder: "BYTES",
    least: 0,
    help: "Bytes there are for the buffers of a table.",
  },
  passes: {
    type: "string",
    short: "p",
    placeholder: "PIPELINE",
    default: "@optimise",
    help: "Passes that lower a program; `legalize-ops` leaves loop nests apart.",
  },
  shape: { type: "list", placeholder: "SIZES", help: "Values of symbols, e.g. m=3,n=7." },
  nodes: {
    type: "int",
    placeholder: "N",
    least: 0,
    help: "States that exact search may look at (default 200000, with --capacity 5000000).",
  },
  output: {
    type: "string",
    short: "o",
    placeholder: "OUT",
    help: "Write a picture (OUT.svg, OUT.html), or the table with a column `offset` (OUT.csv).",
  },
} as const;

type PlanContext = Context<typeof flags>;

export const plan = defineCommand({
  name: "plan",
  summary: "Places buffers in memory and compares the result with the lower bound.",
  description:
    "Plans the memory of every graph function of a program, at the values of --shape where sizes depend on symbols. " +
    "With --csv it reads a table of buffers (columns id, lower, upper, size; optional alignment and offset) and finds " +
    "offsets: within --capacity, or in as few bytes as possible. " +
    'With --report json the result is {"peak","lowerBound","optimal","solved","seconds"}.',
  args: [{ name: "FILE", help: "a program, or - for standard input", optional: true }],
  flags,
  examples: [
    { run: "relaxc plan samples/21-graph-operators.relax", shows: "The memory of a program" },
    { run: "relaxc plan --csv buffers.csv", shows: "A table, in as few bytes as possible" },
    {
      run: "relaxc plan --csv buffers.csv --capacity 1048576 -o placed.csv",
      shows: "Offsets within a capacity",
    },
  ],
  diagnosticsTo: "stderr",
  async run(context) {
    const { args, flags, complain } = context;
    if (flags.csv !== undefined) return planTable(context, flags.csv);
    if (args[0] !== undefined) return planFile(context);
    complain(codes.missingArgument({ command: "plan", argument: "FILE or --csv FILE" }));
    return "usage";
  },
});

async function planTable(context: PlanContext, file: string): Promise<Exit> {
  const { host, flags, report, complain, out } = context;
  const sink = new Diagnostics();
  const table = readTable({ name: file, text: await readText(host, file) }, sink);
  if (sink.all.length > 0) report({ file, diagnostics: sink.all });
  if (table === undefined) return "findings";
  const { buffers } = table;
  const clash = fixedConflict(buffers);
  if (clash !== undefined) {
    complain(clash);
    return "findings";
  }
  const started = host.now();
  const { capacity } = flags;
  const nodes = flags.nodes ?? (capacity === undefined ? undefined : NODES_TO_FIT);
  const placement = placeStatic(buffers, {
    ...(capacity === undefined ? {} : { capacity }),
    ...(nodes === undefined ? {} : { nodes }),
  });
  const seconds = (host.now() - started) / 1000;
  if (flags.report === "json") {
    const { peak, lowerBound, proof, status } = placement;
    const solved = status === "placed";
    out(jsonLine({ peak, lowerBound, optimal: proof !== undefined, solved, seconds }));
  } else out(placementText(buffers.length, placement));
  const failure = explainFailure(buffers, placement, capacity ?? Infinity);
  if (failure !== undefined) {
    complain(failure);
    return failure.name === planCodes.notFound.info.name ? "limit" : "findings";
  }
  if (flags.output !== undefined) {
    const view = viewOfPlacement(file, buffers, placement, capacity);
    const text = renderPicture(flags.output, file, [view]) ?? writeTable(table, placement.offsets);
    await writeText(host, flags.output, text);
  }
  return "ok";
}

async function planFile(context: PlanContext): Promise<Exit> {
  const { host, args, flags, report, complain, out, say } = context;
  const input = await inputOf(host, args, flags);
  const { path } = input;
  const front = checkText(await input.read(), elaborateOptions(flags));
  if (front.diagnostics.length > 0) report({ file: path, diagnostics: front.diagnostics });
  if (front.failed) return "findings";
  const sink = new Diagnostics();
  const libraries = await librariesOf(host, flags.lib);
  const started = host.now();
  const plans = await planProgram(front.module, sink, {
    libraries,
    passes: flags.passes,
    nodes: flags.nodes,
  });
  const seconds = (host.now() - started) / 1000;
  if (sink.all.length > 0) report({ file: path, diagnostics: sink.all });
  if (plans === undefined) return "findings";
  const { symbols } = parseShapes(flags.shape);
  const { views, figuresOf, total, needed, missing } = viewFunctions(plans, symbols);
  const known = needed.length === 0 ? "sizes are fixed" : `sizes depend on ${listed(needed)}`;
  for (const name of symbols.keys()) {
    if (!needed.includes(name)) complain(planCodes.unusedSize({ name, known }));
  }
  if (flags.report === "json") out(jsonLine({ ...total, seconds }));
  else {
    out(functionsText(plans, figuresOf));
    if (missing.length > 0 && flags.output === undefined)
      say(`sizes depend on ${listed(missing)}: --shape ${missing[0]!}=8\n`);
  }
  if (flags.output !== undefined) {
    if (missing.length > 0) {
      complain(planCodes.needsShape({ symbols: listed(missing), given: `${missing[0]!}=8` }));
      return "usage";
    }
    const picture = renderPicture(flags.output, path, views);
    if (picture === undefined) {
      complain(codes.flagChoice({ flag: "-o", value: flags.output, choices: "*.svg, *.html" }));
      return "usage";
    }
    await writeText(host, flags.output, picture);
  }
  return "ok";
}

const listed = (names: readonly string[]): string => names.map((n) => `\`${n}\``).join(", ");

interface JsonReport {
  readonly peak: number | null;
  readonly lowerBound: number | null;
  readonly optimal: boolean;
  readonly solved: boolean;
  readonly seconds: number;
}

const jsonLine = ({ seconds, ...rest }: JsonReport): string =>
  `${JSON.stringify({ ...rest, seconds: Number(seconds.toFixed(4)) })}\n`;
