/** The declaration of a T function as the machine checks its arguments against it. */
import type { Dim, DimOp, KernelArgument } from "../../artefact/index.js";
import type { PrimExpr, Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";

const UNARY_AS_DIM: Readonly<Record<string, DimOp | undefined>> = { not: "not" };

/** Parameters with their dimensions over numbered symbols. */
export function kernelSignature(func: PrimFunc): KernelArgument[] {
  const ids = new Map<Var, number>();
  let next = 0;
  const idOf = (v: Var): number => {
    let id = ids.get(v);
    if (id === undefined) ids.set(v, (id = next++));
    return id;
  };
  const dim = (e: PrimExpr): Dim => {
    switch (e.kind) {
      case "tir.IntImm":
        return { value: e.value };
      case "tir.Var":
        return { symbol: e.name, id: idOf(e) };
      case "tir.Cast":
        return dim(e.value);
      case "tir.Binary":
      case "tir.Compare":
      case "tir.Logic":
        return { op: e.op, args: [dim(e.a), dim(e.b)] };
      case "tir.Unary": {
        const op = UNARY_AS_DIM[e.op];
        if (op !== undefined) return { op, args: [dim(e.a)] };
        return { op: "sub", args: [{ value: e.op === "neg" ? 0 : -1 }, dim(e.a)] };
      }
      case "tir.Select":
      case "tir.IfThenElse":
        return { op: "select", args: [dim(e.cond), dim(e.then), dim(e.otherwise)] };
      default:
        // Not arithmetic: the dimension is taken as it comes.
        return { symbol: "?", id: next++ };
    }
  };
  for (const { var: v, buffer } of func.params) if (buffer === undefined) idOf(v);
  return func.params.map(({ var: v, buffer }): KernelArgument => {
    if (buffer !== undefined) {
      const shape = buffer.shape.map(dim);
      return { kind: "buffer", name: buffer.name, dtype: buffer.dtype.name, shape };
    }
    if (v.dtype.code === "handle") return { kind: "pointer", name: v.name };
    return { kind: "scalar", name: v.name, dtype: v.dtype.name, id: idOf(v) };
  });
}
