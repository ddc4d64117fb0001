import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Diagnostics } from "../../support/diagnostic.js";
import { renderTable } from "../../support/table.js";
import { codes as mapCodes } from "../../target/cgra/index.js";
import { areaScript, memoryBitsOf, readArea, type ModuleArea } from "../../target/cgra/rtl/area.js";
import { rtlOf, rtlProblem } from "../../target/cgra/rtl/emit.js";
import { structureOf } from "../../target/cgra/rtl/kinds.js";
import { fabricNamed } from "../fabric.js";
import { fabricArgument, type CgraAction } from "./action.js";

export const area: CgraAction = {
  name: "area",
  args: [fabricArgument],
  summary: "cells and flip-flops of each kind of element, by Yosys",
  async run({ host, flags, report, complain, out, say }, [name = flags.fabric]) {
    const sink = new Diagnostics();
    const fabric = await fabricNamed(name, host, sink);
    report({ file: name, diagnostics: sink.all });
    if (fabric === undefined) return "findings";
    const reason =
      rtlProblem(fabric) ??
      (spawnSync("yosys", ["-V"]).status === 0 ? undefined : "yosys is not installed");
    if (reason !== undefined) {
      complain(mapCodes.noHardware({ fabric: fabric.name, reason }));
      return "findings";
    }
    const structure = structureOf(fabric);
    const { kinds } = structure;
    const dir = mkdtempSync(join(tmpdir(), "relaxc-area-"));
    const rows: string[][] = [];
    const sum = { cells: 0, flipFlops: 0, memoryBits: 0 };
    try {
      for (const [file, text] of rtlOf(fabric)) writeFileSync(join(dir, file), text);
      const modules = [...kinds.map((k) => [k.module, k.elements.length] as const), ["sequencer", 1] as const]; // prettier-ignore
      for (const [module, count] of modules) {
        say(`${module}\n`);
        const file = module === "sequencer" ? "sequencer.v" : "pe.v";
        const script = areaScript(file, module);
        const made = spawnSync("yosys", ["-p", script], { cwd: dir, encoding: "utf8", maxBuffer: 1 << 28 }); // prettier-ignore
        const found: ModuleArea | undefined = readArea(made.stdout ?? "");
        if (found === undefined) throw new Error(`yosys: ${made.stderr ?? made.error?.message}`);
        const kind = kinds.find((k) => k.module === module);
        const memoryBits = kind === undefined ? 0 : memoryBitsOf(structure, kind);
        rows.push([module, String(count), ...[found.cells, found.flipFlops, memoryBits].map(String)]); // prettier-ignore
        sum.cells += count * found.cells;
        sum.flipFlops += count * found.flipFlops;
        sum.memoryBits += count * memoryBits;
      }
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
    rows.push(["all", "", ...Object.values(sum).map(String)]);
    const right = "right" as const;
    out(
      renderTable(
        [{ title: "module" }, ...["count", "cells", "flip-flops", "memory bits"].map((title) => ({ title, align: right }))], // prettier-ignore
        rows,
      ),
    );
    return "ok";
  },
};
