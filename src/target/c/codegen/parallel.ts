/** Loops that threads share, where the compiler has OpenMP. */
import { visit } from "../../../ir/core/visit.js";
import type { For } from "../../../ir/tir/stmt.js";
import { isShared } from "../../parallel-loops.js";
import { bytesOnStack } from "./alloc.js";
import type { FunctionContext } from "./context.js";
import { hasWord } from "./lines.js";

/**
 * Marks a loop that threads may share, the outermost one. Not shared are loops that may stop the program, and those whose
 * iterations take parts of the memory that the caller gives: all would take the same.
 */
export function emitMarked(cx: FunctionContext, s: For, emit: () => void): void {
  if (cx.isShared || !isShared(s)) return emit();
  cx.isShared = true;
  const { lines } = cx.lines.capture(emit, 0);
  cx.isShared = false;
  const own = ownNames(cx, s);
  if (own !== undefined && !takesMemory(cx, s) && !hasWord(lines, "return")) {
    const macro = cx.shared.routine("RX_PARALLEL", () => MACRO);
    cx.lines.add(`${macro}(${own.length > 0 ? `firstprivate(${own.join(", ")})` : ""})`);
  }
  cx.lines.put(lines);
}

const MACRO = `/* Loops that threads share, where the compiler has OpenMP. */
#if defined(_OPENMP) && !defined(RX_NO_THREADS)
#define RX_PRAGMA(text) _Pragma(#text)
#define RX_PARALLEL(clauses) RX_PRAGMA(omp parallel for clauses)
#else
#define RX_PARALLEL(clauses)
#endif`;

/** Variables and arrays from before the loop that each thread has for itself; undefined when one is no such thing. */
function ownNames(cx: FunctionContext, s: For): string[] | undefined {
  const names: string[] = [];
  for (const { buffer } of cx.privates.get(s) ?? []) {
    const isVariable = cx.variables.has(buffer);
    if (!isVariable && bytesOnStack(buffer) === undefined) return undefined;
    const name = isVariable ? cx.variables.get(buffer) : cx.pointers.get(buffer.data)?.name;
    if (name !== undefined && !isInside(s, buffer)) names.push(name);
  }
  return names;
}

/** Whether a buffer is allocated in the loop. */
function isInside(s: For, buffer: object): boolean {
  let found = false;
  visit(s.body, {
    enter(node) {
      if (node.kind === "tir.Alloc" && node.buffer === buffer) found = true;
      return found ? false : undefined;
    },
  });
  return found;
}

function takesMemory(cx: FunctionContext, s: For): boolean {
  let found = false;
  visit(s.body, {
    enter(node) {
      if (node.kind === "tir.Alloc" || node.kind === "tir.Decl") {
        const { buffer } = node;
        const isAlias = node.kind === "tir.Decl" && cx.pointers.get(buffer.data) !== undefined;
        if (!isAlias && !cx.variables.has(buffer) && bytesOnStack(buffer) === undefined)
          found = true;
      }
      return found ? false : undefined;
    },
  });
  return found;
}
