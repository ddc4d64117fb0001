/** What public functions take and give, as plain data for an artefact's manifest. */
import { exprText } from "../arith/index.js";
import type { IRModule } from "../ir/module.js";
import { dimsOf, type StructInfo } from "../ir/relax/struct-info.js";
import type { PrimExpr } from "../ir/tir/expr.js";
import type { FunctionSignature, ValueType } from "../runtime/api/signature.js";

/** Signatures of all public Relax functions. */
export const interfaceOf = (module: IRModule): FunctionSignature[] =>
  [...module.functions].flatMap(([name, func]) =>
    func.kind !== "relax.Function" || func.isPrivate
      ? []
      : [
          {
            name,
            params: func.params.map((p) => ({ name: p.name, type: typeOf(p.sinfo) })),
            result: typeOf(func.retSinfo),
          },
        ],
  );

function typeOf(info: StructInfo | undefined): ValueType {
  switch (info?.kind) {
    case "relax.TensorInfo": {
      const dims = dimsOf(info)?.map(sizeOf);
      return { kind: "tensor", dtype: info.dtype?.name, shape: dims };
    }
    case "relax.ShapeInfo":
      return { kind: "shape", dims: info.values?.map(sizeOf) };
    case "relax.PrimInfo":
      return { kind: "scalar", dtype: info.dtype.name };
    case "relax.TupleInfo":
      return { kind: "tuple", fields: info.fields.map(typeOf) };
    default:
      return { kind: "any" };
  }
}

const sizeOf = (e: PrimExpr): number | string =>
  e.kind === "tir.IntImm" && typeof e.value === "number" ? e.value : exprText(e);
