/** Calls of Relax functions as statements: of kernels, of operators on memory, of other functions. */
import { directOutputs } from "../../../analysis/relax/direct-outputs.js";
import {
  callGlobal,
  call as intrinsic,
  cast,
  intImm,
  load,
  makeVar,
  stringImm,
  type CallArg,
  type PrimExpr,
} from "../../../ir/tir/expr.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import { evaluate, bind } from "../../../ir/tir/stmt.js";
import type { Call, Expr, Var as Value } from "../../../ir/relax/expr.js";
import { dimsOf, type StructInfo } from "../../../ir/relax/struct-info.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { int32, int64, voidType, type DType } from "../../../support/dtype.js";
import { codes } from "./codes.js";
import {
  inFrame,
  MOST_CALLS,
  nameValue,
  refuse,
  require,
  take,
  tensorBytes,
  tensorIn,
  viewOf,
  type Scope,
} from "./frame.js";
import type { Place, Storage } from "./place.js";
import { long, product } from "./size.js";
import { emitSeq, emitValue, matchInfo } from "./bindings.js";

const nothing: Place = { kind: "tuple", fields: [] };

function tensorOf(s: Scope, e: Expr | undefined, at: Call): Buffer {
  const place = e && emitValue(s, e, undefined);
  return place?.kind === "tensor"
    ? place.buffer
    : refuse(s, "an operand that is no tensor", at.span);
}

function shapeOf(s: Scope, e: Expr | undefined, at: Call): readonly PrimExpr[] {
  const place = e && emitValue(s, e, undefined);
  return place?.kind === "shape" ? place.dims : refuse(s, "a shape that is not known", at.span);
}

function scalarOf(s: Scope, e: Expr | undefined, at: Call): PrimExpr {
  const place = e && emitValue(s, e, undefined);
  return place?.kind === "scalar" ? place.value : refuse(s, "a scalar that is not known", at.span);
}

const typeOf = (e: Expr | undefined): DType | undefined =>
  e?.kind === "relax.DTypeValue" ? e.value : undefined;

/** The place of the result of a call. */
export function emitCall(s: Scope, e: Call, bound: Value | undefined): Place {
  const { frame } = s;
  if (e.op.kind === "ir.GlobalVar") {
    const callee = frame.module.functions.get(e.op.name);
    if (callee?.kind === "tir.PrimFunc") {
      return callKernel(s, e, e.op.name, e.args.map((a) => emitValue(s, a, undefined)), bound); // prettier-ignore
    }
    if (callee?.kind === "relax.Function") return writeOut(s, e, e.op.name, bound);
  }
  if (e.op.kind === "ir.ExternFunc") return callHost(s, e, e.op.symbol);
  if (e.op.kind !== "relax.Op") return refuse(s, "a call of a value", e.span);
  const emit = Object.hasOwn(operators, e.op.name) ? operators[e.op.name] : undefined;
  if (emit !== undefined) return emit(s, e, bound);
  const code = /^(call_|nn\.|memory\.|builtin\.)/.test(e.op.name) ? codes.notPlanned : undefined;
  if (code !== undefined)
    throw new DiagnosticError(code({ name: `R.${e.op.name}`, function: frame.name, at: e.span }));
  return refuse(s, `\`R.${e.op.name}\``, e.span);
}

function count(s: Scope): void {
  if (++s.frame.calls > MOST_CALLS)
    throw new DiagnosticError(codes.tooLarge({ function: s.frame.name, limit: MOST_CALLS }));
}

/** A call of a T function; a scalar that it gives back is named. */
function callKernel(
  s: Scope,
  e: Call,
  name: string,
  places: readonly Place[],
  bound: Value | undefined,
): Place {
  count(s);
  const callee = s.frame.module.functions.get(name);
  if (callee?.kind !== "tir.PrimFunc") return refuse(s, `\`${name}\``, e.span);
  const args = places.flatMap((p): CallArg[] => argumentsOf(s, p, e));
  const typed = args.map((a, k): CallArg => {
    const want = callee.params[k]?.var.dtype;
    const isScalar = a.kind !== "tir.Buffer" && "dtype" in a && a.dtype !== undefined;
    return isScalar && want !== undefined && want.code !== "handle" && a.dtype !== want
      ? cast(a as PrimExpr, want)
      : a;
  });
  const callee2 = e.op.kind === "ir.GlobalVar" ? e.op : ({ kind: "ir.GlobalVar", name } as const);
  const value = callGlobal(callee2, typed, callee.retType, e.span);
  if (callee.retType === voidType) {
    s.frame.body.push(evaluate(value, e.span));
    return nothing;
  }
  const v = makeVar(bound?.name ?? "result", callee.retType);
  const statement = bind(v, value, e.span);
  s.frame.body.push(statement);
  return { kind: "scalar", value: v };
}

function argumentsOf(s: Scope, p: Place, e: Call): CallArg[] {
  switch (p.kind) {
    case "tensor":
      return [p.buffer];
    case "scalar":
      return [p.value];
    case "shape":
      return [...p.dims];
    case "tuple":
      return p.fields.flatMap((f) => argumentsOf(s, f, e));
    default:
      return refuse(s, "memory as an operand", e.span);
  }
}

/** A function of the host gets the tensors. */
function callHost(s: Scope, e: Call, symbol: string): Place {
  count(s);
  const args = e.args.flatMap((a) => argumentsOf(s, emitValue(s, a, undefined), e));
  const value = intrinsic("call_packed", [stringImm(symbol), ...args], int32, e.span);
  s.frame.body.push(evaluate(value, e.span));
  return nothing;
}

/** Another Relax function, written out here with what it is called with. */
function writeOut(s: Scope, e: Call, name: string, bound: Value | undefined): Place {
  const func = s.frame.module.functions.get(name);
  if (func?.kind !== "relax.Function") return refuse(s, `\`${name}\``, e.span);
  if (s.within.has(name)) throw new DiagnosticError(codes.recursive({ name, at: e.span }));
  count(s);
  const direct = directOutputs(func, func.retSinfo);
  const paths = leafPaths(func.retSinfo);
  const inner: Scope = {
    frame: s.frame,
    func,
    values: new Map(),
    symbols: new Map(),
    within: new Set([...s.within, name]),
    destinationOf(source) {
      const output = direct.outputOf(source);
      const path = output === undefined ? undefined : paths[output];
      return bound === undefined || path === undefined
        ? undefined
        : s.destinationOf({ var: bound, path });
    },
  };
  const args = e.args.map((a) => emitValue(s, a, undefined));
  func.params.forEach((p, k) => {
    inner.values.set(p, args[k]!);
    bindSymbols(inner, p.sinfo, args[k]!);
  });
  func.params.forEach((p, k) => p.sinfo && matchInfo(inner, p.sinfo, args[k]!, e));
  return emitSeq(inner, func.body);
}

/** Symbols that stand alone, before compound sizes are looked at. */
function bindSymbols(s: Scope, info: StructInfo | undefined, place: Place): void {
  const note = (wanted: readonly PrimExpr[] | undefined, given: readonly PrimExpr[]): void =>
    wanted?.forEach((d, k) => {
      if (d.kind === "tir.Var" && !s.symbols.has(d) && given[k] !== undefined)
        s.symbols.set(d, given[k]);
    });
  if (info?.kind === "relax.TensorInfo" && place.kind === "tensor")
    note(dimsOf(info), place.buffer.shape);
  if (info?.kind === "relax.ShapeInfo" && place.kind === "shape") note(info.values, place.dims);
  if (info?.kind === "relax.PrimInfo" && place.kind === "scalar")
    note(info.value && [info.value], [place.value]);
  if (info?.kind === "relax.TupleInfo" && place.kind === "tuple")
    info.fields.forEach((f, k) => bindSymbols(s, f, place.fields[k]!));
}

/** Ways to the tensors of a result. */
function leafPaths(info: StructInfo, path: readonly number[] = []): (readonly number[])[] {
  if (info.kind !== "relax.TupleInfo") return [path];
  return info.fields.flatMap((f, i) => leafPaths(f, [...path, i]));
}

type Emit = (s: Scope, e: Call, bound: Value | undefined) => Place;

const allocStorage: Emit = (s, e, bound) => {
  const output = bound && s.destinationOf({ var: bound, path: [] });
  if (output !== undefined) return { kind: "storage", data: output.data, offset: long(0), output };
  const bytes = shapeOf(s, e.args[0], e).reduce(product, long(1));
  return take(s.frame, bytes, bound?.name ?? "storage", e.span);
};

const tensorInStorage: Emit = (s, e, bound) => {
  const [storage, offset, shape, dtype] = e.args;
  const place = emitValue(s, storage!, undefined);
  const type = typeOf(dtype);
  if (place.kind !== "storage" || type === undefined) return refuse(s, "an allocation", e.span);
  const at = scalarOf(s, offset, e);
  const buffer = tensorIn(s.frame, place, at, shapeOf(s, shape, e), type, bound?.name ?? "tensor");
  return { kind: "tensor", buffer };
};

const allocTensor: Emit = (s, e, bound) => {
  const [shape, dtype] = e.args;
  const type = typeOf(dtype);
  if (type === undefined) return refuse(s, "an allocation", e.span);
  const dims = shapeOf(s, shape, e);
  const hint = bound?.name ?? "tensor";
  const output = bound && s.destinationOf({ var: bound, path: [] });
  const storage: Storage =
    output === undefined
      ? take(s.frame, tensorBytes(dims, type), hint, e.span)
      : { kind: "storage", data: output.data, offset: long(0), output };
  return { kind: "tensor", buffer: tensorIn(s.frame, storage, long(0), dims, type, hint) };
};

const same: Emit = (s, e) => emitValue(s, e.args[0]!, undefined);
const noValue: Emit = () => nothing;

const isNegative = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && e.value < 0;

/** The same elements under another shape; a −1 in the shape is told by the type of the result. */
const reshape: Emit = (s, e, bound) => {
  const of = tensorOf(s, e.args[0], e);
  const target = e.args[1];
  const isWhole = target?.kind === "relax.ShapeExpr" && !target.values.some(isNegative);
  const dims = isWhole
    ? shapeOf(s, target, e)
    : (dimsOf(bound?.sinfo)?.map((d) => inFrame(s, d)) ?? refuse(s, "a shape that is not known", e.span)); // prettier-ignore
  require(s.frame, of.shape.reduce(product, long(1)), dims.reduce(product, long(1)), "a tensor has another number of elements than its new shape"); // prettier-ignore
  return {
    kind: "tensor",
    buffer: viewOf(s.frame, of, long(0), dims, of.dtype, bound?.name ?? "view"),
  };
};

const view: Emit = (s, e, bound) => {
  const [of, shape, dtype, offset] = e.args;
  const buffer = tensorOf(s, of, e);
  const type = typeOf(dtype) ?? buffer.dtype;
  const isTuple = (x: Expr | undefined): boolean => x === undefined || x.kind === "relax.Tuple";
  const dims = isTuple(shape) ? buffer.shape : shapeOf(s, shape, e);
  const at = isTuple(offset) ? long(0) : scalarOf(s, offset, e);
  return { kind: "tensor", buffer: viewOf(s.frame, buffer, at, dims, type, bound?.name ?? "view") };
};

/** The elements of a small tensor of integers as a shape. */
const tensorToShape: Emit = (s, e) => {
  const of = tensorOf(s, e.args[0], e);
  const [length] = of.shape;
  if (of.shape.length !== 1 || length?.kind !== "tir.IntImm")
    return refuse(s, "a shape of unknown rank", e.span);
  const dims = Array.from({ length: Number(length.value) }, (_, k) => {
    const x = load(of, [intImm(k, int64)]);
    return nameValue(s.frame, `size${k}`, x.dtype === int64 ? x : cast(x, int64));
  });
  return { kind: "shape", dims };
};

const operators: Readonly<Record<string, Emit>> = {
  "builtin.alloc_tensor": allocTensor,
  "memory.alloc_storage": allocStorage,
  "memory.alloc_tensor": tensorInStorage,
  "memory.kill_storage": noValue,
  "memory.kill_tensor": noValue,
  "memory.view": view,
  "memory.ensure_zero_offset": same,
  "vm.alloc_storage": allocStorage,
  "vm.alloc_tensor": tensorInStorage,
  "vm.kill_object": noValue,
  "vm.call_tir_dyn": (s, e, bound) => {
    const [callee, tuple] = e.args;
    if (callee?.kind !== "ir.GlobalVar") return refuse(s, "a call of a value", e.span);
    return callKernel(s, e, callee.name, [emitValue(s, tuple!, undefined)], bound);
  },
  reshape,
  shape_of: (s, e) => ({ kind: "shape", dims: tensorOf(s, e.args[0], e).shape }),
  tensor_to_shape: tensorToShape,
  hint_on_device: same,
  to_vdevice: same,
  "builtin.stop_lift_params": same,
};
