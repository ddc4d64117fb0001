/** Device IR on the processor at hand: kernels and the C bodies of their intrinsics as one library. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { interpret } from "../interp/index.js";
import { irModule } from "../ir/module.js";
import type { PrimFunc } from "../ir/tir/function.js";
import { foreign, type ForeignLibrary } from "../native/foreign.js";
import { compileIr } from "../native/llvm/compile.js";
import { Diagnostics } from "../support/diagnostic.js";
import { isFloat } from "../support/dtype.js";
import { tensorValue, type Value } from "../support/value.js";
import type { Fabric } from "../target/cgra/index.js";
import { deviceIr } from "../target/cgra/llvm/emit.js";
import { HEADER_NAME, intrinsicsHeader } from "../target/cgra/llvm/header.js";
import type { Compiled } from "./batch.js";
import { firstDifference } from "./fuzz/wasm.js";

const C_FLAGS = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O1", "-ffp-contract=off", "-fPIC", "-shared"]; // prettier-ignore

/** The text of kernels; throws what keeps one out. */
export function deviceText(
  kernels: readonly PrimFunc[],
  fabric: Fabric,
  pointers?: "typed" | "opaque",
): string {
  const sink = new Diagnostics();
  const text = deviceIr(kernels, fabric, sink, pointers && { pointers });
  if (text === undefined) throw new Error(sink.all.map((d) => d.message).join("\n"));
  return text;
}

const OLDEST_LLVM = 10;
const NEWEST_LLVM = 24;
/** The last version whose pointers have types. */
const LAST_TYPED = 14;

/** Versions of LLVM whose tools are installed. */
export const installedLlvm = (): readonly number[] =>
  Array.from({ length: NEWEST_LLVM - OLDEST_LLVM + 1 }, (_, k) => OLDEST_LLVM + k).filter((v) =>
    ["opt", "llc"].every((tool) => spawnSync(`${tool}-${v}`, ["--version"]).status === 0),
  );

const spellingOf = (version: number) => (version <= LAST_TYPED ? "typed" : "opaque");

/** What is wrong with a text, as the tools of a version say; undefined when they read it. */
export function misreading(version: number, text: string): string | undefined {
  const words = ["-passes=verify", "-disable-output", "-"];
  const { status, stderr } = spawnSync(`opt-${version}`, words, { input: text, encoding: "utf8" });
  return status === 0 ? undefined : stderr;
}

/** Object code by the tools of a version. */
function compileWith(version: number, text: string, dir: string): void {
  const run = (tool: string, words: readonly string[]): void => {
    execFileSync(`${tool}-${version}`, words, { cwd: dir, stdio: ["ignore", "ignore", "pipe"] });
  };
  writeFileSync(join(dir, "kernels.ll"), text);
  run("opt", ["-passes=default<O2>", "-o", "kernels.bc", "kernels.ll"]);
  run("llc", ["-O2", "-filetype=obj", "-relocation-model=pic", "-mcpu=x86-64-v2", "-o", "kernels.o", "kernels.bc"]); // prettier-ignore
}

/** Compiles kernels as device IR in a folder and loads them; by the library unless a version is given. */
export function nativeKernels(
  kernels: readonly PrimFunc[],
  fabric: Fabric,
  dir: string,
  version?: number,
): Pick<Compiled, "run"> {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, HEADER_NAME), intrinsicsHeader());
  const c = `#define RELAX_CGRA_EXTERN\n#include "${HEADER_NAME}"\n`;
  writeFileSync(join(dir, "intrinsics.c"), c);
  if (version !== undefined)
    compileWith(version, deviceText(kernels, fabric, spellingOf(version)), dir);
  else {
    const options = { processor: "x86-64-v2", passes: "default<O1>" };
    writeFileSync(join(dir, "kernels.o"), compileIr(deviceText(kernels, fabric), options));
  }
  execFileSync("gcc", [...C_FLAGS, "-o", "kernels.so", "intrinsics.c", "kernels.o", "-lm"], { cwd: dir }); // prettier-ignore
  const library = foreign().load(resolve(dir, "kernels.so"));
  return {
    run(name, args) {
      call(
        library,
        kernels.find((k) => k.name === name)!,
        args,
      );
      return undefined;
    },
  };
}

function call(library: ForeignLibrary, func: PrimFunc, args: readonly Value[]): void {
  const types = func.params.map(({ var: v, buffer }) =>
    buffer !== undefined ? "void *" : isFloat(v.dtype) ? "float" : "int32_t",
  );
  const given = args.map((v) => {
    if (v.kind === "tensor") return v.data.bytes;
    return v.kind === "int" || v.kind === "float" ? Number(v.value) : undefined;
  });
  library.func(`void ${func.name}(${types.join(", ")})`)(...given);
}

const MOST_STEPS = 20_000_000;

/** Runs a kernel by the interpreter and otherwise, on equal arguments; text of the first difference. */
export function kernelDifference(
  func: PrimFunc,
  args: readonly Value[],
  run: (args: readonly Value[]) => string | undefined,
): string | undefined {
  const own = args.map((v) =>
    v.kind === "tensor" ? tensorValue({ ...v.data, bytes: v.data.bytes.slice() }) : v,
  );
  const module = irModule(new Map([[func.name, func]]));
  const outcome = interpret(module, func.name, args, { stepLimit: MOST_STEPS });
  if (!outcome.ok) return `interpreter: ${outcome.diagnostic.message}`;
  return run(own) ?? firstDifference(args, own);
}
