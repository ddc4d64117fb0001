import { codes as planCodes } from "../../plan/codes.js";
import { fixedConflict } from "../../plan/static/check-fixed.js";
import { explainFailure } from "../../plan/static/explain.js";
import { placeStatic } from "../../plan/static/place.js";
import type { StaticPlacement } from "../../plan/static/problem.js";
import { readTable, type BufferTable } from "../../plan/table/read-table.js";
import { writeTable } from "../../plan/table/write-table.js";
import { Diagnostics } from "../../support/diagnostic.js";
import { readText, writeText } from "../../support/host.js";
import { renderTable } from "../../support/table.js";
import { codes } from "../codes.js";
import { defineCommand } from "../command.js";

export const plan = defineCommand({
  name: "plan",
  summary: "Places buffers in memory and compares the result with the lower bound.",
  description:
    "Reads a table of buffers (columns id, lower, upper, size; optional alignment and offset) and finds offsets. " +
    'With --report json the result is {"peak","lowerBound","optimal","solved","seconds"}. ' +
    "Without --capacity it looks for as few bytes as possible.",
  args: [],
  flags: {
    csv: { type: "string", placeholder: "FILE", help: "The table of buffers." },
    capacity: { type: "int", placeholder: "BYTES", help: "Bytes there are." },
    nodes: {
      type: "int",
      placeholder: "N",
      help: "States that exact search may look at (default 200000, with --capacity 5000000).",
    },
    output: {
      type: "string",
      short: "o",
      placeholder: "OUT.csv",
      help: "Write the table with a column `offset`.",
    },
  },
  examples: [
    { run: "relaxc plan --csv buffers.csv", shows: "As few bytes as possible" },
    {
      run: "relaxc plan --csv buffers.csv --capacity 1048576 -o placed.csv",
      shows: "Offsets within a capacity",
    },
  ],
  diagnosticsTo: "stderr",
  async run({ host, flags, report, complain, out }) {
    if (flags.csv === undefined) {
      complain(codes.missingArgument({ command: "plan", argument: "--csv FILE" }));
      return "usage";
    }
    const file = flags.csv;
    const sink = new Diagnostics();
    const table = readTable({ name: file, text: await readText(host, file) }, sink);
    if (sink.all.length > 0) report({ file, diagnostics: sink.all });
    if (table === undefined) return "findings";
    const clash = fixedConflict(table.buffers);
    if (clash !== undefined) {
      complain(clash);
      return "findings";
    }
    const started = host.now();
    const { capacity } = flags;
    const nodes = flags.nodes ?? (capacity === undefined ? undefined : 5_000_000);
    const placement = placeStatic(table.buffers, {
      ...(capacity === undefined ? {} : { capacity }),
      ...(nodes === undefined ? {} : { nodes }),
    });
    const seconds = (host.now() - started) / 1000;
    out(flags.report === "json" ? jsonReport(placement, seconds) : textReport(table, placement));
    const failure = explainFailure(table.buffers, placement, capacity ?? Infinity);
    if (failure !== undefined) {
      complain(failure);
      return failure.name === planCodes.notFound.info.name ? "limit" : "findings";
    }
    if (flags.output !== undefined) {
      await writeText(host, flags.output, writeTable(table, placement.offsets));
    }
    return "ok";
  },
});

function jsonReport(placement: StaticPlacement, seconds: number): string {
  const { peak, lowerBound, proof, status } = placement;
  const optimal = proof !== undefined;
  const solved = status === "placed";
  return `${JSON.stringify({ peak, lowerBound, optimal, solved, seconds: Number(seconds.toFixed(4)) })}\n`;
}

const PROOFS = {
  bound: "optimal: the lower bound is met",
  exhausted: "optimal: a search tried everything below",
} as const;

function textReport({ buffers }: BufferTable, placement: StaticPlacement): string {
  const { peak, lowerBound, proof, method, nodes } = placement;
  const ratio = lowerBound === 0 ? "" : ` (${(peak / lowerBound).toFixed(4)} × the bound)`;
  const rows = [
    ["buffers", String(buffers.length)],
    ["lower bound", `${lowerBound} bytes`],
    ["peak", `${peak} bytes${ratio}`],
    ["proof", proof === undefined ? "none that it is optimal" : PROOFS[proof]],
    ["method", nodes === 0 ? method : `${method}, ${nodes} nodes`],
  ];
  return renderTable([{ title: "" }, { title: "" }], rows);
}
