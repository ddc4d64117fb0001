import { buildFor } from "../../driver/build.js";
import { cNameOf } from "../../driver/c-name.js";
import { checkText } from "../../driver/frontend.js";
import type { EntryGuard } from "../../driver/guards.js";
import { explainBuild, prepareFor } from "../../driver/optimise.js";
import { phasesFrom, phasesText } from "../../driver/phases.js";
import { artefactBytes } from "../../driver/run.js";
import { Diagnostics } from "../../support/diagnostic.js";
import { defineCommand } from "../command.js";
import { inputFlags, libraryFlags, programFlags } from "../common-flags.js";
import { inputOf, librariesOf } from "../inputs.js";
import { elaborateOptions } from "../program-options.js";
import { checkOutputName, isLibraryName, libraryFiles } from "../native-library.js";
import { chosenTarget } from "../target.js";
import { fabricFlag, siteOf } from "../fabric.js";
import { kernelLimits, mapFlags } from "../map-limits.js";
import { version } from "../version.js";

export const build = defineCommand({
  name: "build",
  summary: "Compiles a program to an artefact that runs without its text.",
  description:
    "The artefact holds bytecode, WebAssembly or native kernels, constants and signatures. The same text gives the same bytes.",
  args: [{ name: "FILE", help: "a .relax file, or - for standard input" }],
  flags: {
    ...inputFlags,
    ...programFlags,
    ...libraryFlags,
    target: {
      type: "string",
      placeholder: "TARGET",
      default: "wasm",
      help: "What it is compiled for: `wasm`, `llvm`, `llvm -mcpu=haswell`, `llvm -accuracy=relaxed`, `c`, `cgra` (C for the host and images for a fabric).",
    },
    executor: {
      type: "choice",
      choices: ["vm", "graph"],
      default: "vm",
      only: ["wasm", "llvm"],
      help: "What is to run it; `graph` adds fixed lists of kernel calls; every public function must have one or be part of one.",
    },
    out: {
      type: "string",
      short: "o",
      placeholder: "FILE",
      help: "Where the artefact goes (default: FILE with .rxe); for C and fabrics, a folder; for `llvm`, `.o` and `.so` give code with a C header.",
    },
    fabric: { ...fabricFlag, only: ["cgra"] },
    ...mapFlags,
    noFallback: {
      type: "boolean",
      only: ["cgra"],
      help: "Leave out the host's versions of what the fabric runs; what it cannot run is an error.",
    },
    noFma: { type: "boolean", help: "Round products before they are added (native code)." },
    integerOnly: {
      type: "boolean",
      only: ["c", "cgra"],
      help: "Refuse programs that compute with floats.",
    },
    staticMemory: {
      type: "boolean",
      only: ["c", "cgra"],
      help: "Keep the memory of models of fixed size in the program.",
    },
    explain: {
      type: "boolean",
      help: "Build nothing; tell for each operator which template lowers it, and why.",
    },
    noSimd: { type: "boolean", help: "Use no vector instructions." },
    timing: {
      type: "choice",
      choices: ["text", "json"],
      help: "Tell how long each pass and each part of code generation took.",
    },
    strip: {
      type: "boolean",
      only: ["wasm", "llvm"],
      help: "Leave the program text out; messages then name no place.",
    },
  },
  examples: [
    {
      run: "relaxc build samples/01-matmul-relu.relax -o matmul.rxe",
      shows: "An artefact for any sizes",
    },
    {
      run: "relaxc build samples/01-matmul-relu.relax --target llvm --explain",
      shows: "Which template lowers each operator, and why not another",
    },
    {
      run: "relaxc build samples/01-matmul-relu.relax --target llvm -o matmul.rxe",
      shows: "Native code for this machine",
    },
    {
      run: "relaxc build samples/01-matmul-relu.relax --timing text",
      shows: "What the time of a build goes into",
    },
    {
      run: "relaxc build samples/01-matmul-relu.relax --target llvm -o matmul.so",
      shows: "A shared library with a header, for programs in C",
    },
    {
      run: "relaxc build samples/01-matmul-relu.relax --target 'llvm -mtriple=aarch64-linux-gnu' -o matmul.o",
      shows: "Code for another machine",
    },
    {
      run: "relaxc build samples/01-matmul-relu.relax --target c -o matmul_c",
      shows: "A folder with C99, a header, a Makefile and a test driver",
    },
    {
      run: "relaxc build samples/cgra/gemm.relax --target cgra -o gemm_cgra",
      shows: "The same with images for a fabric and its simulator as driver",
    },
  ],
  diagnosticsTo: "stderr",
  async run({ host, args, flags, report, complain, say, out }) {
    // A host without floating point has no vectors.
    const vectors = !flags.noSimd && !flags.integerOnly;
    const kinds = ["wasm", "llvm", "c", "cgra"] as const;
    const asked = await chosenTarget(host, flags.target, kinds, { vectors });
    checkOutputName(flags.out, asked.kind);
    const sink = new Diagnostics();
    const site = await siteOf(asked, flags.fabric, host, sink);
    if (site === undefined) {
      complain(...sink.all);
      return "findings";
    }
    const { fabric, chosen } = site;
    const { kind, target, processor, description } = chosen;
    const input = await inputOf(host, args, flags);
    const { path } = input;
    const phases = phasesFrom(() => host.now());
    const front = checkText(await input.read(), elaborateOptions(flags));
    phases.done("front");
    report({ file: path, diagnostics: front.diagnostics });
    if (front.failed) return "findings";
    const libraries = await librariesOf(host, flags.lib);
    const guards = new Map<string, readonly EntryGuard[]>();
    const options = { libraries, target, processor, guards, onPhase: phases.done };
    if (flags.explain) {
      const text = await explainBuild(kind, front.module, sink, options);
      report({ file: path, diagnostics: sink.all });
      out(text);
      return sink.failed ? "findings" : "ok";
    }
    const module = await prepareFor(kind, front.module, sink, options);
    const write = async (file: string, bytes: Uint8Array): Promise<void> => {
      await host.writeBytes(file, bytes);
      say(`${file}: ${bytes.length} bytes\n`);
    };
    const tellTiming = (): void => {
      phases.done("rest");
      if (flags.timing === "text") say(phasesText(phases.all));
      if (flags.timing === "json") out(`${JSON.stringify({ phases: phases.all })}\n`);
    };
    if (kind === "c" || kind === "cgra") {
      const search = { ...kernelLimits(flags), now: () => host.now() };
      const fallbacks = flags.noFallback ? "none" : "all";
      const given = {
        prefix: cNameOf(path),
        guards,
        float: !flags.integerOnly,
        staticMemory: flags.staticMemory,
        simd: vectors,
        registerBits: description.vectorBits,
      };
      const { buildForC } = await import("../../driver/c-project.js");
      const forFabric = fabric && (await import("../../driver/cgra.js")).projectForCgra;
      const project =
        module &&
        (forFabric
          ? forFabric(module, sink, { ...given, fabric, search, fallbacks })
          : buildForC(module, sink, given));
      report({ file: path, diagnostics: sink.all });
      tellTiming();
      if (project === undefined) return "findings";
      const folder = flags.out ?? `${path.replace(/\.relax$/, "")}_${kind}`;
      await host.makeFolder(folder);
      if (kind === "cgra")
        for (const sub of ["drivers", "images"]) await host.makeFolder(`${folder}/${sub}`);
      for (const [name, text] of project.files) {
        const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
        await write(`${folder}/${name}`, bytes);
      }
      return "ok";
    }
    const optionsOfCode = { description, guards, fma: !flags.noFma, simd: !flags.noSimd, onPhase: phases.done }; // prettier-ignore
    if (kind === "llvm" && isLibraryName(flags.out)) {
      const { buildLibrary } = await import("../../driver/native-library.js");
      const library = module && buildLibrary(module, sink, { prefix: cNameOf(path), ...optionsOfCode }); // prettier-ignore
      report({ file: path, diagnostics: sink.all });
      tellTiming();
      if (library === undefined) return "findings";
      for (const [name, bytes] of libraryFiles(host, flags.out, library, description.triple))
        await write(name, bytes);
      return "ok";
    }
    const artefact =
      module &&
      buildFor(module, sink, {
        ...optionsOfCode,
        producer: `relaxc ${version}`,
        sources: !flags.strip,
        graph: flags.executor === "graph" ? true : undefined,
      });
    report({ file: path, diagnostics: sink.all });
    tellTiming();
    if (artefact === undefined) return "findings";
    const file = flags.out ?? `${path.replace(/\.relax$/, "")}.rxe`;
    await write(file, artefactBytes(artefact));
    return "ok";
  },
});
