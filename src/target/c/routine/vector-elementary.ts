/** Elementary functions on vectors: the shared straight-line programs, each step on all lanes. */
import { elementary } from "../../../support/numeric/transcendental.js";
import type { NumOp, Program, Step } from "../../../support/numeric/program.js";
import { float32, float64, int32, int64 } from "../../../support/dtype.js";
import type { ModuleContext } from "../codegen/context.js";
import { literal } from "../codegen/literal.js";
import { elementaryRoutine } from "./elementary.js";
import { vectorType, type VectorType } from "./vector.js";

/** A helper that replaces the vector it is given a pointer to. */
export interface VectorElementary {
  readonly name: string;
  readonly type: string;
}

/** Undefined when the table has no such function of one operand in one width. */
export function vectorElementary(
  shared: ModuleContext,
  name: string,
  type: VectorType,
): VectorElementary | undefined {
  const width = type.lane as "f32" | "f64";
  const program = elementary(name, width);
  const int = width === "f32" ? "i32" : "i64";
  if (program === undefined || program.arity !== 1) return undefined;
  const scalar = elementaryRoutine(shared, name, width);
  const whole = program.steps.every((s) => s.type === width || s.type === int || s.type === "b");
  const plain = program.steps.every((s) => s.op !== "sqrt" && s.op !== "floor");
  const vector = vectorType(shared, type);
  const ints = vectorType(shared, { lane: int, lanes: type.lanes });
  const unsigned = vectorType(shared, { lane: int.replace("i", "u"), lanes: type.lanes });
  const routine = shared.routine(`${vector}_${name}`, () => {
    const loop = `  int k;
  for (k = 0; k < ${type.lanes}; ++k) ${vector}_lane(*x, k) = ${scalar}(${vector}_lane(*x, k));
`;
    const head = `RX_HELPER void ${vector}_${name}(${vector} *x) {\n`;
    if (!whole || !plain) return `${head}${loop}}`;
    const body = bodyOf(program, { vector, ints, unsigned, width });
    return `${head}#if RX_VECTORS\n${body}#else\n${loop}#endif\n}`;
  });
  return { name: routine, type: vector };
}

interface Types {
  readonly vector: string;
  readonly ints: string;
  readonly unsigned: string;
  readonly width: "f32" | "f64";
}

const INFIX: Partial<Record<NumOp, string>> = { add: "+", sub: "-", mul: "*", div: "/" };
const TESTS: Partial<Record<NumOp, string>> = { lt: "<", le: "<=", eq: "==", ieq: "==" };
const INTS: Partial<Record<NumOp, string>> = { iadd: "+", isub: "-" };
const BITS: Partial<Record<NumOp, string>> = { and: "&", or: "|", iand: "&" };

function bodyOf(program: Program, types: Types): string {
  const { steps } = program;
  const dtypes = { f32: float32, f64: float64, i32: int32, i64: int64, b: int32 };
  const names = steps.map((step, k) => (step.op === "arg" ? "v" : `t${k}`));
  const lines = [`  const ${types.vector} v = *x;\n`];
  steps.forEach((step, k) => {
    if (step.op === "arg") return;
    const type = step.type === types.width ? types.vector : types.ints;
    let value: string;
    if (step.op === "const") {
      const { text } = literal(step.value as never, dtypes[step.type]);
      const zero = `(${type}){0}`;
      value = step.type === "b" ? `${zero} - ${step.value ? 1 : 0}` : `${text} - ${zero}`;
    } else
      value = stepText(
        step,
        steps[step.args[0]!]!,
        step.args.map((a) => names[a]!),
        types,
      );
    lines.push(`  const ${type} ${names[k]} = ${value};\n`);
  });
  return `${lines.join("")}  *x = ${names[program.result]};\n`;
}

function stepText(
  step: Extract<Step, { args: readonly number[] }>,
  first: Step,
  [a, b, c]: readonly string[],
  { vector, ints, unsigned, width }: Types,
): string {
  const float = INFIX[step.op];
  if (float !== undefined) return `${a} ${float} ${b}`;
  const test = TESTS[step.op];
  if (test !== undefined) return `(${ints})(${a} ${test} ${b})`;
  const int = INTS[step.op];
  if (int !== undefined) return `(${ints})((${unsigned})${a} ${int} (${unsigned})${b})`;
  const bits = BITS[step.op];
  if (bits !== undefined) return `${a} ${bits} ${b}`;
  const size = width === "f32" ? "INT32_MAX" : "INT64_MAX";
  switch (step.op) {
    case "neg":
      return `-${a}`;
    case "abs":
      return `(${vector})((${ints})${a} & ${size})`;
    case "not":
      return `~${a}`;
    case "select":
      return step.type === width
        ? `(${vector})((${a} & (${ints})${b}) | (~${a} & (${ints})${c}))`
        : `(${a} & ${b}) | (~${a} & ${c})`;
    case "bits":
      return `(${ints})${a}`;
    case "float":
      return `(${vector})${a}`;
    case "shl":
      return `(${ints})((${unsigned})${a} << ${step.amount})`;
    case "sar":
      return `${a} >> ${step.amount}`;
    default:
      throw new Error(`no vector form of ${step.op} on ${first.type}`);
  }
}
