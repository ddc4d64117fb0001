/** Values that are known at compile time. */
import { canRun } from "../../../interp/relax/run.js";
import { varsOf } from "../../../ir/core/free-vars.js";
import type { IRModule } from "../../../ir/module.js";
import { primValue, shapeExpr, type Call, type Expr, type Var } from "../../../ir/relax/expr.js";
import { dimsOf, type StructInfo } from "../../../ir/relax/struct-info.js";
import { option } from "../../../support/option.js";
import { definePass, type PassContext } from "../../pass.js";
import { hasIdentity, isExternal, mapFunctions, rewriteFunction, type Cursor, type Rewrite } from "../rewrite/index.js"; // prettier-ignore
import { makeEvaluator, type Evaluator } from "./evaluate-call.js";

/**
 * Precondition: A-normal form; operators fold where a library lowers them.
 * Result: pure calls of constants are constants, shapes that are known stand where they are used.
 * Sound because the interpreter that evaluates the calls defines what they mean, and a call that fails stays.
 */
export const foldConstant = definePass({
  name: "fold-constant",
  dialect: "relax",
  summary: "Evaluates calls whose arguments are all constants.",
  from: "graph",
  through: "legal",
  options: {
    maxElements: option.int({
      default: 1024,
      help: "Leave results with more elements alone, unless their operands have a quarter as many.",
    }),
    maxSteps: option.int({
      default: 20_000_000,
      help: "Loop iterations that all evaluations together may take.",
    }),
  },
  run(module, { maxElements, maxSteps }, ctx) {
    const evaluator = makeEvaluator(module, ctx, maxSteps);
    return mapFunctions(module, (func, name) =>
      isExternal(func)
        ? func
        : rewriteFunction(module, name, func, makeRules(module, evaluator, maxElements, ctx)),
    );
  },
});

/** Operators that say where or how something is computed, not what. */
const KEPT =
  /^(to_vdevice|hint_on_device|call_pure_packed|call_dps_packed|call_builtin_with_ctx|make_closure|invoke_pure_closure|null_value|builtin\.|memory\.|vm\.|dist\.|ccl\.|grad\.(no_grad|start_checkpoint|end_checkpoint))/;

function makeRules(
  module: IRModule,
  evaluator: Evaluator,
  maxElements: number,
  { lowering }: PassContext,
): Rewrite {
  const known = new Map<Var, Expr>();
  const constantOf = (e: Expr): Expr | undefined => {
    const value = e.kind === "relax.Var" ? known.get(e) : e;
    return value !== undefined && (isConstant(value) || value.kind === "ir.GlobalVar")
      ? value
      : undefined;
  };
  const canEvaluate = (call: Call): boolean =>
    call.op.kind === "relax.Op" &&
    !KEPT.test(call.op.name) &&
    !hasIdentity(module, call) &&
    (canRun(call.op.name) || lowering?.has(call.op.name) === true);
  const folded = (call: Call, at: Cursor): Expr | undefined => {
    // Whether an operator can be evaluated may take reading its lowerings.
    const args = call.args.map(constantOf);
    if (args.includes(undefined) || !canEvaluate(call)) return undefined;
    const constants = { ...call, args: args as Expr[] };
    const info = at.infer.infoOf(constants);
    const elements = elementsOf(info);
    const given = constants.args.reduce((n, a) => n + (elementsOf(at.infer.infoOf(a)) ?? 0), 0);
    if (elements === undefined || elements > Math.max(maxElements, 4 * given)) return undefined;
    return evaluator.evaluate(constants, info, at.infer.infoOf);
  };
  return {
    bound({ value, var: v }) {
      if (
        value.kind !== "relax.Function" &&
        (isConstant(value) || value.kind === "relax.ShapeExpr")
      )
        known.set(v, value);
    },
    value(value, at, b) {
      if (value.kind === "relax.Function") return value;
      const after = foldedValue(value, at, known, folded);
      if (after === value || !isConstant(after) || !at.canReplace(b.var, after)) return after;
      at.replace(b.var, after);
      return undefined;
    },
  };
}

function foldedValue(
  value: Expr,
  at: Cursor,
  known: ReadonlyMap<Var, Expr>,
  folded: (call: Call, at: Cursor) => Expr | undefined,
): Expr {
  if (value.kind === "relax.TupleGetItem") {
    const tuple = value.tuple.kind === "relax.Var" ? known.get(value.tuple) : value.tuple;
    const field = tuple?.kind === "relax.Tuple" ? tuple.fields[value.index] : undefined;
    return field !== undefined && isConstant(field) ? field : value;
  }
  if (value.kind !== "relax.Call") return value;
  const args = value.args.map((a) => shapeIn(a, known));
  const call = args.some((a, i) => a !== value.args[i]) ? { ...value, args } : value;
  return knownFromType(call, at) ?? folded(call, at) ?? call;
}

/** A shape that is known stands in place of its variable. */
function shapeIn(arg: Expr, known: ReadonlyMap<Var, Expr>): Expr {
  const value = arg.kind === "relax.Var" ? known.get(arg) : undefined;
  return value?.kind === "relax.ShapeExpr" ? value : arg;
}

/** What the types of the operands say: the shape of a tensor, or a field of it. */
function knownFromType(call: Call, at: Cursor): Expr | undefined {
  const [tensor] = call.args;
  if (call.op.kind !== "relax.Op" || tensor === undefined) return undefined;
  if (call.op.name === "shape_of") {
    const dims = dimsOf(at.infer.infoOf(tensor));
    return dims && shapeExpr(dims, call.span);
  }
  if (!call.op.name.startsWith("inspect.")) return undefined;
  const info = at.infer.infoOf(call);
  return info.kind === "relax.PrimInfo" && info.value
    ? primValue(info.value, call.span)
    : undefined;
}

/** A leaf without variables and symbols. */
function isConstant(e: Expr): boolean {
  switch (e.kind) {
    case "relax.Const":
    case "relax.Str":
    case "relax.DTypeValue":
      return true;
    case "relax.PrimValue":
      return varsOf(e.value).length === 0;
    case "relax.ShapeExpr":
      return e.values.every((d) => d.kind === "tir.IntImm");
    case "relax.Tuple":
      return e.fields.every(isConstant);
    default:
      return false;
  }
}

/** Number of elements of a value; undefined when it depends on symbols or values. */
function elementsOf(info: StructInfo): number | undefined {
  switch (info.kind) {
    case "relax.PrimInfo":
    case "relax.ShapeInfo":
      return 1;
    case "relax.TensorInfo":
      if (info.vdevice !== undefined) return undefined;
      return dimsOf(info)?.reduce<number | undefined>(
        (n, d) => (n === undefined || d.kind !== "tir.IntImm" ? undefined : n * Number(d.value)),
        1,
      );
    case "relax.TupleInfo":
      return info.fields.reduce<number | undefined>((n, f) => {
        const count = elementsOf(f);
        return n === undefined || count === undefined ? undefined : n + count;
      }, 0);
    default:
      return undefined;
  }
}
