/** The declaration of a T function as the machine checks its arguments against it. */
import type { KernelArgument } from "../../artefact/index.js";
import { makeVar } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { int64 } from "../../support/dtype.js";
import { dimTable } from "../dim.js";

/** Parameters with their dimensions over numbered symbols. */
export function kernelSignature(func: PrimFunc): KernelArgument[] {
  const table = dimTable();
  for (const { var: v, buffer } of func.params) if (buffer === undefined) table.idOf(v);
  return func.params.map(({ var: v, buffer }): KernelArgument => {
    if (buffer !== undefined) {
      // What is no arithmetic is taken as it comes: a symbol of its own.
      const shape = buffer.shape.map(
        (e) => table.dimOf(e) ?? { symbol: "?", id: table.idOf(makeVar("?", int64)) },
      );
      return { kind: "buffer", name: buffer.name, dtype: buffer.dtype.name, shape };
    }
    if (v.dtype.code === "handle") return { kind: "pointer", name: v.name };
    return { kind: "scalar", name: v.name, dtype: v.dtype.name, id: table.idOf(v) };
  });
}
