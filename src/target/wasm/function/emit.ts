/** Bindings of a Relax function as WebAssembly. */
import type { Binding, Call, Expr, Func, If, SeqExpr, Var } from "../../../ir/relax/expr.js";
import { dimsOf, type StructInfo } from "../../../ir/relax/struct-info.js";
import type { PrimExpr } from "../../../ir/tir/expr.js";
import { bytesOf, isFloat, type DType } from "../../../support/dtype.js";
import { bytesOfDims, callFunction, callKernel, fieldsOf, matchSizes } from "./call.js";
import { decline } from "../../decline.js";
import { joinOf } from "./join.js";
import { pushPointer, type Place, type Pointer, type TensorPlace } from "./place.js";
import {
  combine,
  fork,
  needAtMost,
  needEqual,
  numberSize,
  productOf,
  pushSize,
  sizeOf,
  type Size,
} from "./size.js";
import { allocate, placeOf, type Output, type State } from "./state.js";

/** Writes the bindings of a sequence; the place of its result. */
export function emitSeq(s: State, seq: SeqExpr): Place {
  for (const block of seq.blocks) for (const b of block.bindings) emitBinding(s, b);
  return emitValue(s, seq.body, undefined);
}

function emitBinding(s: State, b: Binding): void {
  if (b.value.kind === "relax.Function") decline("it has a function inside");
  const place = emitValue(s, b.value as Expr, b.var);
  if (b.kind === "relax.MatchCast") matchInfo(s, b.sinfo, place);
  s.values.set(b.var, place);
  const symbol = b.var.sinfo?.kind === "relax.PrimInfo" ? b.var.sinfo.value : undefined;
  if (symbol?.kind === "tir.Var" && place.kind === "integer" && !s.sizes.symbols.has(symbol))
    s.sizes.symbols.set(symbol, place.size);
}

function matchInfo(s: State, info: StructInfo, place: Place): void {
  const pairs: [PrimExpr, Size][] = [];
  const walk = (x: StructInfo, p: Place): void => {
    if (x.kind === "relax.ObjectInfo") return;
    if (x.kind === "relax.TensorInfo" && p.kind === "tensor") {
      if (x.shape !== undefined && x.shape.kind !== "relax.ShapeExpr")
        return decline("a shape is a variable");
      const dims = dimsOf(x);
      if ((x.dtype ?? p.dtype) !== p.dtype) decline("a value has another type");
      if (x.ndim >= 0 && x.ndim !== p.dims.length) decline("a value has another rank");
      dims?.forEach((e, i) => pairs.push([e, p.dims[i]!]));
    } else if (x.kind === "relax.ShapeInfo" && p.kind === "shape") {
      if (x.ndim >= 0 && x.ndim !== p.dims.length) decline("a value has another rank");
      x.values?.forEach((e, i) => pairs.push([e, p.dims[i]!]));
    } else if (x.kind === "relax.TupleInfo" && p.kind === "tuple") {
      if (x.fields.length !== p.fields.length) decline("a tuple has another size");
      x.fields.forEach((field, i) => walk(field, p.fields[i]!));
    } else decline("a value is of another kind");
  };
  walk(info, place);
  matchSizes(s, s.sizes, pairs);
}

/** The place of a value; `bound` is the variable that takes it. */
function emitValue(s: State, e: Expr, bound: Var | undefined): Place {
  switch (e.kind) {
    case "relax.Var":
      return placeOf(s, e);
    case "relax.Const": {
      const index = s.program.constants.indexOf(e.data);
      const dims = e.data.shape.map(numberSize);
      const pointer: Pointer = { kind: "constant", index };
      return { kind: "tensor", dtype: e.data.dtype, dims, pointer, owned: false };
    }
    case "relax.Tuple":
      return { kind: "tuple", fields: e.fields.map((x) => emitValue(s, x, undefined)) };
    case "relax.TupleGetItem": {
      const tuple = emitValue(s, e.tuple, undefined);
      const field = tuple.kind === "tuple" ? tuple.fields[e.index] : undefined;
      return field ?? decline("an item is not in its tuple");
    }
    case "relax.ShapeExpr":
      return { kind: "shape", dims: e.values.map((d) => sizeOf(s.f, s.sizes, d)) };
    case "relax.PrimValue":
      return emitScalar(s, e.value);
    case "relax.SeqExpr":
      return emitSeq(s, e);
    case "relax.If":
      return emitIf(s, e, bound?.sinfo);
    case "relax.Call":
      return emitCall(s, e, bound);
    default:
      return decline("it has a value that is no tensor, shape or scalar");
  }
}

function emitScalar(s: State, e: PrimExpr): Place {
  if (!isFloat(e.dtype)) return { kind: "integer", size: sizeOf(s.f, s.sizes, e) };
  const bits = s.f.local("i64");
  if (e.kind !== "tir.FloatImm") return decline("it computes with floats");
  s.f.f64(e.value);
  s.f.op("i64.reinterpret_f64");
  s.f.set(bits);
  return { kind: "float", bits };
}

/** Both branches hand their value over; what they compute does not outlive them. */
function emitIf(s: State, e: If, info: StructInfo | undefined): Place {
  const { f, sizes } = s;
  const join = joinOf(s, info);
  pushTruth(s, emitValue(s, e.cond, undefined));
  const branch = (seq: SeqExpr) => (): void => {
    s.sizes = fork(sizes);
    join.take(emitSeq(s, seq));
    s.sizes = sizes;
  };
  f.if(undefined, branch(e.then), branch(e.otherwise));
  return join.place;
}

/** Pushes an i32 that is not 0 when the condition holds. */
function pushTruth(s: State, cond: Place): void {
  const { f } = s;
  if (cond.kind === "integer") {
    pushSize(f, cond.size);
    f.i64(0);
    return f.op("i64.ne");
  }
  if (cond.kind !== "tensor" || cond.dtype.lanes !== 1) return decline("a condition is no scalar");
  const { code, bits } = cond.dtype;
  if (code !== "bool" && code !== "int" && code !== "uint") decline("a condition is no integer");
  for (const d of cond.dims) if (d.kind !== "number" || d.value !== 1n) decline("a condition is no scalar"); // prettier-ignore
  pushPointer(f, cond.pointer, s.program.table);
  switch (code === "bool" ? 8 : bits) {
    case 8:
      return f.memory("i32.load8_u");
    case 16:
      return f.memory("i32.load16_u");
    case 32:
      return f.memory("i32.load");
    case 64:
      f.memory("i64.load");
      f.i64(0);
      return f.op("i64.ne");
    default:
      return decline("a condition has an unusual type");
  }
}

const operands = (s: State, args: readonly Expr[]): Place[] =>
  args.map((a) => emitValue(s, a, undefined));

function emitCall(s: State, call: Call, bound: Var | undefined): Place {
  const { op } = call;
  if (op.kind === "ir.GlobalVar") return invoke(s, op.name, operands(s, call.args), bound);
  if (op.kind !== "relax.Op") return decline("it calls a function that is not of the module");
  const emit = Object.hasOwn(emitters, op.name) ? emitters[op.name] : undefined;
  return emit === undefined ? decline(`\`R.${op.name}\` has no code here`) : emit(s, call, bound);
}

const nothing: Place = { kind: "tuple", fields: [] };

/** Functions of the module by name, for calls. */
function invoke(s: State, name: string, args: readonly Place[], bound: Var | undefined): Place {
  if (s.program.shared.kernels.has(name)) {
    callKernel(s, name, args);
    return nothing;
  }
  const callee = s.program.callees.get(name);
  if (callee === undefined) return decline(`\`${name}\` is not compiled`);
  return callFunction(s, callee, args, bound);
}

type Emit = (s: State, call: Call, bound: Var | undefined) => Place;

const typeOf = (e: Expr | undefined): DType =>
  e?.kind === "relax.DTypeValue" ? e.value : decline("an element type is not written");

const same: Emit = (s, call) => emitValue(s, call.args[0]!, undefined);

const shapeAt = (s: State, e: Expr): readonly Size[] => {
  const place = emitValue(s, e, undefined);
  return place.kind === "shape" ? place.dims : decline("a shape is not known");
};

const allocTensor: Emit = (s, call, bound) => {
  const dims = shapeAt(s, call.args[0]!);
  const dtype = typeOf(call.args[1]);
  const bytes = bytesOfDims(s, dims, bytesOf(dtype));
  const pointer = allocate(s, bytes, bound && { var: bound, path: [] });
  return { kind: "tensor", dtype, dims, pointer, owned: true };
};

const allocStorage: Emit = (s, call, bound) => {
  const size = bytesOfDims(s, shapeAt(s, call.args[0]!), 1);
  return { kind: "storage", size, pointer: allocate(s, size, bound && { var: bound, path: [] }) };
};

/** The address `offset` bytes behind a pointer, when `bytes` there are within `size`. */
function inside(s: State, p: Pointer, size: Size, offset: Size, bytes: Size): Pointer {
  const { f } = s;
  needAtMost(f, s.sizes, numberSize(0), offset);
  needAtMost(f, s.sizes, combine(f, s.sizes, "add", offset, bytes), size);
  if (offset.kind === "number" && p.kind === "local")
    return { ...p, offset: p.offset + Number(offset.value) };
  const local = f.local("i32");
  pushPointer(f, p, s.program.table);
  pushSize(f, offset);
  f.op("i32.wrap_i64");
  f.op("i32.add");
  f.set(local);
  return { kind: "local", local, offset: 0 };
}

const sizeAt = (s: State, e: Expr | undefined): Size => {
  const place = e && emitValue(s, e, undefined);
  return place?.kind === "integer" ? place.size : decline("an offset is no integer");
};

const tensorInStorage: Emit = (s, call) => {
  const storage = emitValue(s, call.args[0]!, undefined);
  if (storage.kind !== "storage") return decline("a tensor is allocated in what is no storage");
  const offset = sizeAt(s, call.args[1]);
  const dims = shapeAt(s, call.args[2]!);
  const dtype = typeOf(call.args[3]);
  const bytes = bytesOfDims(s, dims, bytesOf(dtype));
  const pointer = inside(s, storage.pointer, storage.size, offset, bytes);
  return { kind: "tensor", dtype, dims, pointer, owned: true };
};

const tensorAt = (s: State, e: Expr | undefined): Extract<Place, { kind: "tensor" }> => {
  const place = e && emitValue(s, e, undefined);
  return place?.kind === "tensor" ? place : decline("an operand is no tensor");
};

const isGiven = (e: Expr | undefined): e is Expr =>
  e !== undefined &&
  !(e.kind === "relax.Tuple" && e.fields.length === 0) &&
  !(e.kind === "relax.Call" && e.op.kind === "relax.Op" && e.op.name === "null_value");

const view: Emit = (s, call) => {
  const [data, shape, type, offset] = call.args;
  const t = tensorAt(s, data);
  const dtype = isGiven(type) ? typeOf(type) : t.dtype;
  const dims = isGiven(shape) ? shapeAt(s, shape) : t.dims;
  const from = isGiven(offset) ? sizeAt(s, offset) : numberSize(0);
  const bytes = bytesOfDims(s, dims, bytesOf(dtype));
  const size = productOf(s.f, s.sizes, [...t.dims, numberSize(bytesOf(t.dtype))]);
  const pointer = inside(s, t.pointer, size, from, bytes);
  return { kind: "tensor", dtype, dims, pointer, owned: t.owned };
};

/** The same elements under another shape; a −1 in the shape is told by the type of the result. */
const reshape: Emit = (s, call, bound) => {
  const t = tensorAt(s, call.args[0]);
  const target = call.args[1];
  const isWhole = target?.kind === "relax.ShapeExpr" && !target.values.some(isNegative);
  const dims = isWhole
    ? shapeAt(s, target)
    : (dimsOf(bound?.sinfo) ?? decline("a shape is not known")).map((e) => sizeOf(s.f, s.sizes, e));
  const { f, sizes } = s;
  bytesOfDims(s, dims, 1);
  needEqual(f, productOf(f, sizes, t.dims), productOf(f, sizes, dims));
  return { ...t, dims };
};

const isNegative = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && e.value < 0;

const emitters: Readonly<Record<string, Emit>> = {
  "builtin.alloc_tensor": allocTensor,
  "memory.alloc_storage": allocStorage,
  "memory.alloc_tensor": tensorInStorage,
  "memory.kill_storage": () => nothing,
  "memory.kill_tensor": () => nothing,
  "memory.view": view,
  "memory.ensure_zero_offset": same,
  "vm.alloc_storage": allocStorage,
  "vm.alloc_tensor": tensorInStorage,
  "vm.kill_object": () => nothing,
  "vm.call_tir_dyn": (s, call) => {
    const [callee, tuple] = call.args;
    if (callee?.kind !== "ir.GlobalVar" || !s.program.shared.kernels.has(callee.name))
      return decline("it calls a value");
    const fields = fieldsOf(emitValue(s, tuple!, undefined));
    const last = fields[fields.length - 1];
    const dims = last?.kind === "shape" ? last.dims : [];
    const rest = last?.kind === "shape" ? fields.slice(0, -1) : fields;
    callKernel(s, callee.name, [
      ...rest,
      ...dims.map((size): Place => ({ kind: "integer", size })),
    ]);
    return nothing;
  },
  reshape,
  shape_of: (s, call) => ({ kind: "shape", dims: tensorAt(s, call.args[0]).dims }),
  hint_on_device: same,
  to_vdevice: same,
  "builtin.stop_lift_params": same,
};

/** Writes the body of a function, and its result to the memory for it. */
export function emitBody(s: State, func: Func): void {
  const result = emitSeq(s, func.body);
  let next = 0;
  const store = (place: Place): void => {
    if (place.kind === "tuple") return place.fields.forEach(store);
    const output = s.outputs[next++];
    if (place.kind !== "tensor" || output === undefined) return decline("its result is no tensor");
    storeOutput(s, place, output);
  };
  store(result);
  if (next !== s.outputs.length) decline("its result has another number of tensors");
}

/** Copies a tensor to where the caller wants it, unless it is there. */
function storeOutput({ f, program }: State, t: TensorPlace, output: Output): void {
  if (t.dtype !== output.dtype || t.dims.length !== output.dims.length)
    decline("its result has another type than declared");
  t.dims.forEach((d, i) => needEqual(f, output.dims[i]!, d));
  const [from, to] = [t.pointer, output.pointer];
  if (from.kind === "local" && to.kind === "local" && from.local === to.local && from.offset === 0)
    return;
  pushPointer(f, from, program.table);
  pushPointer(f, to, program.table);
  f.op("i32.ne");
  f.if(undefined, () => {
    pushPointer(f, to, program.table);
    pushPointer(f, from, program.table);
    pushSize(f, output.bytes);
    f.op("i32.wrap_i64");
    f.op("memory.copy");
  });
}
