/** Evaluation of elementary-function programs on JavaScript numbers. */
import type { Program, Step } from "./program.js";

const scratch = new DataView(new ArrayBuffer(8));

export const floatBits = (x: number): number => {
  scratch.setFloat32(0, x);
  return scratch.getInt32(0);
};
export const bitsFloat = (x: number): number => {
  scratch.setInt32(0, x);
  return scratch.getFloat32(0);
};
export const doubleBits = (x: number): bigint => {
  scratch.setFloat64(0, x);
  return scratch.getBigInt64(0);
};
export const bitsDouble = (x: bigint): number => {
  scratch.setBigInt64(0, x);
  return scratch.getFloat64(0);
};

type Cell = number | bigint | boolean;
type Run = (v: Cell[]) => Cell;

/** A function of `program.arity` floats, already of the program's width. */
export function compileProgram(program: Program): (x: number, y?: number) => number {
  const runs = program.steps.map(compileStep);
  const values = new Array<Cell>(runs.length).fill(0);
  return (x, y = 0) => {
    for (let i = 0; i < runs.length; i++) {
      const step = program.steps[i]!;
      values[i] = step.op === "arg" ? (step.index === 0 ? x : y) : runs[i]!(values);
    }
    return values[program.result] as number;
  };
}

function compileStep(step: Step): Run {
  if (step.op === "arg") return () => 0;
  if (step.op === "const") return () => step.value;
  const [a, b, c] = step.args as [number, number, number];
  const single = step.type === "f32";
  const float = (f: (v: Cell[]) => number): Run => (single ? (v) => Math.fround(f(v)) : f);
  const num = (v: Cell[], i: number): number => v[i] as number;
  switch (step.op) {
    case "add":
      return float((v) => num(v, a) + num(v, b));
    case "sub":
      return float((v) => num(v, a) - num(v, b));
    case "mul":
      return float((v) => num(v, a) * num(v, b));
    case "div":
      return float((v) => num(v, a) / num(v, b));
    case "sqrt":
      return float((v) => Math.sqrt(num(v, a)));
    case "neg":
      return (v) => -num(v, a);
    case "abs":
      return (v) => Math.abs(num(v, a));
    case "floor":
      return (v) => Math.floor(num(v, a));
    case "lt":
      return (v) => num(v, a) < num(v, b);
    case "le":
      return (v) => num(v, a) <= num(v, b);
    case "eq":
    case "ieq":
      return (v) => v[a] === v[b];
    case "and":
      return (v) => (v[a] as boolean) && (v[b] as boolean);
    case "or":
      return (v) => (v[a] as boolean) || (v[b] as boolean);
    case "not":
      return (v) => !(v[a] as boolean);
    case "select":
      return (v) => ((v[a] as boolean) ? v[b]! : v[c]!);
    case "bits":
      return step.type === "i32" ? (v) => floatBits(num(v, a)) : (v) => doubleBits(num(v, a));
    case "float":
      return step.type === "f32" ? (v) => bitsFloat(num(v, a)) : (v) => bitsDouble(v[a] as bigint);
    case "promote":
      return (v) => v[a]!;
    case "demote":
      return (v) => Math.fround(num(v, a));
    default:
      return compileInteger(step.op, step.type === "i64", a, b, step.amount);
  }
}

function compileInteger(op: string, wide: boolean, a: number, b: number, amount: number): Run {
  const by = BigInt(amount);
  const big =
    (f: (v: Cell[]) => bigint): Run =>
    (v) =>
      BigInt.asIntN(64, f(v));
  const small =
    (f: (v: Cell[]) => number): Run =>
    (v) =>
      f(v) | 0;
  switch (op) {
    case "iadd":
      return wide
        ? big((v) => (v[a] as bigint) + (v[b] as bigint))
        : small((v) => (v[a] as number) + (v[b] as number));
    case "isub":
      return wide
        ? big((v) => (v[a] as bigint) - (v[b] as bigint))
        : small((v) => (v[a] as number) - (v[b] as number));
    case "iand":
      return wide
        ? big((v) => (v[a] as bigint) & (v[b] as bigint))
        : small((v) => (v[a] as number) & (v[b] as number));
    case "shl":
      return wide ? big((v) => (v[a] as bigint) << by) : small((v) => (v[a] as number) << amount);
    default:
      return wide ? big((v) => (v[a] as bigint) >> by) : small((v) => (v[a] as number) >> amount);
  }
}
