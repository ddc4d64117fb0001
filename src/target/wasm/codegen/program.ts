/** Elementary functions: the shared straight-line programs as helper functions, on scalars and on vectors. */
import { elementary } from "../../../support/numeric/transcendental.js";
import type { NumOp, NumType, Program, Step } from "../../../support/numeric/program.js";
import type { FunctionBuilder, FunctionRef, Local, ValueType } from "../encoder/function.js";
import type { PlainOp } from "../encoder/opcodes.js";
import type { FunctionContext, ModuleContext } from "./context.js";

/** The helper for a function of the table at a width; undefined when the table lacks it. */
export function elementaryRoutine(
  shared: ModuleContext,
  name: string,
  width: "f32" | "f64",
): FunctionRef | undefined {
  const program = elementary(name, width);
  if (program === undefined) return undefined;
  return shared.routine(`${name}.${width}`, () => {
    const ref = shared.module.declare(
      `${name}.${width}`,
      Array<ValueType>(program.arity).fill(width),
      [width],
    );
    shared.module.define(ref, (f) => writeProgram(f, program, undefined));
    return ref;
  });
}

/** The function of the table on four float32 or two float64 lanes; undefined when its program mixes widths. */
export function vectorProgram(name: string, width: "f32" | "f64"): Program | undefined {
  const program = elementary(name, width);
  const int = width === "f32" ? "i32" : "i64";
  return program?.steps.every((s) => s.type === width || s.type === int || s.type === "b")
    ? program
    : undefined;
}

/** Longer programs are called. */
const MOST_INLINE = 64;

/** Replaces the vectors on the stack by the program's value. */
export function emitVectorProgram(cx: FunctionContext, name: string, width: "f32" | "f64"): void {
  const program = vectorProgram(name, width)!;
  const { f, shared } = cx;
  if (program.steps.length <= MOST_INLINE) {
    const args = Array.from({ length: program.arity }, () => f.local("v128"));
    for (const local of [...args].reverse()) f.set(local);
    return writeProgram(f, program, width, { args, fma: shared.fma });
  }
  const shape = width === "f32" ? "f32x4" : "f64x2";
  const routine = shared.routine(`${name}.${shape}`, () => {
    const params = Array<ValueType>(program.arity).fill("v128");
    const ref = shared.module.declare(`${name}.${shape}`, params, ["v128"]);
    shared.module.define(ref, (inner) => writeProgram(inner, program, width, { fma: shared.fma }));
    return ref;
  });
  f.call(routine);
}

const scalarType = (type: NumType): ValueType => (type === "b" ? "i32" : type);

interface WriteOptions {
  /** Where the operands are; default the first locals. */
  readonly args?: readonly Local[];
  /** Sums with products round once, by relaxed SIMD. */
  readonly fma?: boolean;
}

/** One local a step; steps used once, by the next step, could stay on the stack, but engines see to that. */
function writeProgram(
  f: FunctionBuilder,
  program: Program,
  vector: "f32" | "f64" | undefined,
  { args, fma = false }: WriteOptions = {},
): void {
  const locals: number[] = [];
  const fused: ReadonlyMap<number, FusedSum> =
    fma && vector !== undefined ? fusedSums(program, vector) : new Map();
  const products = new Set([...fused.values()].map((sum) => sum.product));
  for (const [at, step] of program.steps.entries()) {
    if (step.op === "arg") {
      locals.push(args?.[step.index] ?? step.index);
      continue;
    }
    if (products.has(at)) {
      locals.push(-1);
      continue;
    }
    const local = f.local(vector === undefined ? scalarType(step.type) : "v128");
    const get = (i: number): void => f.get(locals[i]!);
    const sum = fused.get(at);
    if (sum !== undefined) {
      sum.operands.forEach(get);
      f.op(`${vector === "f32" ? "f32x4" : "f64x2"}.${sum.op}`);
    } else if (step.op === "const") writeConstant(f, step, vector !== undefined);
    else if (vector === undefined) writeScalar(f, step, program, get);
    else writeVector(f, step, program, vector, get);
    f.set(local);
    locals.push(local);
  }
  f.get(locals[program.result]!);
}

/** A sum or difference that takes up a product which nothing else needs. */
interface FusedSum {
  readonly op: "relaxed_madd" | "relaxed_nmadd";
  readonly product: number;
  readonly operands: readonly number[];
}

function fusedSums({ steps, result }: Program, width: "f32" | "f64"): Map<number, FusedSum> {
  const uses = steps.map(() => 0);
  for (const step of steps) if ("args" in step) for (const a of step.args) uses[a]!++;
  const factors = (at: number): readonly number[] | undefined => {
    const step = steps[at]!;
    return step.op === "mul" && uses[at] === 1 && at !== result ? step.args : undefined;
  };
  const found = new Map<number, FusedSum>();
  for (const [at, step] of steps.entries()) {
    if ((step.op !== "add" && step.op !== "sub") || step.type !== width) continue;
    const [a, b] = step.args as [number, number];
    const isFirst = step.op === "add" && factors(a) !== undefined;
    const [product, rest] = isFirst ? [a, b] : [b, a];
    const both = factors(product);
    if (both === undefined) continue;
    const op = step.op === "add" ? "relaxed_madd" : "relaxed_nmadd";
    found.set(at, { op, product, operands: [...both, rest] });
  }
  return found;
}

function writeConstant(
  f: FunctionBuilder,
  step: Extract<Step, { op: "const" }>,
  vector: boolean,
): void {
  if (vector) return f.v128(splatBytes(step));
  switch (step.type) {
    case "f32":
      return f.f32(Number(step.value));
    case "f64":
      return f.f64(Number(step.value));
    case "i64":
      return f.i64(step.value);
    default:
      f.i32(Number(step.value));
  }
}

/** The constant in all lanes. */
function splatBytes({ type, value }: Extract<Step, { op: "const" }>): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  for (let at = 0; at < 16; at += type === "f64" || type === "i64" ? 8 : 4) {
    if (type === "f32") view.setFloat32(at, Number(value), true);
    else if (type === "f64") view.setFloat64(at, Number(value), true);
    else if (type === "i64") view.setBigInt64(at, BigInt(value), true);
    else view.setInt32(at, Number(value), true);
  }
  return new Uint8Array(view.buffer);
}

type Work = Extract<Step, { args: readonly number[] }>;

const floatName: Partial<Record<NumOp, string>> = {
  add: "add",
  sub: "sub",
  mul: "mul",
  div: "div",
  neg: "neg",
  abs: "abs",
  sqrt: "sqrt",
  floor: "floor",
  lt: "lt",
  le: "le",
  eq: "eq",
};
const intName: Partial<Record<NumOp, string>> = {
  iadd: "add",
  isub: "sub",
  iand: "and",
  ieq: "eq",
};

function writeScalar(
  f: FunctionBuilder,
  step: Work,
  program: Program,
  get: (i: number) => void,
): void {
  const [a, b, c] = step.args;
  const operand = program.steps[a!]!.type;
  const all = (): void => step.args.forEach(get);
  const float = floatName[step.op] ?? intName[step.op];
  if (float !== undefined) {
    all();
    return f.op(`${operand}.${float}` as PlainOp);
  }
  switch (step.op) {
    case "and":
    case "or":
      all();
      return f.op(`i32.${step.op}`);
    case "not":
      all();
      return f.op("i32.eqz");
    case "select":
      get(b!);
      get(c!);
      get(a!);
      return f.op("select");
    case "bits":
      all();
      return f.op(operand === "f32" ? "i32.reinterpret_f32" : "i64.reinterpret_f64");
    case "float":
      all();
      return f.op(operand === "i32" ? "f32.reinterpret_i32" : "f64.reinterpret_i64");
    case "shl":
    case "sar":
      all();
      if (step.type === "i64") f.i64(step.amount);
      else f.i32(step.amount);
      return f.op(`${step.type}.${step.op === "shl" ? "shl" : "shr_s"}` as PlainOp);
    case "promote":
      all();
      return f.op("f64.promote_f32");
    case "demote":
      all();
      return f.op("f32.demote_f64");
    default:
      throw new Error(`no scalar form of ${step.op}`);
  }
}

/** `p < q ? q : p` and `p < q ? p : q` are single instructions, not-a-numbers included. */
function extremeOf(
  step: Work,
  { steps }: Program,
): { readonly op: "pmax" | "pmin"; readonly args: readonly number[] } | undefined {
  if (step.op !== "select" || (step.type !== "f32" && step.type !== "f64")) return undefined;
  const [cond, then, otherwise] = step.args;
  const test = steps[cond!]!;
  if (test.op !== "lt") return undefined;
  const [p, q] = test.args;
  if (then === q && otherwise === p) return { op: "pmax", args: [p!, q!] };
  return then === p && otherwise === q ? { op: "pmin", args: [q!, p!] } : undefined;
}

function writeVector(
  f: FunctionBuilder,
  step: Work,
  program: Program,
  width: "f32" | "f64",
  get: (i: number) => void,
): void {
  const [a, b, c] = step.args;
  const floats = width === "f32" ? "f32x4" : "f64x2";
  const ints = width === "f32" ? "i32x4" : "i64x2";
  const all = (): void => step.args.forEach(get);
  const extreme = extremeOf(step, program);
  if (extreme !== undefined) {
    extreme.args.forEach(get);
    return f.op(`${floats}.${extreme.op}`);
  }
  const float = floatName[step.op];
  if (float !== undefined) {
    all();
    return f.op(`${floats}.${float}` as PlainOp);
  }
  switch (step.op) {
    case "iadd":
    case "isub":
    case "ieq":
      all();
      return f.op(`${ints}.${intName[step.op]!}` as PlainOp);
    case "iand":
    case "and":
      all();
      return f.op("v128.and");
    case "or":
      all();
      return f.op("v128.or");
    case "not":
      all();
      return f.op("v128.not");
    case "select":
      get(b!);
      get(c!);
      get(a!);
      return f.op("v128.bitselect");
    case "bits":
    case "float":
      return all();
    case "shl":
    case "sar":
      all();
      f.i32(step.amount);
      return f.op(`${ints}.${step.op === "shl" ? "shl" : "shr_s"}` as PlainOp);
    default:
      throw new Error(`no vector form of ${step.op}`);
  }
}
