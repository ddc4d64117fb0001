/** Signatures that stand by themselves. */
import { plainSymbols } from "../../../analysis/relax/info.js";
import type { Func } from "../../../ir/relax/expr.js";
import { erase, hiding, symbolsOfInfo } from "../../../op/deduce/index.js";

/** The function with a return type that mentions symbols of its parameters only. */
export function withOwnReturn(func: Func): Func {
  const own = new Set(func.params.flatMap((p) => (p.sinfo === undefined ? [] : plainSymbols(p.sinfo)))); // prettier-ignore
  const foreign = new Set([...symbolsOfInfo(func.retSinfo)].filter((s) => !own.has(s)));
  const retSinfo = erase(func.retSinfo, hiding(foreign, new Set()));
  return retSinfo === func.retSinfo ? func : { ...func, retSinfo };
}
