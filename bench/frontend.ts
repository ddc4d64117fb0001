/**
 * The front end on a generated module: lines per second of each stage, with Apache TVM (when the peers' Python is set
 * up, `npm run bench:setup`) and `mlir-opt` (when installed) in the same run. TVM gets a shorter module of the same
 * generator, since it parses about a thousand lines a second.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { File } from "../grammar/ast/nodes.js";
import { parseText, printFile } from "../grammar/index.js";
import { readModule } from "../src/driver/frontend.js";
import { structuralEqual } from "../src/ir/core/equal.js";
import type { IRModule } from "../src/ir/module.js";
import { Diagnostics } from "../src/support/diagnostic.js";
import { printModule } from "../src/syntax/index.js";
import { generateModule } from "./generate-module.js";
import { collect, measure, rowOf, type BenchRow } from "./measure.js";

const LINES = 50_000;
const RUNS = 6;
const PEER_LINES = 2_000;

export async function run(): Promise<BenchRow[]> {
  const text = generateModule(LINES, 1);
  const lines = text.split("\n").length;
  const source = { name: "generated.relax", text };
  const { failed, diagnostics } = readModule(source);
  if (failed)
    throw new Error(
      `the generated module does not read: ${diagnostics[0]?.code} ${diagnostics[0]?.message}`,
    );
  // Each case holds only what it needs: a heap full of another case's trees makes collections slower.
  const rate = (work: () => unknown): number => {
    collect();
    return lines / measure(work, RUNS).seconds;
  };
  const read = (): IRModule => readModule({ ...source }).module;
  const show = (module: IRModule): string => printModule(module, { dialect: "native" });
  const printing = (module: IRModule): number => rate(() => show(module));
  const comparing = (a: IRModule, b: IRModule): number => rate(() => structuralEqual(a, b));
  const formatting = (file: File): number => rate(() => printFile(file));
  const toAst = rate(() => parseText({ ...source }, new Diagnostics()));
  const toIr = rate(read);
  const print = printing(read());
  const format = formatting(parseText(source, new Diagnostics()));
  const equal = comparing(read(), read());
  const both = rate(() => show(read()));
  const tvm = peerTvm();
  const mlir = peerMlir();
  const unit = "lines/s";
  return [
    rowOf("frontend", "text to AST", unit, toAst),
    rowOf("frontend", "text to IR", unit, toIr, tvm?.parse, "TVM 0.27 parse"),
    rowOf("frontend", "IR to text", unit, print, tvm?.print, "TVM 0.27 print"),
    rowOf("frontend", "format (AST to text)", unit, format),
    rowOf("frontend", "structural equality", unit, equal, tvm?.equal, "TVM 0.27 structural_equal"),
    rowOf(
      "frontend",
      "text to IR to text",
      unit,
      both,
      tvm && 1 / (1 / tvm.parse + 1 / tvm.print),
      "TVM 0.27 parse and print",
    ),
    ...(mlir === undefined
      ? []
      : [
          rowOf(
            "frontend",
            "text to IR to text, other text",
            unit,
            both,
            mlir,
            "mlir-opt parse and print",
          ),
        ]),
  ];
}

interface Rates {
  readonly parse: number;
  readonly print: number;
  readonly equal: number;
}

const PEER_SCRIPT = `
import json, sys, time, warnings
warnings.simplefilter("ignore")
from tvm.script.parser.core import entry
try:
    from tvm.ir import structural_equal
except ImportError:
    from tvm_ffi import structural_equal
text = sys.stdin.read()
lines = text.count("\\n")
base = entry._default_globals()
def cpu(work):
    best = 1e9
    for _ in range(2):
        t = time.process_time(); out = work(); best = min(best, time.process_time() - t)
    return lines / best, out
parse, mod = cpu(lambda: entry.parse(text, dict(base), check_well_formed=False))
show, script = cpu(lambda: mod.script())
lines_out = script.count("\\n")
other = entry.parse(text, dict(base), check_well_formed=False)
equal, _ = cpu(lambda: structural_equal(mod, other))
print(json.dumps({"parse": parse, "print": show * lines_out / lines, "equal": equal}))
`;

/** Rates of TVM on a module of the same generator, or undefined when the peer is not installed. */
function peerTvm(): Rates | undefined {
  const python = process.env.RELAXC_PEER_PYTHON ?? join(".cache", "peers", "bin", "python");
  if (!existsSync(python)) return undefined;
  const { module } = readModule({ name: "peer.relax", text: generateModule(PEER_LINES, 1) });
  const input = printModule(module, { dialect: "tvm-0.27" });
  const child = spawnSync(python, ["-c", PEER_SCRIPT], {
    input,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (child.status !== 0) {
    console.error(`the peer failed: ${child.stderr.trim().split("\n").at(-1) ?? ""}`);
    return undefined;
  }
  return JSON.parse(child.stdout.trim().split("\n").at(-1)!) as Rates;
}

/** Rate of mlir-opt on a module of loops of about the same number of lines. */
function peerMlir(): number | undefined {
  const found = ["mlir-opt", "mlir-opt-19", "mlir-opt-16", "mlir-opt-15", "mlir-opt-14"].find(
    (name) => spawnSync(name, ["--version"]).status === 0,
  );
  if (found === undefined) return undefined;
  const body = (
    i: number,
  ): string => `  func.func @f${i}(%a: memref<?x128xf32>, %b: memref<?x128xf32>, %n: index) {
    affine.for %i = 0 to %n {
      affine.for %j = 0 to 128 {
        %x = affine.load %a[%i, %j] : memref<?x128xf32>
        %y = arith.mulf %x, %x : f32
        %z = arith.addf %y, %x : f32
        affine.store %z, %b[%i, %j] : memref<?x128xf32>
      }
    }
    return
  }`;
  const text = `module {\n${Array.from({ length: LINES / 11 }, (_, i) => body(i)).join("\n")}\n}\n`;
  const time = (input: string): number => {
    const start = process.hrtime.bigint();
    spawnSync(found, ["-", "-o", "/dev/null"], { input });
    return Number(process.hrtime.bigint() - start) / 1e9;
  };
  const empty = Math.min(time("module {}"), time("module {}"));
  return text.split("\n").length / Math.max(1e-3, Math.min(time(text), time(text)) - empty);
}
