/** A group of bindings as a function of its own, and the call that takes their place. */
import { copyFunction } from "../rewrite/index.js";
import { noAttrs, type Attrs } from "../../../ir/core/node.js";
import { rewrite } from "../../../ir/core/rewrite.js";
import { visit } from "../../../ir/core/visit.js";
import {
  bindingBlock,
  relaxFunction,
  relaxVar,
  seqExpr,
  shapeExpr,
  tuple,
  varBinding,
  type Binding,
  type Const,
  type Expr,
  type Func,
  type Var,
} from "../../../ir/relax/expr.js";
import { shapeInfo, tupleInfo, type StructInfo } from "../../../ir/relax/struct-info.js";
import type { Var as Symbol } from "../../../ir/tir/expr.js";
import { eachDim, inferExpr, makeInferContext } from "../../../op/deduce/index.js";

/** A function and the operands of the call that stands for the group. */
export interface GroupFunction {
  readonly func: Func;
  readonly args: readonly Expr[];
}

export interface GroupRequest {
  readonly name: string;
  readonly bindings: readonly Binding[];
  /** What the group gives to the outside; more than one is a tuple. */
  readonly results: readonly Var[];
  readonly attrs?: Attrs;
  /** Whether constants stay inside; else they become operands. */
  readonly keepConstants?: boolean;
  /** Names for parameters; the names of the operands where it says nothing. */
  nameOf?(operand: Var | Const): string | undefined;
}

/** The function of a group; undefined when a type mentions what a parameter cannot carry. */
export function groupFunction(request: GroupRequest): GroupFunction | undefined {
  const { bindings, results } = request;
  const inside = new Set(bindings.map((b) => b.var));
  const params = new Map<Var | Const, Var>();
  const ctx = makeInferContext();
  let sound = true;
  for (const b of bindings) {
    visit(b.value, {
      enter(n) {
        if (n.kind === "relax.Function" || n.kind === "relax.If") sound = false;
        if (n.kind === "relax.Var" && !inside.has(n) && !params.has(n))
          params.set(n, relaxVar(request.nameOf?.(n) ?? n.name, n.sinfo));
        if (n.kind === "relax.Const" && request.keepConstants !== true && !params.has(n))
          params.set(n, relaxVar(request.nameOf?.(n) ?? `param_${params.size}`, inferExpr(n, ctx)));
      },
    });
    sound &&= b.kind === "relax.VarBinding";
  }
  if (!sound) return undefined;
  const shape = unboundSymbols([...params.values()], bindings);
  const shapeParam = shape.length === 0 ? [] : [relaxVar("sizes", shapeInfo(shape))];
  const body = bodyOf(bindings, results, params);
  const result = results.length === 1 ? results[0]!.sinfo : tupleInfo(results.map((r) => r.sinfo!));
  if (result === undefined) return undefined;
  const func = relaxFunction({
    name: request.name,
    params: [...params.values(), ...shapeParam],
    body,
    retSinfo: result,
    isPure: true,
    isPrivate: true,
    attrs: request.attrs ?? noAttrs,
  });
  const args = [...params.keys(), ...(shape.length === 0 ? [] : [shapeExpr(shape)])];
  return { func: copyFunction(func), args };
}

/** The bindings over the parameters in one dataflow block. */
function bodyOf(
  bindings: readonly Binding[],
  results: readonly Var[],
  params: ReadonlyMap<Var | Const, Var>,
): Func["body"] {
  const images = new Map<Var | Const, Var>(params);
  for (const b of bindings) {
    const isResult = results.includes(b.var);
    const name = b.var.name;
    images.set(b.var, relaxVar(name, b.var.sinfo, { dataflow: !isResult }));
  }
  const mapped = bindings.map((b) => {
    const value = rewrite(b.value, (n) =>
      n.kind === "relax.Var" || n.kind === "relax.Const" ? (images.get(n) ?? n) : n,
    );
    return varBinding(images.get(b.var)!, value, b.span);
  });
  const outputs = results.map((r) => images.get(r)!);
  return seqExpr([bindingBlock(mapped, true)], outputs.length === 1 ? outputs[0]! : tuple(outputs));
}

/** Symbols that the bindings use and no parameter's type defines, in order. */
function unboundSymbols(params: readonly Var[], bindings: readonly Binding[]): readonly Symbol[] {
  const defined = new Set<Symbol>();
  const used = new Set<Symbol>();
  const note = (info: StructInfo | undefined, isParam: boolean): void => {
    if (info === undefined) return;
    eachDim(info, {
      dim(e) {
        if (e.kind === "tir.Var" && isParam) defined.add(e);
        visit(e, {
          enter(n) {
            if (n.kind === "tir.Var") used.add(n);
          },
        });
      },
    });
  };
  for (const p of params) note(p.sinfo, true);
  for (const b of bindings) {
    note(b.var.sinfo, false);
    visit(b.value, {
      enter(n) {
        if (n.kind === "tir.Var") used.add(n);
      },
    });
  }
  return [...used].filter((s) => !defined.has(s));
}
