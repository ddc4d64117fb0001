/** Calls of constants, evaluated by the reference interpreter, or by compiled code where they are large. */
import { interpret } from "../../../interp/index.js";
import { structuralEqual } from "../../../ir/core/equal.js";
import { structuralHash } from "../../../ir/core/hash.js";
import { noAttrs } from "../../../ir/core/node.js";
import { irModule, type BaseFunc, type IRModule } from "../../../ir/module.js";
import {
  bindingBlock,
  constant,
  dtypeValue,
  primValue,
  relaxFunction,
  relaxVar,
  seqExpr,
  shapeExpr,
  str,
  tuple,
  varBinding,
  type Call,
  type Expr,
  type Func,
  type Var,
} from "../../../ir/relax/expr.js";
import type { StructInfo } from "../../../ir/relax/struct-info.js";
import { floatImm, intImm } from "../../../ir/tir/expr.js";
import { int64 } from "../../../support/dtype.js";
import { elementCount, type NDArray } from "../../../support/ndarray.js";
import { tensorValue, type Value } from "../../../support/value.js";
import { evaluateCompiled } from "./evaluate-compiled.js";
import type { PassContext } from "../../pass.js";
import { legalizeOps } from "../legalize-ops.js";

/** The type of a value; constants need not carry theirs. */
type InfoOf = (value: Expr) => StructInfo;

/** Evaluates calls whose operands are constants. */
export interface Evaluator {
  /** The result as a leaf; undefined when the call fails, takes too long, or nothing lowers it. */
  evaluate(call: Call, info: StructInfo, infoOf: InfoOf): Expr | undefined;
}

/** An evaluator over the T functions of a module, with a number of loop iterations for all calls together. */
export function makeEvaluator(module: IRModule, ctx: PassContext, steps: number): Evaluator {
  const kernels = [...module.functions].filter(([, func]) => func.kind === "tir.PrimFunc");
  let left = steps;
  const programs = new Map<string, { readonly entry: Func; readonly program?: IRModule }[]>();
  /** Calls that differ in large constants only are lowered once. */
  const programFor = (entry: Func): IRModule | undefined => {
    const key = structuralHash(entry);
    const known = programs.get(key) ?? [];
    const same = known.find((x) => structuralEqual(x.entry, entry));
    if (same !== undefined) return same.program;
    const functions = new Map<string, BaseFunc>([...kernels, [entry.name, entry]]);
    const program = lowered(irModule(functions, module), ctx);
    programs.set(key, [...known, { entry, ...(program && { program }) }]);
    return program;
  };
  return {
    evaluate(call, info, infoOf) {
      if (left <= 0) return undefined;
      const { entry, given } = entryFor(module, call, info, infoOf);
      const program = programFor(entry);
      const large = program && evaluateCompiled(program, entry.name, given, ctx.runKernel);
      if (large !== undefined) return large;
      const values = given.map((data) => tensorValue(data));
      const outcome = program && interpret(program, entry.name, values, { stepLimit: left });
      if (outcome?.ok !== true) {
        // What was spent on a call that was given up is not known.
        left = Math.floor(left / 2);
        return undefined;
      }
      left -= outcome.steps;
      return leafOf(outcome.value);
    },
  };
}

/** Tensors of so many elements are parameters: no lowering asks what they hold. */
const LARGE = 1 << 12;

/** A function that gives the value of the call, and the tensors it takes. */
function entryFor(
  module: IRModule,
  call: Call,
  info: StructInfo,
  infoOf: InfoOf,
): { readonly entry: Func; readonly given: readonly NDArray[] } {
  const params: Var[] = [];
  const given: NDArray[] = [];
  const open = (a: Expr): Expr => {
    if (a.kind === "relax.Tuple") return { ...a, fields: a.fields.map(open) };
    if (a.kind !== "relax.Const" || elementCount(a.data.shape) < LARGE) return a;
    const v = relaxVar(`x${params.length}`, infoOf(a));
    params.push(v);
    given.push(a.data);
    return v;
  };
  const args = call.args.map(open);
  let name = "fold";
  while (module.functions.has(name)) name += "_";
  const v = relaxVar("value", info);
  const value = params.length === 0 ? call : { ...call, args };
  const entry = relaxFunction({
    name,
    params,
    body: seqExpr([bindingBlock([varBinding(v, value)])], v),
    retSinfo: info,
    isPure: true,
    isPrivate: true,
    attrs: noAttrs,
  });
  return { entry, given };
}

/** The program without operators; undefined when one has no lowering. */
function lowered(program: IRModule, ctx: PassContext): IRModule | undefined {
  if (ctx.lowering === undefined) return program;
  let failed = false;
  const quiet: PassContext = { ...ctx, report: (d) => void (failed ||= d.severity === "error") };
  const after = legalizeOps.run(program, { skipOps: [] }, quiet);
  return failed ? undefined : after;
}

function leafOf(value: Value): Expr | undefined {
  switch (value.kind) {
    case "tensor":
      return value.written?.includes(0) === true ? undefined : constant(value.data);
    case "shape":
      return shapeExpr(value.dims.map((d) => intImm(d, int64)));
    case "int":
      return primValue(intImm(value.value, value.dtype));
    case "float":
      return primValue(floatImm(value.value, value.dtype));
    case "string":
      return str(value.value);
    case "dtype":
      return dtypeValue(value.value);
    case "tuple": {
      const fields = value.fields.map(leafOf);
      return fields.includes(undefined) ? undefined : tuple(fields as Expr[]);
    }
    default:
      return undefined;
  }
}
