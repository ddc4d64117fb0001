/** Which parameters a T function may store to. */
import { visit } from "../../../ir/core/visit.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import type { Call, CallGlobal, Var } from "../../../ir/tir/expr.js";

const known = new WeakMap<PrimFunc, readonly number[]>();

/**
 * Positions of the parameters whose memory is stored to, or is handed to something that may. Loads are the only use that
 * certainly stores nothing.
 */
export function storedParams(func: PrimFunc): readonly number[] {
  const before = known.get(func);
  if (before !== undefined) return before;
  const owners = new Map<Var, number>();
  func.params.forEach(({ var: v, buffer }, i) => {
    if (v.dtype.code === "handle") owners.set(v, i);
    if (buffer !== undefined) owners.set(buffer.data, i);
  });
  const stored = new Set<number>();
  const note = (v: Var): void => {
    const owner = owners.get(v);
    if (owner !== undefined) stored.add(owner);
  };
  visit(func.body, {
    enter(node) {
      if (node.kind === "tir.Store") note(node.buffer.data);
      else if (node.kind === "tir.Call" || node.kind === "tir.CallGlobal") {
        for (const arg of node.args) {
          if (arg.kind === "tir.Buffer") note(arg.data);
          else if (arg.kind === "tir.BufferRegion") note(arg.buffer.data);
          else if (arg.kind === "tir.Load" && takesAddress(node)) note(arg.buffer.data);
          else if (arg.kind === "tir.Var") note(arg);
        }
      }
    },
  });
  const found = [...stored];
  known.set(func, found);
  return found;
}

/** Whether an element as an operand means its place, not its value. */
const takesAddress = (node: Call | CallGlobal): boolean =>
  node.kind === "tir.CallGlobal" || node.op === "address_of";
