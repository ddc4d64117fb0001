/** Types of parameters, changed. */
import type { Func, Var } from "../../../ir/relax/expr.js";
import { relaxVar, shapeExpr } from "../../../ir/relax/expr.js";
import { tensorInfo, type StructInfo, type TensorInfo } from "../../../ir/relax/struct-info.js";
import { intImm, makeVar, type PrimExpr, type Var as Symbol } from "../../../ir/tir/expr.js";
import { int64, tryDType } from "../../../support/dtype.js";
import { isIdentifier } from "../../../support/identifier.js";
import { isInt } from "../../../support/int.js";
import { option } from "../../../support/option.js";
import { codes } from "../../codes.js";
import { definePass, type PassContext } from "../../pass.js";
import { makeSubstitution, rewriteFunction, symbolsOf, updated, useOf } from "../rewrite/index.js";
import { chosenFunctions } from "./chosen-function.js";

const NAME = "update-param-type";

/** What a program may give: the new type of a parameter, or undefined to leave it. */
export type TypeRule = (param: Var, func: string) => StructInfo | undefined;

/**
 * Precondition: the parameters are tensors.
 * Result: they have the types given; the types of all that is computed from them follow.
 * Sound because the function is the same program over other values; what its operators do not take is reported by the
 * check that follows.
 */
export const updateParamType = definePass({
  name: NAME,
  dialect: "relax",
  summary: "Changes shapes and element types of parameters.",
  from: "graph",
  options: {
    types: option.json({
      default: {},
      help: 'What changes, by name of the parameter, e.g. `{"x": {"dtype": "float16", "shape": [8, "n"]}}`.',
    }),
    func: option.string({ default: "", help: "The function; all of them when empty." }),
  },
  run(module, { types, func: name }, ctx) {
    const chosen = chosenFunctions(module, NAME, name, ctx);
    if (chosen === undefined) return module;
    const rule = typeof types === "function" ? (types as TypeRule) : undefined;
    return updated(module, (func, own) => {
      if (func.kind !== "relax.Function" || !chosen.has(own)) return func;
      const ruleOf = rule ?? readTypes(types, func, ctx);
      const images = func.params.map((p) => {
        const sinfo = ruleOf(p, own);
        return sinfo === undefined || sinfo === p.sinfo ? p : relaxVar(p.name, sinfo, { annotated: true, span: p.span }); // prettier-ignore
      });
      if (images.every((p, i) => p === func.params[i])) return func;
      const start = makeSubstitution(func.params.map((p, i) => [p, useOf(images[i]!)] as const));
      const symbols = new Set(images.flatMap((p) => symbolsOf(p.sinfo)));
      const forgotten = func.params.flatMap((p, i) => lengths(p, images[i]!));
      for (const [symbol, value] of forgotten) if (!symbols.has(symbol)) start.symbols.set(symbol, value); // prettier-ignore
      const open = { ...func, retInferred: true };
      const after = rewriteFunction(module, own, open, {}, { start, params: images });
      return { ...after, retInferred: func.retInferred };
    });
  },
});

/** Symbols that stood alone where another length stands now. */
function lengths(before: Var, after: Var): [Symbol, PrimExpr][] {
  const [old, now] = [before.sinfo, after.sinfo].map((info) =>
    info?.kind === "relax.TensorInfo" && info.shape?.kind === "relax.ShapeExpr"
      ? info.shape.values
      : [],
  );
  return old!.flatMap((dim, i): [Symbol, PrimExpr][] =>
    dim.kind === "tir.Var" && now![i] !== undefined && now![i] !== dim ? [[dim, now![i]]] : [],
  );
}

interface TypeChange {
  readonly dtype?: unknown;
  readonly shape?: unknown;
}

/** The changes that an option spells, over the symbols of a function. */
function readTypes(types: unknown, func: Func, ctx: PassContext): TypeRule {
  const changes = new Map(Object.entries((types ?? {}) as Record<string, TypeChange>));
  const symbols = new Map<string, Symbol>();
  for (const s of func.params.flatMap((p) => symbolsOf(p.sinfo))) symbols.set(s.name, s);
  const refuse = (param: string, found: unknown, expected: string): undefined => {
    const shown = JSON.stringify(found) ?? "nothing";
    ctx.report(codes.badOption({ pass: NAME, option: `types.${param}`, found: shown, expected }));
    return undefined;
  };
  const dimOf = (value: unknown): PrimExpr | undefined => {
    if (isInt(value) && value >= 0) return intImm(value, int64);
    if (typeof value !== "string" || !isIdentifier(value)) return undefined;
    const known = symbols.get(value) ?? makeVar(value, int64);
    symbols.set(value, known);
    return known;
  };
  return (p) => {
    const change = changes.get(p.name);
    if (change === undefined) return undefined;
    if (p.sinfo?.kind !== "relax.TensorInfo") return refuse(p.name, change, "for a tensor");
    let after: TensorInfo = p.sinfo;
    if (change.dtype !== undefined) {
      const dtype = tryDType(String(change.dtype));
      if (dtype === undefined) return refuse(p.name, change.dtype, "an element type");
      after = { ...after, dtype };
    }
    if (change.shape === undefined) return after;
    const dims = Array.isArray(change.shape) ? change.shape.map(dimOf) : [undefined];
    if (dims.includes(undefined))
      return refuse(p.name, change.shape, "a list of lengths and names");
    return tensorInfo({ ...after, shape: shapeExpr(dims as PrimExpr[]) });
  };
}
