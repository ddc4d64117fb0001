/** Which loops threads may share, and what each of them then needs for itself. */
import { visit } from "../ir/core/visit.js";
import type { Var } from "../ir/tir/expr.js";
import type { Alloc, For, Stmt } from "../ir/tir/stmt.js";

/** Parallel loops that end where they stand. */
export const isShared = (s: For): boolean =>
  s.loopKind === "parallel" && s.step === undefined && !leavesFunction(s.body);

function leavesFunction(body: Stmt): boolean {
  let found = false;
  let depth = 0;
  visit(body, {
    enter(node) {
      if (node.kind === "tir.For" || node.kind === "tir.While") depth++;
      if (node.kind === "tir.Return" || (node.kind === "tir.Jump" && depth === 0)) found = true;
      if (node.kind === "tir.Call" && node.op === "ret") found = true;
      // Values do not leave.
      return found || node.kind === "tir.Store" || node.kind === "tir.Bind" ? false : undefined;
    },
    leave(node) {
      if (node.kind === "tir.For" || node.kind === "tir.While") depth--;
    },
  });
  return found;
}

/**
 * Buffers in registers that are used in one parallel loop only, by that loop: each part of the loop has its own, wherever
 * they are allocated.
 */
export function privateBuffers(body: Stmt): ReadonlyMap<For, readonly Alloc[]> {
  const homes = new Map<Var, For | undefined>();
  const allocs: Alloc[] = [];
  let loop: For | undefined;
  const note = (v: Var): void => {
    if (homes.has(v) && homes.get(v) !== loop) homes.set(v, undefined);
    else homes.set(v, loop);
  };
  visit(body, {
    enter(node) {
      if (node.kind === "tir.For" && loop === undefined && isShared(node)) loop = node;
      if (node.kind === "tir.Alloc") allocs.push(node);
      else if (node.kind === "tir.Load" || node.kind === "tir.Store") note(node.buffer.data);
      else if (node.kind === "tir.Decl") note(node.buffer.data);
      else if (node.kind === "tir.Call" || node.kind === "tir.CallGlobal")
        for (const arg of node.args) {
          if (arg.kind === "tir.Buffer") note(arg.data);
          if (arg.kind === "tir.BufferRegion") note(arg.buffer.data);
        }
    },
    leave(node) {
      if (node === loop) loop = undefined;
    },
  });
  const found = new Map<For, Alloc[]>();
  for (const alloc of allocs) {
    const home = alloc.buffer.scope === "local" ? homes.get(alloc.buffer.data) : undefined;
    if (home !== undefined) found.set(home, [...(found.get(home) ?? []), alloc]);
  }
  return found;
}
