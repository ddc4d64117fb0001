/** Functions that also give the gradients of one of their results. */
import { analyzerFor } from "../../../analysis/relax/facts.js";
import type { IRModule } from "../../../ir/module.js";
import {
  relaxVar, seqExpr, tuple, type Binding, type Func, type Var,
} from "../../../ir/relax/expr.js"; // prettier-ignore
import { tupleInfo } from "../../../ir/relax/struct-info.js";
import { makeInferContext } from "../../../op/deduce/index.js";
import { describe } from "../../../op/describe.js";
import { isFloat } from "../../../support/dtype.js";
import type { Sink } from "../../../support/diagnostic.js";
import { BlockBuilder, copyFunction, hasEffect, scalarConstant, withOwnReturn } from "../rewrite/index.js"; // prettier-ignore
import { activeVars, isContinuous } from "./activity.js";
import { codes } from "./codes.js";
import { Backward, type Adjoint } from "./rules/rule.js";
import { Sweep } from "./sweep.js";

/** What a gradient is asked for. */
export interface Wanted {
  /** Names of parameters; all that are continuous when there are none. */
  readonly params: readonly string[];
  /** Which field of the result the gradient is of. */
  readonly target: number;
  /** Name of the new function. */
  readonly name: string;
}

/** The function with gradients; undefined, and reported, where one cannot be made. */
export function adjointFunction(
  module: IRModule,
  original: Func,
  { params: asked, target, name }: Wanted,
  sink: Sink,
): Func | undefined {
  const func = copyFunction(original);
  const params = paramsOf(func, asked, sink);
  const bindings = func.body.blocks.flatMap((block) => block.bindings);
  const problem = bindings.map((b) => obstacle(module, b)).find((p) => p !== undefined);
  if (problem !== undefined) {
    sink.report(codes.structure({ func: func.name, problem, at: original.span }));
    return undefined;
  }
  if (params === undefined) return undefined;
  const analyzer = analyzerFor(func);
  const infer = makeInferContext({ module, analyzer });
  const builder = new BlockBuilder(module, infer);
  const b = new Backward(builder);
  const seed = seedOf(func, target, b, sink);
  if (seed === undefined) return undefined;

  builder.begin();
  builder.startBlock(true);
  for (const binding of bindings) builder.put(binding);
  const sweep = new Sweep(b, activeVars(params, bindings));
  sweep.add(func.body.body, seed);
  for (const binding of [...bindings].reverse()) sweep.visit(binding);
  const grads = params.map((p) => {
    const value = sweep.of(p);
    const out = relaxVar(`${p.name}_adjoint`, b.info(value));
    builder.put({ kind: "relax.VarBinding", var: out, value: builder.normalized(value) });
    return out;
  });
  const blocks = builder.end();
  if (sweep.problems.length > 0) {
    sweep.problems.forEach((d) => sink.report(d));
    return undefined;
  }
  const retSinfo = tupleInfo([func.retSinfo, tupleInfo(grads.map((g) => g.sinfo!))]);
  const body = seqExpr(blocks, tuple([func.body.body, tuple(grads)]), func.body.span);
  return withOwnReturn({ ...func, name, body, retSinfo, isPrivate: false });
}

function paramsOf(func: Func, asked: readonly string[], sink: Sink): readonly Var[] | undefined {
  const possible = func.params.filter((p) => isContinuous(p.sinfo));
  if (asked.length === 0) return possible;
  const found = asked.map((name) => possible.find((p) => p.name === name));
  const known = possible.map((p) => `\`${p.name}\``).join(", ");
  for (const [i, p] of found.entries())
    if (p === undefined)
      sink.report(codes.parameter({ func: func.name, param: asked[i]!, known: known || "none", at: func.span })); // prettier-ignore
  return found.every((p): p is Var => p !== undefined) ? found : undefined;
}

/** Why a binding cannot be followed. */
function obstacle(module: IRModule, { value, var: v }: Binding): string | undefined {
  if (value.kind === "relax.If") return `\`${v.name}\` is chosen by a branch`;
  if (value.kind === "relax.Function") return `\`${v.name}\` is a function`;
  return hasEffect(module, value) ? `\`${v.name}\` has effects` : undefined;
}

/** The gradient by the function's result: one at the number that was chosen. */
function seedOf(func: Func, index: number, b: Backward, sink: Sink): Adjoint | undefined {
  const result = func.body.body;
  const info = b.info(result);
  const target = info.kind === "relax.TupleInfo" ? info.fields[index] : index === 0 ? info : undefined; // prettier-ignore
  if (
    target?.kind === "relax.TensorInfo" &&
    target.ndim === 0 &&
    target.dtype &&
    isFloat(target.dtype)
  ) {
    // prettier-ignore
    const one = scalarConstant(1, target.dtype);
    return info.kind === "relax.TupleInfo" ? [...Array.from<undefined>({ length: index }), one] : one; // prettier-ignore
  }
  const found = target === undefined ? "not there" : `of type ${describe(target)}`;
  sink.report(
    codes.target({ index, func: func.name, found, at: func.body.body.span ?? func.span }),
  );
  return undefined;
}
