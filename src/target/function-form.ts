/** How a Relax function is called: its parameters and result as slots. */
import { refined, withSizes } from "../analysis/relax/open-info.js";
import type { Func } from "../ir/relax/expr.js";
import { dimsOf, objectInfo, type StructInfo } from "../ir/relax/struct-info.js";
import type { PrimExpr, Var as Symbol } from "../ir/tir/expr.js";
import { isFloat } from "../support/dtype.js";
import type { Dim } from "../artefact/index.js";
import { leavesOf, type FunctionInfo, type ValueForm } from "../runtime/wasm/function-info.js";
import { dimTable, type DimTable } from "./dim.js";
import { decline } from "./decline.js";

/** A compiled function's parameters: pointers, plain scalars, symbols, pointers to memory for the result. */
export interface FunctionForm {
  readonly info: FunctionInfo;
  /** Types of the parameters; sizes that are not declared have symbols of their own. */
  readonly params: readonly StructInfo[];
  readonly symbols: readonly Symbol[];
  readonly pointers: number;
  readonly scalars: number;
  readonly outputs: readonly Extract<ValueForm, { kind: "tensor" }>[];
  readonly result: StructInfo;
  /** Types of the result's tensors, in order. */
  readonly outputInfos: readonly StructInfo[];
}

/** Declines what cannot be called this way. */
export function formOf(name: string, func: Func): FunctionForm {
  const table = dimTable();
  const infos = func.params.map((p) => withSizes(p.sinfo ?? objectInfo));
  const params = infos.map((info) => formOfInfo(table, info, true));
  const { symbols } = table;
  const count = symbols.length;
  const declared = refined(func.retSinfo, func.body.body);
  const result = formOfInfo(table, declared, false);
  if (symbols.length > count) decline("its result has sizes that its parameters do not tell");
  if (!symbols.every((v) => isBound(v, params, table)))
    decline("its parameters have sizes that do not tell a symbol");
  const leaves = params.flatMap(leavesOf);
  const outputs = leavesOf(result).map((leaf) =>
    leaf.kind === "tensor" ? leaf : decline("its result is not made of tensors"),
  );
  return {
    info: { name, params, symbols: count, result },
    params: infos,
    symbols: symbols.slice(0, count),
    pointers: leaves.filter((l) => l.kind === "tensor").length,
    scalars: leaves.filter((l) => l.kind === "scalar" && l.value === undefined).length,
    outputs,
    result: declared,
    outputInfos: leafInfos(declared),
  };
}

function leafInfos(info: StructInfo): StructInfo[] {
  return info.kind === "relax.TupleInfo" ? info.fields.flatMap(leafInfos) : [info];
}

function formOfInfo(table: DimTable, info: StructInfo | undefined, isParam: boolean): ValueForm {
  const dims = (exprs: readonly PrimExpr[]): Dim[] =>
    exprs.map((e) => table.dimOf(e) ?? decline("a size is no arithmetic over symbols"));
  switch (info?.kind) {
    case "relax.TensorInfo": {
      const known = info.shape?.kind === "relax.ShapeExpr" ? dimsOf(info) : undefined;
      if (known === undefined || info.dtype === undefined)
        return decline(`a ${isParam ? "parameter" : "result"} has no known shape and type`);
      return { kind: "tensor", dtype: info.dtype, shape: dims(known) };
    }
    case "relax.TupleInfo":
      return { kind: "tuple", fields: info.fields.map((f) => formOfInfo(table, f, isParam)) };
    case "relax.ShapeInfo":
      if (info.values === undefined) return decline("a shape has no known sizes");
      return { kind: "shape", dims: dims(info.values) };
    case "relax.PrimInfo": {
      const { dtype, value } = info;
      const isPlain = isFloat(dtype) || value === undefined;
      return { kind: "scalar", dtype, value: isPlain ? undefined : dims([value])[0] };
    }
    default:
      return decline(`a ${isParam ? "parameter" : "result"} is no tensor, shape or scalar`);
  }
}

/** Whether some parameter has the symbol as a whole dimension. */
function isBound(v: Symbol, params: readonly ValueForm[], table: DimTable): boolean {
  const id = table.idOf(v);
  const is = (d: Dim | undefined): boolean => d !== undefined && "symbol" in d && d.id === id;
  return params.flatMap(leavesOf).some((leaf) => {
    if (leaf.kind === "tensor") return leaf.shape.some(is);
    return leaf.kind === "shape" ? leaf.dims.some(is) : leaf.kind === "scalar" && is(leaf.value);
  });
}
