/** Calls from Relax: T functions in destination-passing style, host functions, closures. */
import type { Expr } from "../../ir/relax/expr.js";
import { dimsOf, type StructInfo, type TensorInfo } from "../../ir/relax/struct-info.js";
import { DiagnosticError } from "../../support/diagnostic.js";
import { dtype, int64 } from "../../support/dtype.js";
import {
  intValue,
  tupleValue,
  voidValue,
  type ClosureValue,
  type Value,
} from "../../support/value.js";
import { codes } from "../codes.js";
import { fail } from "../fail.js";
import { runPrimFunc } from "../interpret-prim.js";
import { step } from "../tir/compiler.js";
import { freshTensor, packedBuiltins } from "./builtin.js";
import { itemsAt, wrongArgument, type Site } from "./operand.js";
import { evaluate, valueOf } from "./scope.js";

/** Fields of the written output type. */
const outputsOf = (info: StructInfo): readonly StructInfo[] =>
  info.kind === "relax.TupleInfo" ? info.fields : [info];

function outputShape(s: Site, info: TensorInfo): readonly number[] {
  const { shape } = info;
  const dims =
    shape?.kind === "relax.Var"
      ? shapeDims(s, valueOf(s.scope, shape))
      : (dimsOf(info)?.map((d) => evaluate(s.scope, d, s.call.span)) ?? []);
  return dims.map((d) => {
    if (typeof d === "number" && d >= 0) return d;
    return fail(codes.negativeExtent({ at: s.call.span, what: s.name, extent: d }));
  });
}

const shapeDims = (s: Site, value: Value): readonly (number | bigint)[] =>
  value.kind === "shape" ? value.dims : wrongArgument(s, "a shape", value);

function allocateOutput(s: Site, info: StructInfo): Value {
  const tensor = info.kind === "relax.DTensorInfo" ? info.tensor : info;
  if (tensor.kind !== "relax.TensorInfo") return voidValue;
  return freshTensor(s, tensor.dtype ?? dtype("float32"), outputShape(s, tensor));
}

const outType = (s: Site): StructInfo =>
  s.call.sinfoArgs.length === 1
    ? s.call.sinfoArgs[0]!
    : { kind: "relax.TupleInfo", fields: s.call.sinfoArgs };

const packOutputs = (s: Site, outputs: readonly Value[]): Value =>
  outType(s).kind === "relax.TupleInfo" ? tupleValue(outputs) : outputs[0]!;

/** Integers that follow the outputs, as 2023 texts pass them. */
const trailing = (s: Site): Value[] => {
  const value = s.args[2];
  return value?.kind === "shape" ? value.dims.map((d) => intValue(d, int64)) : [];
};

/** Runs a callee given as a module function, an external name, or a value. */
export function invoke(s: Site, callee: Expr | Value, args: readonly Value[]): Value {
  if (callee.kind === "ir.GlobalVar") return invokeGlobal(s, callee.name, args);
  if (callee.kind === "ir.ExternFunc") return invokeHost(s, callee.symbol, args);
  if (callee.kind === "relax.Var") return invoke(s, valueOf(s.scope, callee), args);
  if (callee.kind === "relax.Str" || callee.kind === "string")
    return invokeHost(s, callee.value, args);
  if (callee.kind === "closure") return callee.call(args);
  return wrongArgument(s, "a function", "kind" in callee ? (callee as Value) : undefined);
}

function invokeGlobal(s: Site, name: string, args: readonly Value[]): Value {
  const { machine } = s.scope;
  const func = machine.module.functions.get(name);
  if (func?.kind === "tir.PrimFunc") {
    step(machine);
    return runPrimFunc(machine, func, args);
  }
  if (func?.kind === "ir.ExternFunc") return invokeHost(s, func.symbol, args);
  if (func?.kind === "relax.Function") return machine.callRelax(func, args);
  return fail(codes.noFunction({ at: s.call.span, name }));
}

function invokeHost(s: Site, name: string, args: readonly Value[]): Value {
  const { machine } = s.scope;
  const host = machine.hosts.get(name);
  if (host === undefined) {
    if (Object.hasOwn(packedBuiltins, name)) return packedBuiltins[name]!({ ...s, name, args });
    if (Object.hasOwn(packedCalls, name)) return packedCalls[name]!({ ...s, name, args });
    if (machine.module.functions.has(name)) return invokeGlobal(s, name, args);
    return fail(codes.unknownExtern({ at: s.call.span, name }));
  }
  step(machine);
  try {
    const result = host({ print: (text) => machine.print(text) }, args);
    for (const a of args) if (a.kind === "tensor") a.written?.fill(1);
    return result;
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return fail(codes.hostFailed({ at: s.call.span, name, reason }));
  }
}

function destinationPassing(s: Site): Value {
  const outputs = outputsOf(outType(s)).map((info) => allocateOutput(s, info));
  invoke(s, s.call.args[0]!, [...itemsAt(s, 1), ...outputs, ...trailing(s)]);
  return packOutputs(s, outputs);
}

/** Outputs that reuse an argument are that argument's tensor; the others are passed after the arguments. */
function inPlace(s: Site): Value {
  const args = itemsAt(s, 1);
  const given = s.call.attrs.get("inplace_indices");
  const indices = (Array.isArray(given) ? given : [given]).map(Number);
  const outputs = outputsOf(outType(s)).map((info, i) => {
    const at = indices[i] ?? -1;
    return at >= 0
      ? (args[at] ?? wrongArgument(s, "as many arguments", undefined))
      : allocateOutput(s, info);
  });
  const fresh = outputs.filter((_, i) => (indices[i] ?? -1) < 0);
  invoke(s, s.call.args[0]!, [...args, ...fresh, ...trailing(s)]);
  return packOutputs(s, outputs);
}

/** The function with its first operands taken from here, as `make_closure` of a lifted function. */
function makeClosure(s: Site): Value {
  const captured = itemsAt(s, 1);
  const callee = s.call.args[0]!;
  const closure: ClosureValue = {
    kind: "closure",
    name: callee.kind === "ir.GlobalVar" ? callee.name : s.name,
    // Captured values are the last parameters.
    call: (args) => invoke(s, callee, [...args, ...captured]),
  };
  return closure;
}

const invokeClosure = (s: Site): Value => invoke(s, s.args[0]!, itemsAt(s, 1));

/** The elements of a shape at the end are operands of their own. */
function withDims(items: readonly Value[]): readonly Value[] {
  const last = items[items.length - 1];
  return last?.kind === "shape"
    ? [...items.slice(0, -1), ...last.dims.map((d) => intValue(d, int64))]
    : items;
}

/** `call_tir_dyn(func, (tensors…, shape))`: the elements of the shape are the last operands. */
const callTirDyn = (s: Site): Value => invoke(s, s.call.args[0]!, withDims(itemsAt(s, 1)));

const calleeAt = (s: Site): Value => s.args[0] ?? wrongArgument(s, "a function", undefined);

/** Builtins that texts call as packed functions, and that call or make functions themselves. */
const packedCalls: Readonly<Record<string, (s: Site) => Value>> = {
  "vm.builtin.make_closure": (s) => {
    const [callee, captured] = [calleeAt(s), s.args.slice(1)];
    return {
      kind: "closure",
      name: s.name,
      call: (args) => invoke(s, callee, [...args, ...captured]),
    };
  },
  "vm.builtin.invoke_closure": (s) => invoke(s, calleeAt(s), s.args.slice(1)),
  "vm.builtin.call_tir_dyn": (s) => invoke(s, calleeAt(s), withDims(s.args.slice(1))),
};

/** Operators that call something. */
export const callOps: Readonly<Record<string, (s: Site) => Value>> = {
  call_tir: destinationPassing,
  call_tir_with_grad: destinationPassing,
  call_dps_packed: destinationPassing,
  call_tir_inplace: inPlace,
  call_pure_packed: (s) => invoke(s, s.call.args[0]!, s.args.slice(1)),
  call_inplace_packed: (s) => invoke(s, s.call.args[0]!, s.args.slice(1)),
  call_builtin_with_ctx: (s) => invoke(s, s.call.args[0]!, itemsAt(s, 1)),
  make_closure: makeClosure,
  invoke_closure: invokeClosure,
  invoke_pure_closure: invokeClosure,
  "vm.call_tir_dyn": callTirDyn,
};
