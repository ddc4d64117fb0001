/** Small T functions for tests, built without text. */
import { noAttrs } from "../../../../src/ir/core/node.js";
import { irModule, type IRModule } from "../../../../src/ir/module.js";
import { makeBuffer, type Buffer } from "../../../../src/ir/tir/buffer.js";
import { intImm, makeVar, type PrimExpr, type Var } from "../../../../src/ir/tir/expr.js";
import { param, type Param, type PrimFunc } from "../../../../src/ir/tir/function.js";
import { forLoop, type LoopKind, type Stmt } from "../../../../src/ir/tir/stmt.js";
import { instantiate, type WasmInstance } from "../../../../src/runtime/wasm/instance.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { dtype, handle, int64, voidType, type DType } from "../../../../src/support/dtype.js";
import { elementCount, type NDArray } from "../../../../src/support/ndarray.js";
import { elementAccess } from "../../../../src/support/numeric/element.js";
import { compileWasm } from "../../../../src/target/wasm/index.js";

export const long = (value: number): PrimExpr => intImm(value, int64);
export const buffer = (name: string, type: string, ...shape: PrimExpr[]): Buffer =>
  makeBuffer({ name, dtype: dtype(type), shape });
export const bufferParam = (b: Buffer): Param => param(makeVar(b.name.toLowerCase(), handle), b);

export const func = (
  name: string,
  params: readonly (Buffer | Var)[],
  body: Stmt,
  retType: DType = voidType,
): PrimFunc => ({
  kind: "tir.PrimFunc",
  name,
  params: params.map((p) => (p.kind === "tir.Buffer" ? bufferParam(p) : param(p))),
  retType,
  attrs: noAttrs,
  isPrivate: false,
  sTir: true,
  persistent: false,
  body,
});
export const moduleOf = (...funcs: PrimFunc[]): IRModule =>
  irModule(new Map(funcs.map((f) => [f.name, f])));

/** A loop over [0, extent). */
export function loop(
  extent: PrimExpr,
  body: (i: Var) => Stmt,
  loopKind: LoopKind = "serial",
): Stmt {
  const i = makeVar("i", extent.dtype);
  return forLoop({ min: intImm(0, extent.dtype), extent, var: i, loopKind, body: body(i) });
}

/** Compiles and instantiates; fails on diagnostics. */
export function instanceOf(
  module: IRModule,
  ...rest: [] | [Parameters<typeof instantiate>[1]]
): WasmInstance {
  const sink = new Diagnostics();
  const compiled = compileWasm(module, sink);
  if (compiled === undefined)
    throw new Error(sink.all.map((d) => `${d.code} ${d.message}`).join("\n"));
  return instantiate(compiled, ...rest);
}

export function tensor(
  type: string,
  values: readonly (number | bigint)[],
  shape: readonly number[] = [values.length],
): NDArray {
  const access = elementAccess(dtype(type));
  const bytes = new Uint8Array(elementCount(shape) * access.bytes);
  const view = new DataView(bytes.buffer);
  values.forEach((v, k) => access.write(view, k * access.bytes, v));
  return { dtype: dtype(type), shape, bytes };
}
export function valuesOf(t: NDArray): (number | bigint)[] {
  const access = elementAccess(t.dtype);
  const view = new DataView(t.bytes.buffer, t.bytes.byteOffset);
  return Array.from({ length: elementCount(t.shape) }, (_, k) =>
    access.read(view, k * access.bytes),
  );
}
