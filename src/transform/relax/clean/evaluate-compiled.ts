/** Calls of large constants, evaluated by compiled code. */
import type { IRModule } from "../../../ir/module.js";
import { constant, type Call, type Expr, type Func, type Var } from "../../../ir/relax/expr.js";
import { dimsOf, type StructInfo } from "../../../ir/relax/struct-info.js";
import { elementCount, zeros, type NDArray } from "../../../support/ndarray.js";
import type { KernelRunner } from "../../pass.js";
import { calleeOf } from "../fuse/fusion-graph.js";

/** Below so many elements the interpreter is done before code is compiled. */
const LARGE = 1 << 14;

/**
 * The value of a function for some tensors, when it only calls T functions of tensors with results of known shapes;
 * undefined where there is more to it, or no call is large.
 */
export function evaluateCompiled(
  module: IRModule,
  entry: string,
  given: readonly NDArray[],
  run: KernelRunner | undefined,
): Expr | undefined {
  const func = module.functions.get(entry);
  if (run === undefined || func?.kind !== "relax.Function") return undefined;
  const calls = callsOf(func, module);
  if (calls === undefined || !calls.some(({ size }) => size >= LARGE)) return undefined;
  const values = new Map<Var, NDArray>(func.params.map((p, k) => [p, given[k]!]));
  const tensorOf = (e: Expr): NDArray | undefined => {
    if (e.kind === "relax.Const") return e.data;
    return e.kind === "relax.Var" ? values.get(e) : undefined;
  };
  for (const { target, name, args, result } of calls) {
    const operands = args.map(tensorOf);
    if (!operands.every((o) => o !== undefined)) return undefined;
    // A kernel has the tensors for itself: what it reads may be shared with the module.
    if (!run(module, name, [...operands, result])) return undefined;
    values.set(target, result);
  }
  const value = tensorOf(func.body.body);
  return value && constant(value);
}

interface KernelCall {
  readonly target: Var;
  readonly name: string;
  readonly args: readonly Expr[];
  readonly result: NDArray;
  readonly size: number;
}

function callsOf(func: Func, module: IRModule): readonly KernelCall[] | undefined {
  const calls: KernelCall[] = [];
  for (const { value, var: target } of func.body.blocks.flatMap((b) => b.bindings)) {
    const callee = value.kind === "relax.Call" ? calleeOf(value, module) : undefined;
    const [, args, scalars] = callee === undefined ? [] : (value as Call).args;
    const { sinfoArgs } = value as Call;
    const result = sinfoArgs?.length === 1 ? resultOf(sinfoArgs[0]!) : undefined;
    if (args?.kind !== "relax.Tuple" || scalars !== undefined || result === undefined)
      return undefined;
    const size = elementCount(result.shape);
    calls.push({ target, name: callee!.name, args: args.fields, result, size });
  }
  return calls;
}

/** Memory for a result of known shape. */
function resultOf(info: StructInfo): NDArray | undefined {
  const dims = dimsOf(info);
  if (info.kind !== "relax.TensorInfo" || info.dtype === undefined || dims === undefined)
    return undefined;
  const shape = dims.map((d) => (d.kind === "tir.IntImm" ? Number(d.value) : -1));
  return shape.includes(-1) ? undefined : zeros(info.dtype, shape);
}
