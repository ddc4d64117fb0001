import { boundsOf } from "../../../analysis/index.js";
import { commonNumbers } from "../../../arith/index.js";
import { visit } from "../../../ir/core/visit.js";
import { globalVar, type IRModule } from "../../../ir/module.js";
import type { Node } from "../../../ir/nodes.js";
import { shapeExpr, type Call, type Expr, type Func } from "../../../ir/relax/expr.js";
import { intImm, makeVar, type PrimExpr } from "../../../ir/tir/expr.js";
import { param, type PrimFunc } from "../../../ir/tir/function.js";
import { int64 } from "../../../support/dtype.js";
import type { Int } from "../../../support/int.js";
import { signatureOf } from "../../../op/deduce/index.js";
import { definePass } from "../../pass.js";
import { freshGlobal, functionsNamedIn, rewriteFunction, updated } from "../rewrite/index.js";
import { outlineOf, withNumbers } from "./outline.js";

/**
 * Precondition: none. Result: private T functions of symbolic sizes that differ in numbers only, such as convolutions of
 * other channels, are one that takes the numbers; what is compiled grows with the kinds of layers, not with layers. Sound
 * because calls give the numbers that stood there; done only where no access has to be checked when it happens.
 */
export const shareKernels = definePass({
  name: "share-kernels",
  dialect: "relax",
  summary: "Makes T functions that differ in numbers only one that takes the numbers.",
  options: {},
  run(module) {
    const groups = [...groupsOf(module)].filter((group) => group.length > 1);
    const changes = new Map<string, Change>();
    const added = new Map<string, PrimFunc>();
    for (const group of groups) {
      const name = freshGlobal(module, group[0]!.name, new Set(added.keys()));
      const made = merged(group, name);
      if (made === undefined) continue;
      added.set(name, made.func);
      group.forEach((c, i) => changes.set(c.name, made.changes[i]!));
    }
    if (added.size === 0) return module;
    const value = (call: Expr | Func): Expr | Func => {
      const target = call.kind === "relax.Call" ? call.args[0] : undefined;
      const change = target?.kind === "ir.GlobalVar" ? changes.get(target.name) : undefined;
      return change === undefined ? call : changed(call as Call, change);
    };
    const signature = (name: string) => {
      const func = added.get(name);
      return func && signatureOf(func);
    };
    return updated(
      module,
      (func, name) =>
        func.kind === "relax.Function"
          ? rewriteFunction(module, name, func, { value }, { signature })
          : changes.has(name)
            ? undefined
            : func,
      added,
    );
  },
});

/** A function that may become part of a shared one. */
interface Candidate {
  readonly name: string;
  readonly func: PrimFunc;
  readonly numbers: readonly Int[];
}

/** What becomes of the calls of a function. */
interface Change {
  readonly name: string;
  readonly numbers: readonly PrimExpr[];
}

/** Functions that are alike but for numbers. */
function groupsOf(module: IRModule): Iterable<readonly Candidate[]> {
  const objects = new Map<object, number>();
  const identity = (object: object): number => {
    if (!objects.has(object)) objects.set(object, objects.size);
    return objects.get(object)!;
  };
  const groups = new Map<string, Candidate[]>();
  for (const [name, func] of calledOnly(module)) {
    if (!func.params.some((p) => p.buffer?.shape.some((d) => d.kind === "tir.Var"))) continue;
    const { text, numbers } = outlineOf({ ...func, attrs: withoutOrigin(func) }, identity);
    const group = groups.get(text);
    const candidate = { name, func, numbers };
    if (group === undefined) groups.set(text, [candidate]);
    else group.push(candidate);
  }
  return groups.values();
}

/** What a lowering was made from says more numbers than the code holds. */
const ORIGIN = "relaxc.from";
const withoutOrigin = ({ attrs }: PrimFunc): PrimFunc["attrs"] =>
  new Map([...attrs].filter(([key]) => key !== ORIGIN));

/** Private T functions that nothing but `call_tir` of Relax functions names. */
function calledOnly(module: IRModule): Map<string, PrimFunc> {
  const found = new Map<string, PrimFunc>();
  for (const [name, func] of module.functions)
    if (func.kind === "tir.PrimFunc" && func.isPrivate) found.set(name, func);
  const enter = (node: Node): false | undefined => {
    if (node.kind === "ir.GlobalVar") found.delete(node.name);
    if (node.kind !== "relax.Call" || !isTirCall(node)) return undefined;
    for (const arg of node.args.slice(1)) visit(arg, { enter });
    return false;
  };
  for (const func of module.functions.values())
    if (func.kind === "relax.Function") visit(func, { enter });
    else for (const name of functionsNamedIn(module, func)) found.delete(name);
  return found;
}

function isTirCall({ op, args }: Call): boolean {
  const scalars = args[2];
  return (
    op.kind === "relax.Op" &&
    (op.name === "call_tir" || op.name === "call_tir_inplace") &&
    (scalars === undefined || scalars.kind === "relax.ShapeExpr")
  );
}

/** One function for a group, and what becomes of the calls; undefined where accesses would have to be checked. */
function merged(
  group: readonly Candidate[],
  name: string,
): { readonly func: PrimFunc; readonly changes: readonly Change[] } | undefined {
  const { func: first } = group[0]!;
  const { params, at } = commonNumbers(group.map((c) => c.numbers));
  const vars = params.map((values, i) =>
    makeVar(`c${i}`, int64, undefined, { isSize: values.every((n) => n >= 0) }),
  );
  const body = withNumbers({ ...first, name, attrs: withoutOrigin(first) }, (k) => at(k, vars));
  const func = { ...body, params: [...body.params, ...vars.map((v) => param(v))] };
  const { refuted, unknown } = boundsOf(func);
  if (refuted.length + unknown.length > 0) return undefined;
  const changes = group.map((_, i) => ({
    name,
    numbers: params.map((values) => intImm(values[i]!, int64)),
  }));
  return { func, changes };
}

function changed(call: Call, { name, numbers }: Change): Call {
  const [, args, scalars] = call.args;
  const given = scalars?.kind === "relax.ShapeExpr" ? scalars.values : [];
  return { ...call, args: [globalVar(name), args!, shapeExpr([...given, ...numbers])] };
}
