/** Calls of private functions, replaced by their bodies. */
import { rewrite } from "../../../ir/core/rewrite.js";
import type { BaseFunc, IRModule } from "../../../ir/module.js";
import type { Node } from "../../../ir/nodes.js";
import type { Call, Func, SeqExpr } from "../../../ir/relax/expr.js";
import { dimsOf, objectInfo, type StructInfo } from "../../../ir/relax/struct-info.js";
import { isBaseOf } from "../../../op/deduce/index.js";
import { option } from "../../../support/option.js";
import { definePass } from "../../pass.js";
import {
  applyTo,
  callGraph,
  copyFunction,
  eachBinding,
  hasEffect,
  isExternal,
  makeSubstitution,
  reachableFunctions,
  rewriteFunction,
  updated,
  type Cursor,
  type Substitution,
} from "../rewrite/index.js";

/**
 * Precondition: A-normal form.
 * Result: direct calls of private functions that do not call themselves are their bodies; such functions are gone when
 * nothing mentions them any more.
 * Sound because parameters are bound to the arguments, whose types are checked where they are not proved.
 */
export const inlinePrivateFunctions = definePass({
  name: "inline-private-functions",
  dialect: "module",
  summary: "Replaces calls of private functions by their bodies.",
  options: {
    maxBindings: option.int({
      default: 100_000,
      help: "Leave a call alone when its function would get more bindings than this.",
    }),
  },
  run(module, { maxBindings }) {
    const { order, recursive } = callGraph(module);
    const inlinable = new Set(
      order.filter((name) => !recursive.has(name) && isInlinable(module.functions.get(name))),
    );
    if (inlinable.size === 0) return module;
    const done = new Map<string, Func>();
    const bodies = new Map<string, Func>();
    for (const name of order) {
      const func = module.functions.get(name);
      if (func?.kind !== "relax.Function") continue;
      const after = withBodies(module, name, func, bodies, maxBindings);
      done.set(name, after);
      if (inlinable.has(name)) bodies.set(name, after);
    }
    const after = updated(module, (func, name) => done.get(name) ?? func);
    const reached = reachableFunctions(after);
    return updated(after, (func, name) =>
      inlinable.has(name) && !reached.has(name) ? undefined : func,
    );
  },
});

const isInlinable = (func: BaseFunc | undefined): boolean =>
  func?.kind === "relax.Function" &&
  func.isPrivate &&
  !isExternal(func) &&
  !func.attrs.has("Primitive");

function withBodies(
  module: IRModule,
  name: string,
  func: Func,
  bodies: ReadonlyMap<string, Func>,
  maxBindings: number,
): Func {
  let size = sizeOf(func);
  return rewriteFunction(module, name, func, {
    value(value, at, b) {
      if (value.kind !== "relax.Call" || value.op.kind !== "ir.GlobalVar") return value;
      const callee = bodies.get(value.op.name);
      if (callee === undefined || callee.params.length !== value.args.length) return value;
      if (at.dataflow && !fitsDataflow(module, callee.body)) return value;
      const grown = size + sizeOf(callee);
      if (grown > maxBindings) return value;
      size = grown;
      const result = at.operand(bodyFor(module, value, callee, at));
      if (!at.canReplace(b.var, result)) return result;
      at.replace(b.var, result);
      return undefined;
    },
  });
}

/** Number of bindings. */
function sizeOf({ body }: Func): number {
  let count = 0;
  eachBinding(body, () => count++);
  return count;
}

/** Whether bindings may stand in a dataflow block. */
const fitsDataflow = (module: IRModule, seq: SeqExpr): boolean =>
  seq.blocks.every((block) =>
    block.bindings.every(
      ({ value }) =>
        value.kind !== "relax.If" && value.kind !== "relax.Function" && !hasEffect(module, value),
    ),
  );

/** The body of a function with the arguments of a call as parameters. */
function bodyFor(module: IRModule, call: Call, callee: Func, at: Cursor): SeqExpr {
  const copy = copyFunction(callee);
  const start = makeSubstitution();
  copy.params.forEach((p, i) => solve(p.sinfo, at.infer.infoOf(call.args[i]!), start));
  copy.params.forEach((p, i) => {
    const arg = call.args[i]!;
    const expected = applyTo(p.sinfo ?? objectInfo, start);
    const isProved = isBaseOf(expected, at.infer.infoOf(arg), at.infer) === "pass";
    start.vars.set(p, isProved ? arg : at.emitCast(arg, expected, p.name, call.span));
  });
  const open = { ...copy, params: [] };
  const { body } = rewriteFunction(module, callee.name, open, {}, { start });
  if (!at.dataflow) return body;
  const bound = new Set<Node>(body.blocks.flatMap((block) => block.bindings.map((b) => b.var)));
  return rewrite(body, (node) =>
    node.kind === "relax.Var" && bound.has(node) ? { ...node, dataflow: true } : node,
  );
}

/** Symbols that stand alone in the type of a parameter are what the argument has there. */
function solve(sinfo: StructInfo | undefined, found: StructInfo, { symbols }: Substitution): void {
  if (sinfo?.kind === "relax.TupleInfo" && found.kind === sinfo.kind) {
    sinfo.fields.forEach((f, i) => solve(f, found.fields[i] ?? objectInfo, { vars: new Map(), symbols })); // prettier-ignore
    return;
  }
  if (sinfo?.kind === "relax.PrimInfo" && found.kind === sinfo.kind) {
    if (sinfo.value?.kind === "tir.Var" && found.value !== undefined && !symbols.has(sinfo.value))
      symbols.set(sinfo.value, found.value);
    return;
  }
  const dims = dimsOf(found);
  dimsOf(sinfo)?.forEach((dim, i) => {
    const value = dims?.[i];
    if (dim.kind === "tir.Var" && value !== undefined && !symbols.has(dim)) symbols.set(dim, value);
  });
}
