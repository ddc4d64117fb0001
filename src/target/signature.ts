/** The arguments of a kernel: pointers, then explicit scalars, then symbols that buffers bind. */
import { visit } from "../ir/core/visit.js";
import type { PrimExpr, Var } from "../ir/tir/expr.js";
import type { PrimFunc } from "../ir/tir/function.js";
import type { KernelInfo, KernelParam, SymbolSource } from "../runtime/kernel-info.js";

export interface Signature {
  readonly pointers: readonly Var[];
  readonly scalars: readonly Var[];
  readonly symbols: readonly Var[];
  readonly info: KernelInfo;
}

/** The signature of a T function. */
export function signatureOf(name: string, func: PrimFunc): Signature {
  const pointers: KernelParam[] = [];
  const scalars: KernelParam[] = [];
  const pointerVars: Var[] = [];
  const scalarVars: Var[] = [];
  func.params.forEach(({ var: v, buffer }, index) => {
    if (v.dtype.code === "handle") {
      pointers.push({
        name: buffer?.name ?? v.name,
        role: "pointer",
        dtype: buffer?.dtype ?? v.dtype,
        index,
      });
      pointerVars.push(v);
    } else {
      scalars.push({ name: v.name, role: "scalar", dtype: v.dtype, index });
      scalarVars.push(v);
    }
  });
  const known = new Set<Var>([...pointerVars, ...scalarVars]);
  const sources = new Map<Var, SymbolSource | undefined>();
  func.params.forEach(({ buffer }, param) => {
    if (buffer === undefined) return;
    known.add(buffer.data);
    const note = (e: PrimExpr, source: SymbolSource): void => {
      if (e.kind === "tir.Var") {
        if (!known.has(e) && sources.get(e) === undefined) sources.set(e, source);
        return;
      }
      visit(e, {
        enter: (node) =>
          void (
            node.kind === "tir.Var" &&
            !known.has(node) &&
            !sources.has(node) &&
            sources.set(node, undefined)
          ),
      });
    };
    buffer.shape.forEach((e, axis) => note(e, { param, field: "shape", axis }));
    buffer.strides.forEach((e, axis) => note(e, { param, field: "strides", axis }));
    if (buffer.elemOffset !== undefined)
      note(buffer.elemOffset, { param, field: "offset", axis: 0 });
  });
  const symbols = [...sources.keys()];
  const returns = func.retType.code === "void" ? {} : { returns: func.retType };
  return {
    pointers: pointerVars,
    scalars: scalarVars,
    symbols,
    info: {
      name,
      params: [
        ...pointers,
        ...scalars,
        ...symbols.map((v): KernelParam => {
          const source = sources.get(v);
          return { name: v.name, role: "symbol", dtype: v.dtype, ...(source && { source }) };
        }),
      ],
      ...returns,
    },
  };
}
