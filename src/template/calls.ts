/** Calls of templates: inlines and lambdas, types, functions of S, T and Python. */
import type * as ast from "../../grammar/ast/nodes.js";
import { substitute } from "../ir/core/rewrite.js";
import type { IndexMap } from "../ir/tir/function.js";
import { int64 } from "../support/dtype.js";
import type { Int } from "../support/int.js";
import { castTo } from "../syntax/elaborate/tir/operators.js";
import { argumentsOf, bindArguments } from "./arguments.js";
import { codes } from "./codes.js";
import { evaluate } from "./evaluate.js";
import { entryOf, unknown } from "./names.js";
import { executeFunction } from "./execute.js";
import { callT } from "./intrinsics.js";
import { functionNames, libraryFunction } from "./library-functions/index.js";
import { arithmetic, convert, elementwise, phaseOf, toExpr, truth } from "./operators.js";
import { newScope, type Scope } from "./scope.js";
import { fail, LIMITS, placeOf, type State } from "./state.js";
import {
  boolValue, exprValue, floatValue, intValue, isStaticNumber, laterPhase, none, pack, valueText, type FunctionValue,
  type Value,
} from "./values.js"; // prettier-ignore

/** The value of a call. `hints` name what it defines: buffers, block variables. */
export function call(s: State, scope: Scope, e: ast.Call, hints: readonly string[] = []): Value {
  const callee = evaluate(s, scope, e.func);
  switch (callee.kind) {
    case "member":
      return callMember(s, scope, callee, e, hints);
    case "dtype": {
      const { positional } = argumentsOf(s, scope, e);
      if (positional.length === 1) return convert(s, e, positional[0]!, callee.dtype);
      return wrong(s, e, `${callee.dtype.name} converts one value`);
    }
    case "function":
      return expand(s, callee, argumentsOf(s, scope, e), e);
    case "template": {
      const bound = new Map(callee.bound);
      const { positional, named } = argumentsOf(s, scope, e);
      if (positional.length > 0) wrong(s, e, "attributes of a template are fixed by name");
      for (const [name, v] of named) bound.set(name, v);
      return { ...callee, bound };
    }
    case "host":
      return s.host?.apply?.(s, scope, callee, e) ?? wrong(s, e, `${callee.what} is no function`);
    case "index map":
      return mapped(s, callee.map, argumentsOf(s, scope, e).positional, e);
    default:
      return wrong(s, e, `${valueText(callee)} is no function`);
  }
}

/** The indices that an index map gives for others. */
function mapped(s: State, { params, results }: IndexMap, args: readonly Value[], at: ast.AstBase) {
  if (args.length !== params.length)
    wrong(s, at, `an index map of ${params.length} indices is called with ${args.length}`);
  const phase = args.map(phaseOf).reduce(laterPhase, "dim");
  const by = new Map(params.map((p, i) => [p, castTo(toExpr(s, args[i]!, at), p.dtype)]));
  return pack(results.map((r) => exprValue(castTo(substitute(r, by), int64), phase)));
}

const wrong = (s: State, at: ast.AstBase, what: string): never =>
  fail(codes.invalidArgument({ ...placeOf(s, at), what }));

function callMember(
  s: State,
  scope: Scope,
  { root, name }: Extract<Value, { kind: "member" }>,
  e: ast.Call,
  hints: readonly string[],
): Value {
  if (root === "T") return callT(s, scope, name, e, hints);
  // A host whose loops all run at compile time counts with Python's own word too.
  const counts = root === "python" && name === "range" && s.host?.isStatic === true;
  if (root === "S" || counts) {
    const found = libraryFunction(name);
    if (found !== undefined) {
      const { positional, named } = argumentsOf(s, scope, e);
      if (named.size > 0) wrong(s, e, `S.${name} takes its arguments by position`);
      if (positional.length < found.min || positional.length > found.max)
        wrong(s, e, `S.${name}(${found.params}) is called with ${positional.length} arguments`);
      return found.run(s, positional, e);
    }
  }
  if (root === "python") return callPython(s, scope, name, e);
  const made = s.host?.call(s, scope, root, name, e);
  return (
    made ??
    unknown(
      s,
      e.func,
      `${root}.${name}`,
      functionNames().map((n) => `S.${n}`),
    )
  );
}

// ---- inlines ------------------------------------------------------------------

/** Expands an inline: its parameters are bound to values, its own names are fresh. */
export function expand(
  s: State,
  f: FunctionValue,
  { positional, named }: ReturnType<typeof argumentsOf>,
  at: ast.AstBase,
): Value {
  if (s.stack.length >= LIMITS.depth)
    fail(codes.inlineDepth({ ...placeOf(s, at), notes: [], limit: LIMITS.depth, name: f.name }));
  const scope = newScope("function", f.scope);
  const star = f.params.find((p) => p.star === "*" && p.name !== "");
  const plain = f.params.filter((p) => p.star === undefined);
  const taken = star === undefined ? positional : positional.slice(0, plain.length);
  const bound = bindArguments(
    s,
    at,
    `\`${f.name}\``,
    plain.map((p) => p.name),
    { positional: taken, named },
  );
  for (const [name, v] of bound) scope.names.set(name, entryOf(s, v, at));
  if (star !== undefined)
    scope.names.set(star.name, { value: pack(positional.slice(plain.length)) });
  const source = s.source;
  s.stack.push(f.name);
  s.source = f.source;
  try {
    return "kind" in f.body
      ? evaluate(s, scope, f.body)
      : (executeFunction(s, scope, f.body) ?? none);
  } finally {
    s.source = source;
    s.stack.pop();
  }
}

/** Calls a function value with given arguments. */
export const apply = (s: State, f: Value, args: readonly Value[], at: ast.AstBase): Value =>
  f.kind === "function"
    ? expand(s, f, { positional: args, named: new Map() }, at)
    : wrong(s, at, `${valueText(f)} is no function`);

// ---- Python -------------------------------------------------------------------

function callPython(s: State, scope: Scope, name: string, e: ast.Call): Value {
  const { positional } = argumentsOf(s, scope, e);
  const [x, y] = positional;
  if (name === "tuple" && x === undefined) return pack([]);
  if (x === undefined) return wrong(s, e, `${name} needs an argument`);
  switch (name) {
    case "len":
      if (x.kind === "pack") return intValue(x.items.length);
      if (x.kind === "str") return intValue(x.value.length);
      return wrong(s, e, `${valueText(x)} has no length`);
    case "tuple":
      return x.kind === "pack" ? x : wrong(s, e, `${valueText(x)} is no pack`);
    case "int": {
      if (x.kind === "float" && Number.isFinite(x.value))
        return intValue(BigInt(Math.trunc(x.value)));
      if (x.kind === "bool") return intValue(Number(x.value));
      const whole = x.kind === "int" ? x.value : knownLength(x);
      return whole === undefined ? phase(s, e, x, "int(…)") : intValue(whole);
    }
    case "float": {
      const number = isStaticNumber(x) ? x.value : knownLength(x);
      return number === undefined ? phase(s, e, x, "float(…)") : floatValue(Number(number));
    }
    case "bool": {
      const known = truth(x);
      return known === undefined ? phase(s, e, x, "bool(…)") : boolValue(known);
    }
    case "abs":
      if (x.kind === "int") return intValue(x.value < 0 ? -x.value : x.value);
      return x.kind === "float" ? floatValue(Math.abs(x.value)) : phase(s, e, x, "abs(…)");
    case "min":
    case "max":
      if (y === undefined) return wrong(s, e, `${name} takes two arguments`);
      return elementwise(s, e, [x, y], ([a, b]) => arithmetic(s, e, name, a!, b!));
    default:
      return wrong(s, e, `\`${name}(…)\` is the iterable of a loop only`);
  }
}

/** The number that a length is, below `S.known`. */
const knownLength = (v: Value): Int | undefined =>
  v.kind === "expr" && v.phase === "dim" && v.expr.kind === "tir.IntImm" ? v.expr.value : undefined;

const phase = (s: State, at: ast.AstBase, v: Value, construct: string): never =>
  fail(codes.phase({ ...placeOf(s, at), what: valueText(v), construct }));
