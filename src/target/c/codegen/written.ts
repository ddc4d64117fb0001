/** Which memory of its parameters a function may write, and whether it takes memory of its own. */
import { visit } from "../../../ir/core/visit.js";
import type { Var } from "../../../ir/tir/expr.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import type { IRModule } from "../../../ir/module.js";
import { bytesOnStack, variablesOf } from "./alloc.js";

/** Facts on all T functions of a module. */
export interface Effects {
  readonly written: ReadonlyMap<string, ReadonlySet<Var>>;
  readonly needsScratch: ReadonlySet<string>;
}

/** Grows until nothing changes, as functions call each other. */
export function effectsOf(module: IRModule): Effects {
  const funcs = [...module.functions].filter(
    (entry): entry is [string, PrimFunc] => entry[1].kind === "tir.PrimFunc",
  );
  const written = new Map<string, Set<Var>>(funcs.map(([name]) => [name, new Set()]));
  const needsScratch = new Set<string>();
  for (let changed = true; changed;) {
    changed = false;
    for (const [name, func] of funcs) {
      const own = written.get(name)!;
      const before = own.size;
      collect(func, own, (callee, position) => {
        const target = module.functions.get(callee);
        if (target?.kind !== "tir.PrimFunc") return true;
        const param = target.params[position];
        return param === undefined || written.get(callee)!.has(param.buffer?.data ?? param.var);
      });
      const scratch = needsScratch.has(name) || takesMemory(func, needsScratch);
      if (own.size > before || scratch !== needsScratch.has(name)) changed = true;
      if (scratch) needsScratch.add(name);
    }
  }
  return { written, needsScratch };
}

function collect(
  func: PrimFunc,
  found: Set<Var>,
  writes: (callee: string, position: number) => boolean,
): void {
  visit(func.body, {
    enter(node) {
      if (node.kind === "tir.Store") found.add(node.buffer.data);
      if (node.kind !== "tir.CallGlobal" && node.kind !== "tir.Call") return undefined;
      if (node.kind === "tir.Call" && node.op === "prefetch") return false;
      node.args.forEach((arg, k) => {
        const buffer =
          arg.kind === "tir.Buffer"
            ? arg
            : arg.kind === "tir.BufferRegion" || arg.kind === "tir.Load"
              ? arg.buffer
              : undefined;
        if (node.kind === "tir.CallGlobal") {
          if (!writes(node.callee.name, k)) return;
          if (buffer !== undefined) found.add(buffer.data);
          if (arg.kind === "tir.Var" && arg.dtype.code === "handle") found.add(arg);
          return;
        }
        // The address may be written through.
        const escapes = arg.kind === "tir.Buffer" || node.op === "address_of";
        if (buffer !== undefined && escapes) found.add(buffer.data);
        if (arg.kind === "tir.Var" && arg.dtype.code === "handle") found.add(arg);
      });
      return undefined;
    },
  });
  // Pointers that go elsewhere by a binding.
  visit(func.body, {
    enter(node) {
      if (
        (node.kind === "tir.Bind" || node.kind === "tir.Let") &&
        node.value.dtype.code === "handle"
      )
        // prettier-ignore
        visit(node.value, { enter: (n) => void (n.kind === "tir.Var" && found.add(n)) });
    },
  });
}

function takesMemory(func: PrimFunc, needsScratch: ReadonlySet<string>): boolean {
  const variables = variablesOf(func.body);
  const owned = new Set<Var>(
    func.params.flatMap((p) => [p.var, ...(p.buffer ? [p.buffer.data] : [])]),
  );
  let found = false;
  visit(func.body, {
    enter(node) {
      if (node.kind === "tir.AllocConst" || node.kind === "tir.Bind") owned.add(node.kind === "tir.Bind" ? node.var : node.buffer.data); // prettier-ignore
      if (node.kind === "tir.CallGlobal" && needsScratch.has(node.callee.name)) found = true;
      if (
        node.kind === "tir.Call" &&
        node.args[0]?.kind === "tir.StringImm" &&
        needsScratch.has(node.args[0].value)
      )
        // prettier-ignore
        found = true;
      const isMemory =
        node.kind === "tir.Alloc" || (node.kind === "tir.Decl" && !owned.has(node.buffer.data));
      if (!isMemory) return;
      owned.add(node.buffer.data);
      if (!variables.has(node.buffer) && bytesOnStack(node.buffer) === undefined) found = true;
    },
  });
  return found;
}
