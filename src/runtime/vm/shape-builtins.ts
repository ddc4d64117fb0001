/** Builtins of symbolic shapes: binding symbols, computing with them, making shapes. */
import { dimOps, type DimOp, type MatchContext } from "../../artefact/index.js";
import { int64 } from "../../support/dtype.js";
import {
  addInt,
  floorDivInt,
  floorModInt,
  maxInt,
  minInt,
  mulInt,
  negInt,
  subInt,
  truncDivInt,
  truncModInt,
  type Int,
} from "../../support/int.js";
import { arithmetic } from "../../support/numeric/arithmetic.js";
import { intValue, nullValue, shapeValue } from "../../support/value.js";
import { codes } from "../codes.js";
import { fail, intArg, stringArg, wrongOperand, type Builtin, type VmContext } from "./context.js";
import { describe, type ShapeHeap, type VmValue } from "./value.js";

const MIN64 = -(2n ** 63n);
const MAX64 = 2n ** 63n - 1n;
const truth = (x: boolean): Int => (x ? 1 : 0);

const plain: Readonly<Record<string, (a: Int, b: Int) => Int>> = {
  add: addInt,
  sub: subInt,
  mul: mulInt,
  min: minInt,
  max: maxInt,
  eq: (a, b) => truth(a === b),
  ne: (a, b) => truth(a !== b),
  lt: (a, b) => truth(a < b),
  le: (a, b) => truth(a <= b),
  gt: (a, b) => truth(a > b),
  ge: (a, b) => truth(a >= b),
  and: (a, b) => truth(a !== 0 && b !== 0),
  or: (a, b) => truth(a !== 0 || b !== 0),
};
const divisions: Readonly<Record<string, (a: Int, b: Int) => Int>> = {
  floordiv: floorDivInt,
  floormod: floorModInt,
  ceildiv: (a, b) => negInt(floorDivInt(negInt(a), b)),
  div: truncDivInt,
  mod: truncModInt,
};

/** One operation on dimensions, exact; results beyond 64 bits and divisions by zero stop the program. */
export function computeDim(vm: VmContext, op: DimOp, args: readonly Int[]): Int {
  const [a, b, c] = args as [Int, Int, Int];
  if (op === "not") return truth(a === 0);
  if (op === "select") return a !== 0 ? b : c;
  const exact = plain[op];
  if (exact !== undefined) {
    const r = exact(a, b);
    return r >= MIN64 && r <= MAX64 ? r : fail(codes.shapeOverflow({ at: vm.at() }));
  }
  const divide = divisions[op];
  if (divide !== undefined)
    return b === 0 ? fail(codes.shapeDivision({ at: vm.at() })) : divide(a, b);
  const bits = arithmetic(op as "bitand" | "bitor" | "bitxor" | "shl" | "shr", int64)!;
  return bits(a, b) ?? fail(codes.shapeOverflow({ at: vm.at() }));
}

function heapArg(vm: VmContext, name: string, value: VmValue | undefined): ShapeHeap {
  return value?.kind === "heap" ? value : wrongOperand(vm, name, "the symbols of a call", value);
}

/** Slots that can be asked for; a hostile artefact must not take all memory. */
const MOST_SLOTS = 1 << 20;

const allocShapeHeap: Builtin = (vm, args, name) => {
  const n = intArg(vm, name, args[0]);
  if (n < 0 || n > MOST_SLOTS) return wrongOperand(vm, name, `at most ${MOST_SLOTS}`, args[0]);
  return { kind: "heap", slots: new Array<Int | undefined>(n).fill(undefined) };
};

function slotOf(vm: VmContext, name: string, heap: ShapeHeap, value: VmValue | undefined): number {
  const slot = intArg(vm, name, value);
  return slot >= 0 && slot < heap.slots.length
    ? slot
    : wrongOperand(vm, name, `a slot below ${heap.slots.length}`, value);
}

function readSlot(vm: VmContext, name: string, heap: ShapeHeap, value: VmValue | undefined): Int {
  const known = heap.slots[slotOf(vm, name, heap, value)];
  return known ?? wrongOperand(vm, name, "a symbol with a value", value);
}

function exactInt(vm: VmContext, name: string, value: VmValue | undefined): Int {
  return value?.kind === "int" ? value.value : wrongOperand(vm, name, "an integer", value);
}

/** What was being matched; a text that is no context gives a plain message. */
function contextOf(text: string): MatchContext {
  const nothing: MatchContext = { function: "?", name: "?", isParam: false, dims: [], origins: {} };
  try {
    const data = JSON.parse(text) as { readonly [K in keyof MatchContext]?: unknown } | null;
    // The text comes from a file: what is not as expected is shown as text, or left out.
    const dims = Array.isArray(data?.dims) ? data.dims.map(String) : [];
    const origins = Object.entries(data?.origins ?? {}).map(([k, v]) => [k, String(v)] as const);
    const [func, name] = [data?.function ?? "?", data?.name ?? "?"].map(String) as [string, string];
    const isParam = data?.isParam === true;
    return { function: func, name, isParam, dims, origins: Object.fromEntries(origins) };
  } catch {
    return nothing;
  }
}

function unequal(vm: VmContext, text: string, axis: number, expected: Int, actual: Int): never {
  const c = contextOf(text);
  const dimension = c.dims[axis] ?? String(expected);
  const notes = Object.entries(c.origins)
    .filter(([symbol]) => dimension.split(/\W+/).includes(symbol))
    .map(([symbol, origin]) => `\`${symbol}\` was bound by \`${origin}\``);
  if (c.isParam) {
    return fail(
      codes.argumentShape({
        at: vm.at(), axis, param: c.name, name: c.function, actual, dimension, expected, notes,
      }), // prettier-ignore
    );
  }
  const wanted =
    dimension === String(expected) ? dimension : `\`${dimension}\`, which is ${expected}`;
  return fail(
    codes.matchFailed({
      at: vm.at(), name: c.name, found: `axis ${axis} is ${actual}`, expected: wanted, notes,
    }), // prettier-ignore
  );
}

function wrongKind(
  vm: VmContext,
  text: string,
  expected: string,
  value: VmValue | undefined,
): never {
  const c = contextOf(text);
  const actual = describe(value);
  if (c.isParam) {
    return fail(
      codes.argumentKind({ at: vm.at(), param: c.name, name: c.function, expected, actual }),
    );
  }
  return fail(codes.matchFailed({ at: vm.at(), name: c.name, found: actual, expected }));
}

function wrongRank(vm: VmContext, text: string, expected: number, actual: number): never {
  const c = contextOf(text);
  if (c.isParam) {
    return fail(
      codes.argumentRank({ at: vm.at(), param: c.name, name: c.function, expected, actual }),
    );
  }
  return fail(
    codes.matchFailed({
      at: vm.at(), name: c.name, found: `${actual} axes`, expected: String(expected),
    }), // prettier-ignore
  );
}

const MATCH = { assertImmediate: 0, store: 1, ignore: 2, assertSlot: 3 } as const;

/** Code of one dimension, applied to its value. */
function matchOne(
  vm: VmContext,
  name: string,
  heap: ShapeHeap | undefined,
  code: number,
  operand: VmValue | undefined,
  actual: Int,
  unequalTo: (expected: Int) => never,
): void {
  if (code === MATCH.ignore) return;
  if (code === MATCH.assertImmediate) {
    const expected = exactInt(vm, name, operand);
    if (expected !== actual) unequalTo(expected);
    return;
  }
  if (heap === undefined) wrongOperand(vm, name, "the symbols of a call", nullValue);
  if (code === MATCH.store) heap.slots[slotOf(vm, name, heap, operand)] = actual;
  else if (code === MATCH.assertSlot) {
    const expected = readSlot(vm, name, heap, operand);
    if (expected !== actual) unequalTo(expected);
  } else wrongOperand(vm, name, "a match code below 4", intValue(code, int64));
}

/** `match_shape(value, heap, n, (code, operand) × n, context)` */
const matchShape: Builtin = (vm, args, name) => {
  const [value, heapValue, count] = args;
  const n = intArg(vm, name, count);
  const text = stringArg(vm, name, args[args.length - 1]);
  const heap = heapValue?.kind === "null" ? undefined : heapArg(vm, name, heapValue);
  const dims =
    value?.kind === "tensor" ? value.shape : value?.kind === "shape" ? value.dims : undefined;
  if (dims === undefined) return wrongKind(vm, text, "a tensor or a shape", value);
  if (dims.length !== n) return wrongRank(vm, text, n, dims.length);
  dims.forEach((dim, axis) => {
    const code = intArg(vm, name, args[3 + 2 * axis]);
    const no = (expected: Int): never => unequal(vm, text, axis, expected, dim);
    matchOne(vm, name, heap, code, args[4 + 2 * axis], dim, no);
  });
  return nullValue;
};

/** `match_prim_value(value, heap, code, operand, context)` */
const matchPrimValue: Builtin = (vm, args, name) => {
  const [value, heapValue, code, operand, context] = args;
  const text = stringArg(vm, name, context);
  const actual = exactInt(vm, name, value);
  const heap = heapValue?.kind === "null" ? undefined : heapArg(vm, name, heapValue);
  matchOne(vm, name, heap, intArg(vm, name, code), operand, actual, (expected) => {
    const c = contextOf(text);
    return fail(
      codes.matchFailed({
        at: vm.at(), name: c.name, found: String(actual), expected: String(expected),
      }), // prettier-ignore
    );
  });
  return nullValue;
};

/** A value given as (code, operand): 0 immediate, 1 slot. */
function given(
  vm: VmContext,
  name: string,
  heap: VmValue | undefined,
  args: readonly VmValue[],
  at: number,
): Int {
  const code = intArg(vm, name, args[at]);
  if (code === 0) return exactInt(vm, name, args[at + 1]);
  if (code === 1) return readSlot(vm, name, heapArg(vm, name, heap), args[at + 1]);
  return wrongOperand(vm, name, "0 or 1", args[at]);
}

/** `make_shape(heap, n, (code, operand) × n)` */
const makeShape: Builtin = (vm, args, name) => {
  const n = intArg(vm, name, args[1]);
  if (args.length !== 2 + 2 * n) return wrongOperand(vm, name, `${n} dimensions`, args[1]);
  return shapeValue(Array.from({ length: n }, (_, i) => given(vm, name, args[0], args, 2 + 2 * i)));
};

/** `make_prim_value(heap, code, operand[, type])` */
const makePrimValue: Builtin = (vm, args, name) => {
  const value = given(vm, name, args[0], args, 1);
  const type = args[3];
  return intValue(value, type?.kind === "dtype" ? type.value : int64);
};

/** `heap_compute(heap, operation, target, (code, operand) × n)` */
const heapCompute: Builtin = (vm, args, name) => {
  const heap = heapArg(vm, name, args[0]);
  const op = dimOps[intArg(vm, name, args[1])];
  if (op === undefined) return wrongOperand(vm, name, "an operation", args[1]);
  const count = (args.length - 3) / 2;
  const wanted = op === "not" ? 1 : op === "select" ? 3 : 2;
  if (count !== wanted) return wrongOperand(vm, name, `${wanted} operands`, args[1]);
  const values = Array.from({ length: count }, (_, i) => given(vm, name, heap, args, 3 + 2 * i));
  heap.slots[slotOf(vm, name, heap, args[2])] = computeDim(vm, op, values);
  return nullValue;
};

const context = (args: readonly VmValue[]): string => {
  const last = args[args.length - 1];
  return last?.kind === "string" ? last.value : "";
};

/** `check_tensor_info(value, ndim, type or nothing, context)`; −1 allows every rank. */
const checkTensorInfo: Builtin = (vm, args, name) => {
  const [value, ndim, type] = args;
  const text = context(args);
  if (value?.kind !== "tensor") return wrongKind(vm, text, "a tensor", value);
  if (type?.kind === "dtype" && type.value !== value.dtype) {
    return wrongKind(vm, text, `a tensor of ${type.value.name}`, value);
  }
  const rank = intArg(vm, name, ndim);
  if (rank !== -1 && rank !== value.shape.length) wrongRank(vm, text, rank, value.shape.length);
  return nullValue;
};

const checkShapeInfo: Builtin = (vm, args, name) => {
  const [value, ndim] = args;
  const text = context(args);
  if (value?.kind !== "shape") return wrongKind(vm, text, "a shape", value);
  const rank = intArg(vm, name, ndim);
  if (rank !== -1 && rank !== value.dims.length) wrongRank(vm, text, rank, value.dims.length);
  return nullValue;
};

const checkPrimValueInfo: Builtin = (vm, args) => {
  const [value, type] = args;
  const wanted = type?.kind === "dtype" ? type.value : undefined;
  if (
    (value?.kind === "int" || value?.kind === "float") &&
    value.dtype === (wanted ?? value.dtype)
  ) {
    return nullValue;
  }
  return wrongKind(vm, context(args), `a ${wanted?.name ?? "scalar"}`, value);
};

const checkTupleInfo: Builtin = (vm, args, name) => {
  const [value, size] = args;
  const n = intArg(vm, name, size);
  if (value?.kind === "tuple" && value.fields.length === n) return nullValue;
  return wrongKind(vm, context(args), `a tuple of ${n}`, value);
};

const checkKind =
  (kind: VmValue["kind"], words: string): Builtin =>
  (vm, args) =>
    args[0]?.kind === kind ? nullValue : wrongKind(vm, context(args), words, args[0]);

/** Builtins by name. */
export const shapeBuiltins: Readonly<Record<string, Builtin>> = {
  "vm.builtin.alloc_shape_heap": allocShapeHeap,
  "vm.builtin.match_shape": matchShape,
  "vm.builtin.match_prim_value": matchPrimValue,
  "vm.builtin.make_shape": makeShape,
  "vm.builtin.make_prim_value": makePrimValue,
  "vm.builtin.heap_compute": heapCompute,
  "vm.builtin.check_tensor_info": checkTensorInfo,
  "vm.builtin.check_shape_info": checkShapeInfo,
  "vm.builtin.check_prim_value_info": checkPrimValueInfo,
  "vm.builtin.check_tuple_info": checkTupleInfo,
  "vm.builtin.check_func_info": checkKind("closure", "a function"),
  "vm.builtin.check_string_info": checkKind("string", "a string"),
};
