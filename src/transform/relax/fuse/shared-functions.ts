/** Functions that a pass adds to a module; equal ones are added once. */
import { structuralEqual } from "../../../ir/core/equal.js";
import { structuralHash } from "../../../ir/core/hash.js";
import type { BaseFunc, IRModule } from "../../../ir/module.js";
import type { Func } from "../../../ir/relax/expr.js";
import type { FuncInfo } from "../../../ir/relax/struct-info.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import { signatureOf } from "../../../op/deduce/index.js";

type Named = Func | PrimFunc;

/** Collects functions by structure and gives them names that the module does not have. */
export class SharedFunctions {
  readonly added = new Map<string, BaseFunc>();
  private readonly byHash = new Map<string, Named[]>();
  private readonly next = new Map<string, number>();

  constructor(private readonly module: IRModule) {}

  /** The name of the function, or of one that is equal to it. */
  nameOf(func: Named): string {
    const hash = structuralHash(func);
    const alike = this.byHash.get(hash) ?? [];
    const same = alike.find((f) => structuralEqual(f, func));
    if (same !== undefined) return same.name;
    const name = this.fresh(func.name);
    const named = { ...func, name };
    this.byHash.set(hash, [...alike, named]);
    this.added.set(name, named);
    return name;
  }

  /** The type of a function that was added. */
  signatureOf(name: string): FuncInfo | undefined {
    const func = this.added.get(name);
    return func && signatureOf(func);
  }

  private fresh(hint: string): string {
    let count = this.next.get(hint) ?? 0;
    const taken = (name: string): boolean =>
      this.module.functions.has(name) || this.added.has(name);
    let name = count === 0 ? hint : `${hint}_${count}`;
    while (taken(name)) name = `${hint}_${++count}`;
    this.next.set(hint, count + 1);
    return name;
  }
}
