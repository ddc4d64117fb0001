/** Which kernels call functions of the host. */
import { visit } from "../../../ir/core/visit.js";
import type { PrimFunc } from "../../../ir/tir/function.js";

const HOST_CALLS: ReadonlySet<string> = new Set([
  "call_extern",
  "call_pure_extern",
  "call_packed",
  "call_cpacked",
  "call_packed_lowered",
  "tvm_call_packed",
]);

/** Kernels whose run the host can notice, by name: directly, or through other kernels. */
export function hostedKernels(kernels: ReadonlyMap<string, PrimFunc>): ReadonlySet<string> {
  const callers = new Map<string, string[]>();
  const work: string[] = [];
  for (const [name, func] of kernels) {
    visit(func.body, {
      enter(n) {
        const callee = n.kind === "tir.CallGlobal" ? n.callee.name : undefined;
        if (callee !== undefined) callers.set(callee, [...(callers.get(callee) ?? []), name]);
        if (n.kind === "tir.Call" && HOST_CALLS.has(n.op)) work.push(name);
      },
    });
  }
  const hosted = new Set<string>();
  for (let name = work.pop(); name !== undefined; name = work.pop()) {
    if (hosted.has(name)) continue;
    hosted.add(name);
    work.push(...(callers.get(name) ?? []));
  }
  return hosted;
}
