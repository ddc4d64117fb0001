/** Calls of T that are values: operators in function form, intrinsics, limits of types; allocations and axes. */
import type * as ast from "../../grammar/ast/nodes.js";
import { broadcast, call as makeCall, dtypeImm, ramp, stringImm, type CallArg } from "../ir/tir/expr.js"; // prettier-ignore
import { arityOf, intrinsicOf, intrinsics } from "../op/tir/index.js";
import { BINARY, BITS, COMPARE } from "../syntax/elaborate/tir/operator-call.js";
import { isExprArg, resultType } from "../syntax/elaborate/tir/intrinsic-type.js";
import { castTo } from "../syntax/elaborate/tir/operators.js";
import { int64, type DType } from "../support/dtype.js";
import { argumentsOf, bindArguments, type Arguments } from "./arguments.js";
import { axis, remap } from "./axes.js";
import { allocate } from "./buffers.js";
import { codes } from "./codes.js";
import { limitOf } from "./limits.js";
import { toDType } from "./statics.js";
import { unknown } from "./names.js";
import { arithmetic, choice, comparison, convert, elementwise, logical, made, negated, negation, together, toExpr } from "./operators.js"; // prettier-ignore
import type { Scope } from "./scope.js";
import { fail, placeOf, spanOf, type State } from "./state.js";
import {
  exprValue,
  floatValue,
  isStaticNumber,
  laterPhase,
  type Phase,
  type Value,
} from "./values.js";

/** Functions that fold on static floats. */
const FLOAT_FUNCTIONS: Readonly<Record<string, (x: number) => number>> = {
  floor: Math.floor, ceil: Math.ceil, trunc: Math.trunc, sqrt: Math.sqrt, exp: Math.exp, log: Math.log, abs: Math.abs,
  fabs: Math.abs, sin: Math.sin, cos: Math.cos,
}; // prettier-ignore

const ALLOCATIONS: ReadonlySet<string> = new Set([
  "sblock_alloc_buffer",
  "block_alloc_buffer",
  "alloc_buffer",
]);

/** A call of `T.name(…)`. */
export function callT(
  s: State,
  scope: Scope,
  name: string,
  e: ast.Call,
  hints: readonly string[],
): Value {
  const args = argumentsOf(s, scope, e);
  if (ALLOCATIONS.has(name)) return allocate(s, args, e, hints[0] ?? "buffer");
  if (name === "axis.remap") return remap(s, args, e, hints);
  if (name.startsWith("axis.")) return axis(s, name, args, e, hints[0] ?? "v");
  const { positional } = args;
  const two = (f: (a: Value, b: Value) => Value): Value => {
    const bound = bindArguments(s, e, `T.${name}`, ["a", "b"], args);
    return elementwise(s, e, [bound.get("a")!, bound.get("b")!], ([a, b]) => f(a!, b!));
  };
  const operator = BINARY[name] ?? BITS[name];
  if (operator !== undefined) {
    // T.min and T.max take any number of operands.
    if ((name === "min" || name === "max") && positional.length > 2)
      return positional.reduce((a, b) =>
        elementwise(s, e, [a, b], ([x, y]) => arithmetic(s, e, name, x!, y!)),
      );
    return two((a, b) => arithmetic(s, e, operator, a, b));
  }
  const relation = COMPARE[name];
  if (relation !== undefined) return two((a, b) => comparison(s, e, RELATIONS[relation], a, b));
  switch (name) {
    case "And":
    case "Or":
      return two((a, b) => logical(s, e, name === "And" ? "and" : "or", a, b));
    case "Not":
      return elementwise(s, e, positional.slice(0, 1), ([a]) => negated(s, e, a!));
    case "bitwise_not":
      return negation(s, e, "~", positional[0]!);
    case "Select":
    case "if_then_else": {
      if (positional.length !== 3) return wrong(s, e, `T.${name} takes a condition and two values`);
      return choice(s, e, name === "if_then_else", positional[0]!, positional[1]!, positional[2]!);
    }
    case "Cast":
    case "cast": {
      const bound = bindArguments(
        s,
        e,
        `T.${name}`,
        name === "Cast" ? ["dtype", "value"] : ["value", "dtype"],
        args,
      );
      return convert(s, e, bound.get("value")!, toDType(s, bound.get("dtype")!, e));
    }
    case "Ramp": {
      if (positional.length !== 3) return wrong(s, e, "T.Ramp takes a base, a stride and lanes");
      const [base, stride, lanes] = positional.map((v) => castTo(toExpr(s, v, e), int64));
      return exprValue(ramp(base!, stride!, lanes!, spanOf(s, e)), "value");
    }
    case "Broadcast": {
      if (positional.length !== 2) return wrong(s, e, "T.Broadcast takes a value and lanes");
      const [value, lanes] = positional.map((v) => toExpr(s, v, e));
      return exprValue(broadcast(value!, lanes!, spanOf(s, e)), "value");
    }
    case "min_value":
    case "max_value":
    case "infinity":
      if (positional.length !== 1) return wrong(s, e, `T.${name} takes a type`);
      return limitOf(name, toDType(s, positional[0]!, e));
    default:
      return intrinsic(s, name, args, e);
  }
}

const RELATIONS = { lt: "<", le: "<=", gt: ">", ge: ">=", eq: "==", ne: "!=" } as const;

const wrong = (s: State, at: ast.AstBase, what: string): never =>
  fail(codes.invalidArgument({ ...placeOf(s, at), what }));

/** An intrinsic of the table, element by element over packs. */
function intrinsic(s: State, name: string, args: Arguments, e: ast.Call): Value {
  const found = intrinsicOf(name);
  if (found === undefined)
    return unknown(
      s,
      e.func,
      `T.${name}`,
      intrinsics.all.map((i) => `T.${i.name}`),
    );
  const operands = [...args.positional];
  let written: DType | undefined;
  for (const [key, v] of args.named) {
    if (key === "dtype") written = toDType(s, v, e);
    else return wrong(s, e, `T.${name} has no parameter \`${key}\``);
  }
  if (found.result === "leading" && written === undefined && operands.length > 0)
    written = toDType(s, operands.shift()!, e);
  const { min, max } = arityOf(found);
  if (operands.length < min || operands.length > max)
    return wrong(
      s,
      e,
      `T.${name} takes ${found.params.join(", ")}, but is called with ${operands.length} arguments`,
    );
  if (operands.length === 0)
    return exprValue(
      makeCall(found.name, [], written ?? resultType(found, []), spanOf(s, e)),
      "value",
    );
  return elementwise(s, e, operands, (xs) => {
    const fold = FLOAT_FUNCTIONS[name];
    const [x] = xs;
    if (fold !== undefined && xs.length === 1 && isStaticNumber(x!))
      return floatValue(fold(Number(x.value)));
    let phase: Phase = "dim";
    let list = xs.map((v): CallArg => {
      if (v.kind === "str") return stringImm(v.value);
      if (v.kind === "dtype") return dtypeImm(v.dtype);
      if (v.kind === "buffer") return v.buffer;
      if (v.kind === "expr") phase = laterPhase(phase, v.phase);
      return toExpr(s, v, e);
    });
    if (found.result === "join" && xs.length === 2 && list.every(isExprArg)) {
      const sides = together(s, e, xs[0]!, xs[1]!);
      list = [sides.a, sides.b];
    }
    if (!found.pure) phase = "value";
    return made(
      s,
      makeCall(found.name, list, written ?? resultType(found, list), spanOf(s, e)),
      phase,
    );
  });
}
