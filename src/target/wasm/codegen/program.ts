/** Elementary functions: the shared straight-line programs as helper functions, on scalars and on vectors. */
import { elementary } from "../../../support/numeric/transcendental.js";
import type { NumOp, NumType, Program, Step } from "../../../support/numeric/program.js";
import type { FunctionBuilder, FunctionRef, ValueType } from "../encoder/function.js";
import type { PlainOp } from "../encoder/opcodes.js";
import type { ModuleContext } from "./context.js";

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

/** The same on four float32 or two float64 lanes; undefined when the program mixes widths. */
export function vectorRoutine(
  shared: ModuleContext,
  name: string,
  width: "f32" | "f64",
): FunctionRef | undefined {
  const program = elementary(name, width);
  const int = width === "f32" ? "i32" : "i64";
  if (
    program === undefined ||
    program.steps.some((s) => s.type !== width && s.type !== int && s.type !== "b")
  )
    return undefined;
  const shape = width === "f32" ? "f32x4" : "f64x2";
  return shared.routine(`${name}.${shape}`, () => {
    const ref = shared.module.declare(
      `${name}.${shape}`,
      Array<ValueType>(program.arity).fill("v128"),
      ["v128"],
    );
    shared.module.define(ref, (f) => writeProgram(f, program, width));
    return ref;
  });
}

const scalarType = (type: NumType): ValueType => (type === "b" ? "i32" : type);

/** One local a step; steps used once, by the next step, could stay on the stack, but engines see to that. */
function writeProgram(
  f: FunctionBuilder,
  program: Program,
  vector: "f32" | "f64" | undefined,
): void {
  const locals: number[] = [];
  for (const step of program.steps) {
    if (step.op === "arg") {
      locals.push(step.index);
      continue;
    }
    const local = f.local(vector === undefined ? scalarType(step.type) : "v128");
    const get = (i: number): void => f.get(locals[i]!);
    if (step.op === "const") writeConstant(f, step, vector !== undefined);
    else if (vector === undefined) writeScalar(f, step, program, get);
    else writeVector(f, step, vector, get);
    f.set(local);
    locals.push(local);
  }
  f.get(locals[program.result]!);
}

function writeConstant(
  f: FunctionBuilder,
  step: Extract<Step, { op: "const" }>,
  vector: boolean,
): void {
  switch (step.type) {
    case "f32":
      f.f32(Number(step.value));
      if (vector) f.op("f32x4.splat");
      return;
    case "f64":
      f.f64(Number(step.value));
      if (vector) f.op("f64x2.splat");
      return;
    case "i64":
      f.i64(step.value);
      if (vector) f.op("i64x2.splat");
      return;
    default:
      f.i32(Number(step.value));
      if (vector) f.op("i32x4.splat");
  }
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

function writeVector(
  f: FunctionBuilder,
  step: Work,
  width: "f32" | "f64",
  get: (i: number) => void,
): void {
  const [a, b, c] = step.args;
  const floats = width === "f32" ? "f32x4" : "f64x2";
  const ints = width === "f32" ? "i32x4" : "i64x2";
  const all = (): void => step.args.forEach(get);
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
