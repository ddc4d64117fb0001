/** Elementary functions: the shared straight-line programs as helper functions. */
import { elementary } from "../../../support/numeric/transcendental.js";
import type { NumOp, NumType, Program, Step } from "../../../support/numeric/program.js";
import { float32, float64, int32, int64 } from "../../../support/dtype.js";
import type { ModuleContext } from "../codegen/context.js";
import { literal } from "../codegen/literal.js";
import { cTypeOf } from "../codegen/types.js";
import { bitsRoutine, fromBitsRoutine } from "./bits.js";

/** The helper for a function of the table at a width; undefined when the table lacks it. */
export function elementaryRoutine(
  shared: ModuleContext,
  name: string,
  width: "f32" | "f64",
): string | undefined {
  const program = elementary(name, width);
  if (program === undefined) return undefined;
  const symbol = `rx_${name}_${width}`;
  return shared.routine(symbol, () => {
    const type = cTypeOf(width);
    const params = Array.from({ length: program.arity }, (_, k) => `${type} x${k}`).join(", ");
    return `RX_HELPER ${type} ${symbol}(${params}) {\n${bodyOf(shared, program)}}`;
  });
}

const typeOf = (type: NumType): string => (type === "b" ? "int" : cTypeOf(type));

const INFIX: Partial<Record<NumOp, string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  lt: "<",
  le: "<=",
  eq: "==",
  ieq: "==",
  and: "&",
  or: "|",
  iand: "&",
};

/** One constant a step. */
function bodyOf(shared: ModuleContext, program: Program): string {
  const { steps } = program;
  const names = steps.map((step, k) =>
    step.op === "arg" ? `x${step.index}` : step.op === "const" ? constantText(step) : `t${k}`,
  );
  const lines = steps.flatMap((step, k) => {
    if (step.op === "arg" || step.op === "const") return [];
    const value = stepText(shared, step, steps[step.args[0]!]!.type, step.args.map((a) => names[a]!)); // prettier-ignore
    return [`  const ${typeOf(step.type)} ${names[k]} = ${value};\n`];
  });
  return `${lines.join("")}  return ${names[program.result]};\n`;
}

function constantText({ type, value }: Extract<Step, { op: "const" }>): string {
  if (type === "b") return String(value);
  const dtype = { f32: float32, f64: float64, i32: int32, i64: int64 }[type];
  const { text } = literal(typeof value === "bigint" ? (value as never) : (value as never), dtype);
  return text.startsWith("-") ? `(${text})` : text;
}

type Work = Extract<Step, { args: readonly number[] }>;

function stepText(
  shared: ModuleContext,
  step: Work,
  operand: NumType,
  args: readonly string[],
): string {
  const [a, b, c] = args;
  const op = INFIX[step.op];
  if (op !== undefined) return `${a} ${op} ${b}`;
  const unsigned = step.type === "i64" ? "uint64_t" : "uint32_t";
  const signed = step.type === "i64" ? "int64_t" : "int32_t";
  const single = operand === "f32";
  switch (step.op) {
    case "neg":
      return `-${a}`;
    case "abs":
      return `${single ? "fabsf" : "fabs"}(${a})`;
    case "sqrt":
      return `${single ? "sqrtf" : "sqrt"}(${a})`;
    case "floor":
      return `${single ? "floorf" : "floor"}(${a})`;
    case "not":
      return `!${a}`;
    case "select":
      return `${a} ? ${b} : ${c}`;
    case "bits":
      return `${bitsRoutine(shared, operand as "f32" | "f64")}(${a})`;
    case "float":
      return `${fromBitsRoutine(shared, operand === "i32" ? "f32" : "f64")}(${a})`;
    case "iadd":
      return `(${signed})((${unsigned})${a} + (${unsigned})${b})`;
    case "isub":
      return `(${signed})((${unsigned})${a} - (${unsigned})${b})`;
    case "shl":
      return `(${signed})((${unsigned})${a} << ${step.amount})`;
    case "sar":
      return `${a} >> ${step.amount}`;
    case "promote":
      return `(double)${a}`;
    case "demote":
      return `(float)${a}`;
    default:
      throw new Error(`no C form of ${step.op}`);
  }
}
