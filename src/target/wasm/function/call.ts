/** Calls of kernels and of other compiled Relax functions. */
import type { Var } from "../../../ir/relax/expr.js";
import type { StructInfo } from "../../../ir/relax/struct-info.js";
import { dimsOf } from "../../../ir/relax/struct-info.js";
import type { PrimExpr } from "../../../ir/tir/expr.js";
import { bytesOf, isFloat } from "../../../support/dtype.js";
import { decline } from "../../decline.js";
import { pushPointer, type Place, type TensorPlace } from "./place.js";
import {
  MOST_SYMBOL,
  needAtMost,
  needEqual,
  numberSize,
  productOf,
  pushSize,
  sizeOf,
  type Size,
  type SizeScope,
} from "./size.js";
import { storedParams } from "./stored-params.js";
import { allocate, callWithStatus, type Callee, type State } from "./state.js";

/** Binds a symbol that stands alone for the first time; everything else must agree. */
export function matchSize(s: State, inner: SizeScope, expected: PrimExpr, actual: Size): void {
  if (expected.kind === "tir.Var" && !inner.symbols.has(expected)) {
    inner.symbols.set(expected, actual);
    return;
  }
  needEqual(s.f, sizeOf(s.f, inner, expected), actual);
}

/** Binds plain symbols first, then checks the rest, as the machine does. */
export function matchSizes(
  s: State,
  inner: SizeScope,
  pairs: readonly (readonly [PrimExpr, Size])[],
): void {
  for (const [expected, actual] of pairs) {
    if (expected.kind === "tir.Var" && !inner.symbols.has(expected))
      inner.symbols.set(expected, actual);
  }
  for (const [expected, actual] of pairs) matchSize(s, inner, expected, actual);
}

/** What is known of another function's symbols; sizes that are equal here are computed once. */
const innerScope = (s: State): SizeScope => ({ symbols: new Map(), known: s.sizes.known });

/** Calls a T function on tensors and scalars in the order of its parameters. */
export function callKernel(s: State, name: string, args: readonly Place[]): void {
  const { f, program } = s;
  const kernel = program.shared.kernels.get(name)!;
  const signature = program.signatures.get(name)!;
  const { params, retType } = kernel.func;
  if (retType.code !== "void") decline(`\`${name}\` returns a value`);
  if (program.hosted.has(name)) decline(`\`${name}\` calls the host`);
  if (params.length !== args.length)
    decline(`\`${name}\` is called with another number of arguments`);
  const inner = innerScope(s);
  const pairs: [PrimExpr, Size][] = [];
  params.forEach(({ var: v, buffer }, i) => {
    const arg = args[i]!;
    if (buffer === undefined && v.dtype.code !== "handle") {
      if (arg.kind === "integer" && !isFloat(v.dtype)) inner.symbols.set(v, arg.size);
      else if (arg.kind !== "float" || !isFloat(v.dtype))
        decline(`an argument of \`${name}\` is another scalar`);
      return;
    }
    if (arg.kind !== "tensor") return decline(`an argument of \`${name}\` is no tensor`);
    if (buffer === undefined) return;
    if (arg.dtype !== buffer.dtype || arg.dims.length !== buffer.shape.length)
      decline(`an argument of \`${name}\` has another type or rank`);
    buffer.shape.forEach((e, axis) => pairs.push([e, arg.dims[axis]!]));
  });
  matchSizes(s, inner, pairs);
  const symbols = signature.symbols.map((v, k) => {
    const source = signature.info.params[params.length + k]?.source;
    const known = inner.symbols.get(v);
    if (known !== undefined && source?.field === "shape") return known;
    const arg = args[source?.param ?? -1];
    if (source?.field !== "strides" || arg?.kind !== "tensor") return numberSize(0);
    return productOf(f, s.sizes, arg.dims.slice(source.axis + 1));
  });
  for (const k of storedParams(kernel.func)) {
    const arg = args[k]!;
    // It could not be run again by the virtual machine.
    if (arg.kind === "tensor" && !arg.owned) decline("it changes its arguments");
  }
  for (const arg of args) if (arg.kind === "tensor") pushPointer(f, arg.pointer, program.table);
  for (const arg of args) {
    if (arg.kind === "integer") pushSize(f, arg.size);
    else if (arg.kind === "float") f.get(arg.bits);
  }
  for (const size of symbols) pushSize(f, size);
  callWithStatus(s, kernel.ref, program.sure.has(name));
}

/** Calls another compiled function; its result is in memory of this one. */
export function callFunction(
  s: State,
  callee: Callee,
  args: readonly Place[],
  bound: Var | undefined,
): Place {
  const { f, program } = s;
  const { form } = callee;
  const { params } = form;
  if (params.length !== args.length) decline("a call has another number of arguments");
  const inner = innerScope(s);
  const tensors: TensorPlace[] = [];
  const floats: (() => void)[] = [];
  const pairs: [PrimExpr, Size][] = [];
  const match = (info: StructInfo | undefined, place: Place): void => {
    if (info?.kind === "relax.TensorInfo" && place.kind === "tensor") {
      const dims = dimsOf(info) ?? [];
      if (info.dtype !== place.dtype || dims.length !== place.dims.length)
        decline("an argument of a call has another type or rank");
      tensors.push(place);
      dims.forEach((e, axis) => pairs.push([e, place.dims[axis]!]));
    } else if (info?.kind === "relax.TupleInfo" && place.kind === "tuple") {
      if (info.fields.length !== place.fields.length) decline("a tuple has another size");
      info.fields.forEach((field, i) => match(field, place.fields[i]!));
    } else if (info?.kind === "relax.ShapeInfo" && place.kind === "shape") {
      const values = info.values ?? [];
      if (values.length !== place.dims.length) decline("a shape has another rank");
      values.forEach((e, axis) => pairs.push([e, place.dims[axis]!]));
    } else if (
      info?.kind === "relax.PrimInfo" &&
      place.kind === "integer" &&
      !isFloat(info.dtype)
    ) {
      if (info.value === undefined) floats.push(() => pushSize(f, place.size));
      else pairs.push([info.value, place.size]);
    } else if (info?.kind === "relax.PrimInfo" && place.kind === "float" && isFloat(info.dtype)) {
      floats.push(() => f.get(place.bits));
    } else decline("an argument of a call is of another kind");
  };
  params.forEach((info, i) => match(info, args[i]!));
  matchSizes(s, inner, pairs);
  const outputs = form.outputInfos.map((info, k): TensorPlace => {
    const dims = (dimsOf(info) ?? []).map((e) => sizeOf(f, inner, e));
    const { dtype } = form.outputs[k]!;
    const bytes = bytesOfDims(s, dims, bytesOf(dtype));
    const source = bound && { var: bound, path: pathOf(form.info.result, k) };
    return { kind: "tensor", dims, dtype, owned: true, pointer: allocate(s, bytes, source) };
  });
  const symbols = form.symbols.map((v) => inner.symbols.get(v) ?? decline("a symbol is not bound"));
  for (const size of symbols) {
    needAtMost(f, s.sizes, size, numberSize(MOST_SYMBOL));
    needAtMost(f, s.sizes, numberSize(-MOST_SYMBOL), size);
  }
  for (const t of tensors) pushPointer(f, t.pointer, program.table);
  for (const push of floats) push();
  for (const size of symbols) pushSize(f, size);
  for (const o of outputs) pushPointer(f, o.pointer, program.table);
  callWithStatus(s, callee.ref);
  let next = 0;
  const pack = (form: Callee["form"]["info"]["result"]): Place =>
    form.kind === "tuple" ? { kind: "tuple", fields: form.fields.map(pack) } : outputs[next++]!;
  return pack(form.info.result);
}

/** Bytes of a tensor; negative extents leave the function. */
export function bytesOfDims(s: State, dims: readonly Size[], each: number): Size {
  for (const d of dims) needAtMost(s.f, s.sizes, numberSize(0), d);
  return productOf(s.f, s.sizes, [...dims, numberSize(each)]);
}

/** Where the k-th tensor is in a result. */
function pathOf(form: Callee["form"]["info"]["result"], k: number): readonly number[] {
  const paths: (readonly number[])[] = [];
  const walk = (x: typeof form, path: readonly number[]): void => {
    if (x.kind === "tuple") x.fields.forEach((y, i) => walk(y, [...path, i]));
    else paths.push(path);
  };
  walk(form, []);
  return paths[k]!;
}

/** The fields of an argument that is a tuple. */
export const fieldsOf = (place: Place): readonly Place[] =>
  place.kind === "tuple" ? place.fields : [place];
