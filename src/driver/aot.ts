/** Calling models that were lowered to loop functions: memory for results and the workspace, values back. */
import { evaluate } from "../arith/index.js";
import { interpret } from "../interp/index.js";
import type { IRModule } from "../ir/module.js";
import type { StructInfo } from "../ir/relax/struct-info.js";
import type { Var } from "../ir/tir/expr.js";
import type { PrimFunc } from "../ir/tir/function.js";
import { codes } from "../runtime/codes.js";
import { DiagnosticError } from "../support/diagnostic.js";
import { bytesOf, isFloat, uint8, type DType } from "../support/dtype.js";
import { int, type Int } from "../support/int.js";
import { elementCount, zeros } from "../support/ndarray.js";
import { elementAccess } from "../support/numeric/element.js";
import {
  floatValue,
  intValue,
  tensorValue,
  tupleValue,
  type TensorValue,
  type Value,
} from "../support/value.js";
import type { AotFunction } from "../transform/relax/aot/lower.js";

/** A call of a loop function: what it is given, and what the tensors then mean. */
export interface AotCall {
  /** In the order of its parameters. */
  readonly args: readonly Value[];
  /** The result of the Relax function, when the call has been made. */
  result(): Value;
}

/** Makes the arguments for a call with the values of the Relax function's parameters. */
export function aotCall(
  module: IRModule,
  described: AotFunction,
  values: readonly Value[],
): AotCall {
  const func = module.functions.get(described.name) as PrimFunc;
  const inputs = values.flatMap((v, k) => flattened(v, k));
  const symbols = symbolsOf(func, inputs);
  const params = func.params.slice(described.inputs);
  const shapeOf = (index: number): number[] =>
    params[index]!.buffer!.shape.map((d) => Number(evaluate(d, { of: (v) => symbols.get(v) }) ?? 0)); // prettier-ignore
  const outputs = params
    .slice(0, described.outputs)
    .map((p, k) => memoryFor(p.buffer!.dtype, shapeOf(k)));
  const rest: Value[] = [];
  if (described.constants !== undefined) {
    const { length } = described.constants;
    rest.push(tensorValue({ dtype: uint8, shape: [length], bytes: described.constants }));
  }
  if (described.workspace !== undefined) {
    const sizes = described.symbols.map((v) => intValue(symbols.get(v) ?? 0, v.dtype));
    const bytes = workspaceBytes(module, described.workspace, sizes);
    rest.push(memoryFor(uint8, [bytes]));
  }
  return {
    args: [...inputs.map((v, k) => typed(func, v, k)), ...outputs, ...rest],
    result: () => valueOf(described.result, [...outputs]),
  };
}

/** A tensor to be written; throws a DiagnosticError where there is no memory for it. */
function memoryFor(dtype: DType, shape: readonly number[]): TensorValue {
  try {
    const data = zeros(dtype, shape);
    return tensorValue(data, new Uint8Array(data.bytes.length));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DiagnosticError(codes.outOfMemory({ bytes: elementCount(shape) * bytesOf(dtype) }));
  }
}

/** Tensors and numbers in a value. */
function flattened(value: Value, position: number): Value[] {
  switch (value.kind) {
    case "tuple":
      return value.fields.flatMap((f) => flattened(f, position));
    case "shape":
      return value.dims.map((d) => ({ kind: "int", value: d, dtype: uint8 }) as const);
    default:
      return [value];
  }
}

/** Numbers get the type of their parameter. */
function typed(func: PrimFunc, value: Value, k: number): Value {
  if (value.kind !== "int" && value.kind !== "float") return value;
  const { dtype } = func.params[k]!.var;
  return isFloat(dtype)
    ? floatValue(Number(value.value), dtype)
    : intValue(int(value.value), dtype);
}

/** What the sizes of the inputs say of symbols. */
function symbolsOf(func: PrimFunc, inputs: readonly Value[]): Map<Var, Int> {
  const symbols = new Map<Var, Int>();
  inputs.forEach((value, k) => {
    const p = func.params[k]!;
    if (value.kind === "int") symbols.set(p.var, int(value.value));
    if (value.kind !== "tensor" || p.buffer === undefined) return;
    p.buffer.shape.forEach((d, axis) => {
      if (d.kind === "tir.Var" && !symbols.has(d)) symbols.set(d, int(value.data.shape[axis] ?? 0));
    });
  });
  return symbols;
}

/** Asks the function that knows. */
function workspaceBytes(module: IRModule, name: string, sizes: readonly Value[]): number {
  const outcome = interpret(module, name, sizes);
  if (!outcome.ok) throw new DiagnosticError(outcome.diagnostic);
  return outcome.value.kind === "int" ? Number(outcome.value.value) : 0;
}

function valueOf(info: StructInfo, outputs: TensorValue[]): Value {
  if (info.kind === "relax.TupleInfo")
    return tupleValue(info.fields.map((f) => valueOf(f, outputs)));
  const tensor = outputs.shift()!;
  if (info.kind !== "relax.PrimInfo") return tensor;
  const { dtype, bytes } = tensor.data;
  const value = elementAccess(dtype).read(new DataView(bytes.buffer, bytes.byteOffset), 0);
  return isFloat(dtype) ? floatValue(Number(value), dtype) : intValue(int(value), dtype);
}
