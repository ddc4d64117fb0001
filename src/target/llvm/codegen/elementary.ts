/** Elementary functions: the shared straight-line programs, on any number of lanes. */
import type { NumOp, NumType, Program, Step } from "../../../support/numeric/program.js";
import { elementary } from "../../../support/numeric/transcendental.js";
import { functionText, type FunctionText, type Ref } from "../text/function.js";
import type { FunctionContext } from "./context.js";
import { floatConstant, splat, vectorOf } from "./type.js";

type Work = Extract<Step, { args: readonly number[] }>;

/** Programs of more steps are functions of the module. */
const INLINE_STEPS = 64;

/** The value of a function of the table; undefined when the table lacks it. */
export function emitElementaryFunction(
  cx: FunctionContext,
  name: string,
  width: "f32" | "f64",
  lanes: number,
  args: readonly Ref[],
): Ref | undefined {
  const program = elementary(name, width);
  if (program === undefined) return undefined;
  const { machine, module } = cx.shared;
  // Programs in f64 split numbers into exact parts, which holds only when every step rounds.
  const fma = machine.fma && program.steps.every((s) => s.type !== "f64");
  if (program.steps.length <= INLINE_STEPS) return write(cx.f, program, lanes, args, fma);
  const full = `${name}.${width}.v${lanes}`;
  const type = vectorOf(width === "f32" ? "float" : "double", lanes);
  module.helper(full, () => {
    const f = functionText(module);
    const params = args.map((_, i) => `%x${i}`);
    f.ret(`ret ${type} ${write(f, program, lanes, params, fma)}`);
    const list = params.map((p) => `${type} ${p}`).join(", ");
    return f.render(`define internal ${type} @${full}(${list}) ${cx.shared.attributes}`);
  });
  return cx.f.value(`call ${type} @${full}(${args.map((a) => `${type} ${a}`).join(", ")})`);
}

const SCALARS: Readonly<Record<NumType, string>> = {
  f32: "float",
  f64: "double",
  i32: "i32",
  i64: "i64",
  b: "i1",
};

const NAMES: Partial<Record<NumOp, string>> = {
  add: "fadd",
  sub: "fsub",
  mul: "fmul",
  div: "fdiv",
  lt: "fcmp olt",
  le: "fcmp ole",
  eq: "fcmp oeq",
  and: "and",
  or: "or",
  iadd: "add",
  isub: "sub",
  iand: "and",
  ieq: "icmp eq",
  shl: "shl",
  sar: "ashr",
  bits: "bitcast",
  float: "bitcast",
  promote: "fpext",
  demote: "fptrunc",
};

function write(
  f: FunctionText,
  program: Program,
  lanes: number,
  args: readonly Ref[],
  fma: boolean,
): Ref {
  const { steps } = program;
  const refs: Ref[] = [];
  const fused = fma ? fusedProducts(program) : new Map<number, number>();
  const products = new Set(fused.values());
  const type = (t: NumType): string => vectorOf(SCALARS[t], lanes);
  const intrinsic = (name: string, t: NumType, ...operands: readonly Ref[]): Ref => {
    const full = `llvm.${name}.${lanes === 1 ? "" : `v${lanes}`}${t}`;
    f.module.declare(
      full,
      type(t),
      operands.map(() => type(t)),
    );
    return f.value(
      `call ${type(t)} @${full}(${operands.map((o) => `${type(t)} ${o}`).join(", ")})`,
    );
  };
  const work = (step: Work, at: number): Ref => {
    const [a, b, c] = step.args.map((i) => refs[i]!);
    const operand = type(steps[step.args[0]!]!.type);
    const product = fused.get(at);
    if (product !== undefined) {
      const [x, y] = (steps[product] as Work).args.map((i) => refs[i]!) as [Ref, Ref];
      const isLeft = step.args[0] === product;
      const other = isLeft ? b! : a!;
      const negated = (ref: Ref): Ref => f.value(`fneg ${type(step.type)} ${ref}`);
      if (step.op === "add") return intrinsic("fma", step.type, x, y, other);
      return isLeft
        ? intrinsic("fma", step.type, x, y, negated(other))
        : intrinsic("fma", step.type, negated(x), y, other);
    }
    switch (step.op) {
      case "neg":
        return f.value(`fneg ${operand} ${a!}`);
      case "abs":
        return intrinsic("fabs", step.type, a!);
      case "sqrt":
      case "floor":
        return intrinsic(step.op, step.type, a!);
      case "not":
        return f.value(`xor ${operand} ${a!}, ${splat("i1", "true", lanes)}`);
      case "select":
        return f.value(
          `select ${operand} ${a!}, ${type(step.type)} ${b!}, ${type(step.type)} ${c!}`,
        );
      case "bits":
      case "float":
      case "promote":
      case "demote":
        return f.value(`${NAMES[step.op]!} ${operand} ${a!} to ${type(step.type)}`);
      case "shl":
      case "sar": {
        const amount = splat(SCALARS[step.type], String(step.amount), lanes);
        return f.value(`${NAMES[step.op]!} ${operand} ${a!}, ${amount}`);
      }
      default:
        return f.value(`${NAMES[step.op]!} ${operand} ${a!}, ${b!}`);
    }
  };
  steps.forEach((step, at) => {
    if (step.op === "arg") refs.push(args[step.index]!);
    else if (step.op === "const") refs.push(constant(step, lanes));
    else refs.push(products.has(at) ? "" : work(step, at));
  });
  return refs[program.result]!;
}

function constant(step: Extract<Step, { op: "const" }>, lanes: number): Ref {
  const isFloat = step.type === "f32" || step.type === "f64";
  const text = isFloat ? floatConstant(Number(step.value)) : String(step.value);
  return splat(SCALARS[step.type], step.type === "b" ? String(Number(step.value)) : text, lanes);
}

/** Sums whose one operand is a product that nothing else uses, with that product. */
function fusedProducts({ steps, result }: Program): Map<number, number> {
  const uses = new Array<number>(steps.length).fill(0);
  uses[result] = 1;
  for (const step of steps) if ("args" in step) for (const a of step.args) uses[a]!++;
  const fused = new Map<number, number>();
  steps.forEach((step, at) => {
    if (step.op !== "add" && step.op !== "sub") return;
    const product = step.args.find((a) => steps[a]!.op === "mul" && uses[a] === 1);
    if (product !== undefined) fused.set(at, product);
  });
  return fused;
}
