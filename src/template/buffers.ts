/** Memory of an instance: allocations of blocks and mutable scalars. */
import type * as ast from "../../grammar/ast/nodes.js";
import { makeBuffer, type Buffer } from "../ir/tir/buffer.js";
import { intImm, type PrimExpr } from "../ir/tir/expr.js";
import { castTo } from "../syntax/elaborate/tir/operators.js";
import { int64, type DType } from "../support/dtype.js";
import { bindArguments, type Arguments } from "./arguments.js";
import { codes } from "./codes.js";
import { toDType, toText } from "./statics.js";
import { toExpr } from "./operators.js";
import { fail, placeOf, spanOf, type State } from "./state.js";
import { bufferValue, valueText, type Value } from "./values.js";

/** `T.sblock_alloc_buffer(shape, dtype, scope="local")`; at function level the root block owns it. */
export function allocate(s: State, args: Arguments, e: ast.Call, hint: string): Value {
  const bound = bindArguments(s, e, "T.sblock_alloc_buffer", ["shape", "dtype", "scope?"], args);
  const shape = bound.get("shape")!;
  const scope = bound.get("scope");
  const dims = (shape.kind === "pack" ? shape.items : [shape]).map((d) => extentOf(s, d, e));
  const dtype = toDType(s, bound.get("dtype")!, e);
  return bufferValue(newBuffer(s, hint, dims, dtype, scope && toText(s, scope, e), e));
}

/** A length: over symbols only. */
export function extentOf(s: State, v: Value, at: ast.AstBase): PrimExpr {
  if (v.kind === "expr" && v.phase !== "dim")
    return fail(
      codes.phase({ ...placeOf(s, at), what: valueText(v), construct: "the shape of a buffer" }),
    );
  return castTo(toExpr(s, v, at), int64);
}

/** A buffer of the block at hand. */
export function newBuffer(
  s: State,
  name: string,
  shape: readonly PrimExpr[],
  dtype: DType,
  scope: string | undefined,
  at: ast.AstBase,
): Buffer {
  const buffer = makeBuffer({
    name,
    dtype,
    shape,
    ...(scope !== undefined && { scope }),
    span: spanOf(s, at),
  });
  s.block.allocs.push(buffer);
  return buffer;
}

/** Memory of a mutable scalar: the enclosing block owns it, so that it is not among the block's reads. */
export const newScalar = (s: State, name: string, dtype: DType, at: ast.AstBase): Buffer =>
  newBuffer(s, name, [intImm(1, int64)], dtype, "local", at);
