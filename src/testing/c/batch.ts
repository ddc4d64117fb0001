/** Many modules in one C file, so that the compiler starts once for all of them. */
import { rewrite } from "../../ir/core/rewrite.js";
import { globalVar, irModule, type IRModule } from "../../ir/module.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { Diagnostics } from "../../support/diagnostic.js";
import type { Value } from "../../support/value.js";
import { compileC } from "../../target/c/index.js";
import { buildC, type CFunctions } from "./build.js";

/** A module whose function `entry` is called. */
export interface Entry {
  readonly module: IRModule;
  readonly entry: string;
}

/** Compiled entries, in the order they were given. */
export interface Batch {
  /** Tensors receive what is stored. Text of what went wrong, if something did. */
  run(index: number, args: readonly Value[]): string | undefined;
  close(): void;
}

/** Compiles all entries; where the compiler refuses, finds out which of them it is. */
export function buildBatch(
  entries: readonly Entry[],
  compiler: string,
  flags: readonly string[],
): Batch {
  const built: CFunctions[] = [];
  const ways = compile([...entries.keys()]);
  return {
    run: (index, args) => ways.get(index)!(args),
    close: () => built.forEach((b) => b.close()),
  };

  function compile(
    chosen: readonly number[],
  ): Map<number, (args: readonly Value[]) => string | undefined> {
    try {
      const made = build(entries, chosen, compiler, flags);
      built.push(made);
      return new Map(
        chosen.map((k) => [k, (args) => made.run(nameOf(k, entries[k]!.entry), args).problem]),
      );
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (chosen.length <= 1) return new Map(chosen.map((k) => [k, () => reason]));
      const half = chosen.length >> 1;
      return new Map([...compile(chosen.slice(0, half)), ...compile(chosen.slice(half))]);
    }
  }
}

const nameOf = (index: number, name: string): string => `p${index}_${name}`;

function build(
  entries: readonly Entry[],
  chosen: readonly number[],
  compiler: string,
  flags: readonly string[],
): CFunctions {
  const functions = chosen.flatMap((k) => renamed(entries[k]!.module, (name) => nameOf(k, name)));
  const sink = new Diagnostics();
  const compiled = compileC(irModule(new Map(functions)), sink);
  if (compiled === undefined)
    throw new Error(sink.all.map((d) => `${d.code} ${d.message}`).join("; "));
  const names = chosen.map((k) => nameOf(k, entries[k]!.entry));
  return buildC(compiled, names, compiler, flags);
}

/** The functions of a module under other names. */
function renamed(module: IRModule, of: (name: string) => string): [string, PrimFunc][] {
  return [...module.functions].map(([name, func]) => [
    of(name),
    {
      ...rewrite(func as PrimFunc, (n) => {
        if (n.kind === "ir.GlobalVar") return globalVar(of(n.name));
        const callee = n.kind === "tir.Call" ? n.args[0] : undefined;
        if (n.kind !== "tir.Call" || callee?.kind !== "tir.StringImm") return n;
        if (!module.functions.has(callee.value)) return n;
        return { ...n, args: [{ ...callee, value: of(callee.value) }, ...n.args.slice(1)] };
      }),
      name: of(name),
    },
  ]);
}
