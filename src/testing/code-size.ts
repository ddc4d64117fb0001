/** How much code a program becomes: counts, which do not depend on the machine that builds it. */
import { prepareFor } from "../driver/optimise.js";
import { checkText } from "../driver/frontend.js";
import { guardLookup, type EntryGuard } from "../driver/guards.js";
import { wholeFunctions } from "../driver/whole-functions.js";
import { visit } from "../ir/core/visit.js";
import { Diagnostics } from "../support/diagnostic.js";
import type { Source } from "../support/source.js";
import { parseTarget } from "../support/target-description.js";
import { compileLlvm, machineOf } from "../target/llvm/index.js";
import { isStmt } from "../transform/tir/bounded-walk.js";

/** What a build for native code goes through. */
export interface CodeSize {
  /** Loop functions, after those that can be shared are. */
  readonly functions: number;
  /** Statements of them, before loops are lowered. */
  readonly statements: number;
  /** Lines of LLVM IR. */
  readonly lines: number;
}

/** Counts what a program becomes for a target such as `llvm -mcpu=icelake-server`; throws where it has mistakes. */
export async function codeSizeOf(program: Source, target: string): Promise<CodeSize> {
  const sink = new Diagnostics();
  const read = parseTarget(target);
  if (!("target" in read)) throw new Error(read.problem);
  const { module: given } = checkText(program);
  const guards = new Map<string, readonly EntryGuard[]>();
  const module = await prepareFor("llvm", given, sink, { target, guards });
  const whole = module && wholeFunctions(module).module;
  const code =
    whole &&
    compileLlvm(whole, sink, {
      machine: machineOf(read.target, LLVM_VERSION),
      guards: guardLookup(module, guards),
    });
  if (code === undefined) throw new Error(sink.all.map((d) => d.message).join("; "));
  let statements = 0;
  const loops = [...whole!.functions.values()].filter((f) => f.kind === "tir.PrimFunc");
  for (const func of loops)
    visit(func.body, { enter: (n) => void (isStmt(n) && n.kind !== "tir.Seq" && statements++) });
  return { functions: loops.length, statements, lines: code.text.split("\n").length };
}

/** Its spelling is the longest. */
const LLVM_VERSION = 14;
