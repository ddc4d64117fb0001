/** Many modules compiled as one, so that a compiler starts once for all of them. */
import { rewrite } from "../ir/core/rewrite.js";
import { globalVar, irModule, type IRModule } from "../ir/module.js";
import type { PrimFunc } from "../ir/tir/function.js";
import type { Value } from "../support/value.js";

/** A module whose function `entry` is called. */
export interface Entry {
  readonly module: IRModule;
  readonly entry: string;
}

/** What a compiler makes of a module. */
export interface Compiled {
  /** Tensors receive what is stored. Text of what went wrong, if something did. */
  run(name: string, args: readonly Value[]): string | undefined;
  close(): void;
}

/** Compiled entries, in the order they were given. */
export interface Batch {
  run(index: number, args: readonly Value[]): string | undefined;
  close(): void;
}

/** Compiles all entries together; where that throws, finds out which of them it is, and they give its text. */
export function compileBatch(
  entries: readonly Entry[],
  compile: (module: IRModule, names: readonly string[]) => Compiled,
): Batch {
  const done: Compiled[] = [];
  const of = new Map<number, Compiled | string>();
  const nameOf = (k: number, name = entries[k]!.entry): string => `p${k}_${name}`;
  const add = (chosen: readonly number[]): void => {
    try {
      const functions = chosen.flatMap((k) => renamed(entries[k]!.module, (n) => nameOf(k, n)));
      const made = compile(irModule(new Map(functions)), chosen.map((k) => nameOf(k))); // prettier-ignore
      done.push(made);
      for (const k of chosen) of.set(k, made);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (chosen.length <= 1) return chosen.forEach((k) => of.set(k, reason));
      const half = chosen.length >> 1;
      add(chosen.slice(0, half));
      add(chosen.slice(half));
    }
  };
  add([...entries.keys()]);
  return {
    run(index, args) {
      const made = of.get(index)!;
      return typeof made === "string" ? made : made.run(nameOf(index), args);
    },
    close: () => done.forEach((made) => made.close()),
  };
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
