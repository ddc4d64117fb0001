/** Relax functions: parameters, bindings, branches, closures. */
import { visit } from "../../ir/core/visit.js";
import type { IRModule } from "../../ir/module.js";
import type { Call, Expr, Func, If, SeqExpr, Var } from "../../ir/relax/expr.js";
import { isFloat } from "../../support/dtype.js";
import type { Span } from "../../support/source.js";
import {
  describeValue,
  floatValue,
  intValue,
  shapeValue,
  stringValue,
  tensorValue,
  tupleValue,
  type ClosureValue,
  type Value,
} from "../../support/value.js";
import { codes } from "../codes.js";
import { fail } from "../fail.js";
import { step, type Machine } from "../tir/compiler.js";
import { builtins } from "./builtin.js";
import { callOps, invoke } from "./calls.js";
import { matchInfo, type Later } from "./match.js";
import { truthOf, type Site } from "./operand.js";
import { evaluate, newScope, symbolOf, valueOf, type Scope } from "./scope.js";

/** Whether an operator can run; the others need a lowering. */
export const canRun = (op: string): boolean =>
  Object.hasOwn(builtins, op) || Object.hasOwn(callOps, op);

/** Calls a Relax function: matches arguments against parameters, then evaluates the body. */
export function callFunction(
  machine: Machine,
  func: Func,
  args: readonly Value[],
  parent?: Scope,
): Value {
  const { name } = func;
  step(machine);
  if (args.length !== func.params.length) {
    fail(
      codes.argumentCount({
        at: func.span,
        name,
        expected: func.params.length,
        actual: args.length,
      }),
    );
  }
  if (machine.depth >= machine.depthLimit) {
    fail(codes.callDepth({ at: func.span, name, limit: machine.depthLimit }));
  }
  const scope = newScope(machine, func, parent);
  const later: Later = [];
  func.params.forEach((p, i) => {
    scope.values.set(p, args[i]!);
    if (p.sinfo === undefined) return;
    matchInfo(scope, { name: p.name, at: p.span, isParam: true }, p.sinfo, args[i]!, later);
  });
  for (const check of later) check();
  machine.depth++;
  const value = evaluateSeq(scope, func.body);
  machine.depth--;
  return value;
}

function evaluateSeq(scope: Scope, seq: SeqExpr): Value {
  for (const block of seq.blocks) {
    for (const b of block.bindings) {
      if (b.kind === "relax.MatchCast") {
        const value = evaluateExpr(scope, b.value);
        const later: Later = [];
        const name = b.value.kind === "relax.Var" ? b.value.name : b.var.name;
        matchInfo(
          scope,
          { name, at: b.span ?? b.value.span, isParam: false },
          b.sinfo,
          value,
          later,
        );
        for (const check of later) check();
        bind(scope, b.var, value);
      } else if (b.value.kind === "relax.Function") {
        scope.values.set(b.var, closureOf(scope, b.value, b.var.name));
      } else {
        bind(scope, b.var, evaluateExpr(scope, b.value));
      }
    }
  }
  return evaluateExpr(scope, seq.body);
}

/** Gives a variable its value; a scalar variable also gives its symbol one. */
function bind(scope: Scope, v: Var, value: Value): void {
  scope.values.set(v, value);
  const symbol = v.sinfo?.kind === "relax.PrimInfo" ? v.sinfo.value : undefined;
  if (symbol?.kind !== "tir.Var" || symbolOf(scope, symbol) !== undefined) return;
  if (value.kind !== "int" && value.kind !== "float") return;
  scope.symbols.set(symbol, value.value);
  scope.origins.set(symbol, v.name);
}

const closureOf = (scope: Scope, func: Func, name: string): ClosureValue => {
  const named = func.name === "" ? { ...func, name } : func;
  return {
    kind: "closure",
    name,
    call: (args) => callFunction(scope.machine, named, args, scope),
  };
};

function evaluateExpr(scope: Scope, e: Expr): Value {
  switch (e.kind) {
    case "relax.Var":
      return valueOf(scope, e);
    case "relax.Const":
      return tensorValue(e.data);
    case "relax.ShapeExpr":
      return shapeValue(e.values.map((d) => evaluate(scope, d, e.span)));
    case "relax.PrimValue": {
      if (e.value.kind === "tir.StringImm") return stringValue(e.value.value);
      const value = evaluate(scope, e.value, e.span);
      const { dtype } = e.value;
      return isFloat(dtype) ? floatValue(Number(value), dtype) : intValue(value, dtype);
    }
    case "relax.Str":
      return stringValue(e.value);
    case "relax.DTypeValue":
      return { kind: "dtype", value: e.value };
    case "relax.Tuple":
      return tupleValue(e.fields.map((x) => evaluateExpr(scope, x)));
    case "relax.TupleGetItem":
      return tupleItem(evaluateExpr(scope, e.tuple), e.index, e.span);
    case "relax.Call":
      return evaluateCall(scope, e);
    case "relax.If":
      return evaluateIf(scope, e);
    case "relax.SeqExpr":
      return evaluateSeq(scope, e);
    case "ir.GlobalVar":
    case "ir.ExternFunc": {
      const name = e.kind === "ir.GlobalVar" ? e.name : e.symbol;
      const site = { scope, call: { span: e.span } as Call, name, args: [] };
      return { kind: "closure", name, call: (args) => invoke(site, e, args) };
    }
    case "relax.Op":
      return fail(codes.notAFunction({ at: e.span, name: e.name, actual: "an operator" }));
  }
}

function tupleItem(value: Value, index: number, at: Span | undefined): Value {
  if (value.kind === "tuple") {
    const item = value.fields[index];
    return item ?? fail(codes.tupleIndex({ at, index, size: value.fields.length }));
  }
  const actual = describeValue(value);
  return fail(codes.builtinArgument({ at, name: `[${index}]`, expected: "a tuple", actual }));
}

function evaluateIf(scope: Scope, e: If): Value {
  const cond = evaluateExpr(scope, e.cond);
  const truth = truthOf(cond);
  if (truth === undefined) {
    const name = e.cond.kind === "relax.Var" ? e.cond.name : "if";
    return fail(codes.conditionKind({ at: e.span, name, actual: describeValue(cond) }));
  }
  return evaluateSeq(scope, truth ? e.then : e.otherwise);
}

function evaluateCall(scope: Scope, call: Call): Value {
  const { op } = call;
  if (op.kind !== "relax.Op") {
    const args = call.args.map((a) => evaluateExpr(scope, a));
    const name = op.kind === "ir.ExternFunc" ? op.symbol : op.name;
    return invoke({ scope, call, name, args }, op, args);
  }
  const run = Object.hasOwn(callOps, op.name) ? callOps[op.name] : undefined;
  const builtin = Object.hasOwn(builtins, op.name) ? builtins[op.name] : undefined;
  const args = call.args.map((a) => evaluateExpr(scope, a));
  const site: Site = { scope, call, name: `R.${op.name}`, args };
  if (run !== undefined) return run(site);
  if (builtin !== undefined) return builtin(site);
  return fail(codes.notLowered({ at: call.span, count: 1, names: `\`${op.name}\`` }));
}

/** Operators reachable from a function that cannot run, with a place of each. */
export function missingOperators(
  module: IRModule,
  entry: string,
): ReadonlyMap<string, Span | undefined> {
  const found = new Map<string, Span | undefined>();
  const seen = new Set<string>();
  const visitFunc = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const func = module.functions.get(name);
    if (func?.kind === "relax.Function") visitNodes(func);
  };
  const visitNodes = (root: Func): void =>
    visit(root, {
      enter(node) {
        if (node.kind === "ir.GlobalVar") visitFunc(node.name);
        if (node.kind !== "relax.Call" || node.op.kind !== "relax.Op") return;
        const { name } = node.op;
        if (!canRun(name) && !found.has(name)) found.set(name, node.span);
      },
    });
  visitFunc(entry);
  return found;
}
