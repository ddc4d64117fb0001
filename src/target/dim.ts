/** Integer expressions over symbols as plain data that the runtime evaluates. */
import type { Dim, DimOp } from "../artefact/index.js";
import type { PrimExpr, Var } from "../ir/tir/expr.js";

const UNARY_AS_DIM: Readonly<Record<string, DimOp | undefined>> = { not: "not" };

/** Numbers symbols in order of their first mention. */
export interface DimTable {
  idOf(v: Var): number;
  /** Undefined for what is no arithmetic over symbols. */
  dimOf(e: PrimExpr): Dim | undefined;
  readonly symbols: readonly Var[];
}

export function dimTable(): DimTable {
  const ids = new Map<Var, number>();
  const symbols: Var[] = [];
  const idOf = (v: Var): number => {
    let id = ids.get(v);
    if (id === undefined) ids.set(v, (id = symbols.push(v) - 1));
    return id;
  };
  const many = (op: DimOp, operands: readonly PrimExpr[]): Dim | undefined => {
    const args = operands.map(dimOf);
    return args.every((a) => a !== undefined) ? { op, args } : undefined;
  };
  function dimOf(e: PrimExpr): Dim | undefined {
    switch (e.kind) {
      case "tir.IntImm":
        return { value: e.value };
      case "tir.Var":
        return { symbol: e.name, id: idOf(e) };
      case "tir.Cast":
        return dimOf(e.value);
      case "tir.Binary":
      case "tir.Compare":
      case "tir.Logic":
        return many(e.op, [e.a, e.b]);
      case "tir.Unary": {
        const op = UNARY_AS_DIM[e.op];
        if (op !== undefined) return many(op, [e.a]);
        const a = dimOf(e.a);
        return a && { op: "sub", args: [{ value: e.op === "neg" ? 0 : -1 }, a] };
      }
      case "tir.Select":
      case "tir.IfThenElse":
        return many("select", [e.cond, e.then, e.otherwise]);
      default:
        return undefined;
    }
  }
  return { idOf, dimOf, symbols };
}
