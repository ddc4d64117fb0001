/** Which memory each tensor of a result comes from, so that it can be written where the caller wants it. */
import type { Binding, Expr, Func, SeqExpr, Var } from "../../ir/relax/expr.js";
import type { StructInfo } from "../../ir/relax/struct-info.js";

/** A storage, an allocation, or a tensor in the result of a call, by the variable that is bound to it. */
export interface Source {
  readonly var: Var;
  /** Position in the result of a call. */
  readonly path: readonly number[];
}

const keyOf = (ids: Map<Var, number>, s: Source): string => {
  let id = ids.get(s.var);
  if (id === undefined) ids.set(s.var, (id = ids.size));
  return `${id}/${s.path.join(".")}`;
};

/**
 * The source that is written to each output directly: the first one of those that reach this output and no other.
 * `indexOf` asks by source, and answers with the output.
 */
export function directOutputs(
  func: Func,
  result: StructInfo,
): { outputOf(s: Source): number | undefined } {
  const bound = bindingTable(func.body);
  const ids = new Map<Var, number>();
  const reached = new Map<string, Set<number>>();
  const lists = leafPaths(result).map((path, output) => {
    const found = new Set<string>();
    trace(bound, func.body, path, new Set(), (s) => {
      const key = keyOf(ids, s);
      found.add(key);
      const outputs = reached.get(key) ?? new Set();
      reached.set(key, outputs.add(output));
    });
    return [...found];
  });
  const direct = new Map<string, number>();
  lists.forEach((keys, output) => {
    const one = keys.find((key) => reached.get(key)!.size === 1);
    if (one !== undefined) direct.set(one, output);
  });
  return { outputOf: (s) => direct.get(keyOf(ids, s)) };
}

function leafPaths(info: StructInfo, path: readonly number[] = []): (readonly number[])[] {
  if (info.kind !== "relax.TupleInfo") return [path];
  return info.fields.flatMap((f, i) => leafPaths(f, [...path, i]));
}

function bindingTable(seq: SeqExpr, table = new Map<Var, Binding>()): Map<Var, Binding> {
  for (const block of seq.blocks) {
    for (const b of block.bindings) {
      table.set(b.var, b);
      if (b.value.kind === "relax.If") {
        bindingTable(b.value.then, table);
        bindingTable(b.value.otherwise, table);
      }
    }
  }
  return table;
}

const isZero = (e: Expr | undefined): boolean =>
  e?.kind === "relax.PrimValue" && e.value.kind === "tir.IntImm" && e.value.value === 0;

function trace(
  bound: ReadonlyMap<Var, Binding>,
  e: Expr,
  path: readonly number[],
  seen: Set<string>,
  found: (s: Source) => void,
  of?: Var,
): void {
  const follow = (next: Expr, way = path): void => trace(bound, next, way, seen, found);
  switch (e.kind) {
    case "relax.SeqExpr":
      return follow(e.body);
    case "relax.Var": {
      const binding = bound.get(e);
      if (binding === undefined || binding.value.kind === "relax.Function") return;
      return trace(bound, binding.value, path, seen, found, e);
    }
    case "relax.Tuple": {
      const field = e.fields[path[0] ?? -1];
      if (field !== undefined) follow(field, path.slice(1));
      return;
    }
    case "relax.TupleGetItem":
      return follow(e.tuple, [e.index, ...path]);
    case "relax.If":
      follow(e.then);
      return follow(e.otherwise);
    case "relax.Call":
      break;
    default:
      return;
  }
  if (of === undefined) return;
  if (e.op.kind === "ir.GlobalVar" || (e.op.kind === "relax.Op" && e.op.name === "builtin.alloc_tensor"))
    return found({ var: of, path }); // prettier-ignore
  if (e.op.kind !== "relax.Op") return;
  switch (e.op.name) {
    case "memory.alloc_tensor":
    case "vm.alloc_tensor": {
      const [storage, offset] = e.args;
      if (storage?.kind === "relax.Var" && isZero(offset)) found({ var: storage, path: [] });
      return;
    }
    case "reshape":
      return follow(e.args[0]!);
    default:
      return;
  }
}
