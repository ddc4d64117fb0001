/**
 * `npm run conformance -- DIR [--suite NAME] [--only TEXT] [--limit N] [--list] [--json] [--tvm PYTHON] [--mutate N]`
 *
 * Reads the programs of a corpus (`DIR/<suite>.jsonl` names the files): parse, print, parse, compare. `--tvm` asks an
 * installed Apache TVM whether the `tvm-0.27` print means the same as the original; `--mutate` changes one token of N
 * programs and expects the IR to change or a diagnostic.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { scriptOptions } from "./script-options.js";
import { compareWithTvm } from "./conformance/tvm.js";
import { mutate } from "./conformance/mutate.js";
import { roundtripText, type RoundTrip } from "../src/driver/roundtrip.js";
import { isRefusal } from "../src/syntax/index.js";

/** One line of a suite's index. */
export interface Row {
  readonly suite: string;
  readonly file: string;
  readonly kind: string;
  readonly self_contained: boolean;
  readonly in_raises_context: boolean;
  readonly py_consts: Readonly<Record<string, unknown>>;
}

const KINDS = new Set(["module", "prim_func", "relax_function"]);

/** Names of the GPU tile dialect, which are read and printed as opaque calls. */
const TILES =
  /\b(?:Tx|T\.(?:ptx\w*|cuda|nki|nvshmem|metal|webgpu|cta\w*|tile|s_tir|thread_id\w*|lane_id|warp_id\w*|wg_id|warpgroup\w*|cluster\w*|kernel|warp|thread|world|TileLayout|ComposeLayout|SwizzleLayout|SMEMPool|PoolAllocator|TMEM\w*|smem|tmem|alloc_shared|alloc_local|alloc_tcgen05\w*|device_entry|meta_class|jit|constexpr|S\[|simdgroup\w*|make_filled_simdgroup_matrix|ptx_legacy|TensorMap|buffer_var))\b/;

interface Outcome extends RoundTrip {
  readonly row: Row;
  readonly text: string;
  readonly tile: boolean;
  readonly refused: string | undefined;
}

const usage =
  "npm run conformance -- DIR [--suite NAME] [--only WORD] [--limit N] [--list] [--tvm PYTHON] [--mutate N] [--seed N] [--json]";
const { values, positionals } = scriptOptions(usage, {
  suite: { type: "string" },
  only: { type: "string" },
  limit: { type: "string" },
  list: { type: "boolean" },
  json: { type: "boolean" },
  tvm: { type: "string" },
  mutate: { type: "string" },
  seed: { type: "string", default: "1" },
});
const dir = positionals[0];
if (dir === undefined || !existsSync(dir)) {
  console.error(usage);
  process.exit(2);
}

const suites = readdirSync(dir)
  .filter((name) => name.endsWith(".jsonl"))
  .map((name) => name.slice(0, -6))
  .filter((name) => values.suite === undefined || values.suite === name);
const programs = suites.flatMap((suite) => readSuite(dir, suite));

if (values.mutate !== undefined)
  process.exitCode = mutate(
    programs,
    Number(values.mutate),
    Number(values.seed),
    values.list ?? false,
  );
else {
  const outcomes = programs.map(({ row, text }) => run(row, text));
  report(outcomes);
  if (values.tvm !== undefined) await compareWithTvm(values.tvm, outcomes, values.list ?? false);
}

function readSuite(folder: string, suite: string): { row: Row; text: string }[] {
  let rows = readFileSync(join(folder, `${suite}.jsonl`), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row)
    .filter((row) => KINDS.has(row.kind) && row.self_contained && !row.in_raises_context)
    .filter((row) => values.only === undefined || row.file.includes(values.only));
  if (values.limit !== undefined) {
    const step = Math.max(1, Math.floor(rows.length / Number(values.limit)));
    rows = rows.filter((_, i) => i % step === 0);
  }
  // The first line of each file is the extractor's own.
  return rows.map((row) => ({
    row,
    text: readFileSync(join(folder, row.file), "utf8").replace(/^.*\n/, ""),
  }));
}

function run(row: Row, text: string): Outcome {
  const result = roundtripText({ name: row.file, text }, { dialect: "native" });
  const codes = result.diagnostics.filter((d) => d.severity === "error").map((d) => d.code);
  const refused = codes.find((code) => isRefusal(code));
  return { ...result, row, text, tile: TILES.test(text), refused };
}

function report(outcomes: readonly Outcome[]): void {
  const rate = (part: number, whole: number): string =>
    whole === 0 ? "-" : `${((100 * part) / whole).toFixed(2)} %`;
  const rows: Record<string, unknown>[] = [];
  for (const suite of suites) {
    for (const tile of [false, true]) {
      const all = outcomes.filter((o) => o.row.suite === suite && o.tile === tile);
      if (all.length === 0) continue;
      const right = (o: Outcome): boolean =>
        (o.parsed && o.equal && o.stable) || o.refused !== undefined;
      rows.push({
        suite: tile ? `${suite} (GPU tiles)` : suite,
        programs: all.length,
        parsed: all.filter((o) => o.parsed).length,
        equal: all.filter((o) => o.equal).length,
        stable: all.filter((o) => o.stable).length,
        refused: all.filter((o) => o.refused !== undefined).length,
        right: rate(all.filter(right).length, all.length),
      });
    }
  }
  if (values.json) for (const row of rows) console.log(JSON.stringify(row));
  else console.table(rows);
  const reasons = new Map<string, string[]>();
  for (const o of outcomes) {
    if (o.parsed && o.equal && o.stable) continue;
    const errors = o.diagnostics.filter((d) => d.severity === "error");
    const reason = !o.parsed
      ? `${errors[0]?.code} ${errors[0]?.message}`
      : !o.equal
        ? `different: ${o.difference ?? ""}`
        : "unstable print";
    const key = `${o.row.suite} ${o.tile ? "(tiles) " : ""}${o.refused ? "refused " : ""}${reason.slice(0, 110)}`;
    reasons.set(key, [...(reasons.get(key) ?? []), o.row.file]);
  }
  for (const [reason, files] of [...reasons].sort((a, b) => b[1].length - a[1].length)) {
    if (!values.json) console.log(`${String(files.length).padStart(5)}  ${reason}`);
    if (values.list) for (const file of files) console.log(`         ${file}`);
  }
}
