/** Symbols of signatures, made constant. */
import { isNode } from "../../../ir/nodes.js";
import type { Func } from "../../../ir/relax/expr.js";
import { intImm, type PrimExpr, type Var as Symbol } from "../../../ir/tir/expr.js";
import { isInt } from "../../../support/int.js";
import { option } from "../../../support/option.js";
import { codes } from "../../codes.js";
import { definePass, type PassContext } from "../../pass.js";
import { makeSubstitution, rewriteFunction, symbolsOf, updated } from "../rewrite/index.js";
import { chosenFunctions } from "./chosen-function.js";

const NAME = "bind-symbolic-vars";

/**
 * Precondition: the names are those of symbols of the signature.
 * Result: the symbols have the values given, in the signature and in the body.
 * Sound for calls with lengths of these values; others are refused where the function is entered.
 */
export const bindSymbolicVars = definePass({
  name: NAME,
  dialect: "relax",
  summary: "Gives symbols of signatures fixed values.",
  from: "graph",
  options: {
    bindings: option.json({ default: {}, help: 'Values by name, e.g. `{"n": 8}`.' }),
    func: option.string({
      default: "",
      help: "The function; all that have the symbols when empty.",
    }),
  },
  run(module, { bindings, func: name }, ctx) {
    const wanted = readBindings(bindings, ctx);
    const chosen = wanted && chosenFunctions(module, NAME, name, ctx);
    if (wanted === undefined || chosen === undefined) return module;
    const met = new Set<string>();
    const after = updated(module, (func, own) => {
      if (func.kind !== "relax.Function" || !chosen.has(own)) return func;
      const symbols = imagesOf(func, wanted, met);
      if (symbols.length === 0) return func;
      return rewriteFunction(module, own, func, {}, { start: makeSubstitution([], symbols) });
    });
    const unknown = [...wanted.keys()].filter((symbol) => !met.has(symbol));
    for (const symbol of unknown) ctx.report(codes.noSymbol({ pass: NAME, symbol, where: name === "" ? "the module" : `\`${name}\`` })); // prettier-ignore
    return unknown.length === 0 ? after : module;
  },
});

type Bindings = ReadonlyMap<string, PrimExpr | number | bigint>;

/** Values by name: whole numbers that are not negative, or expressions where the pass is called by a program. */
function readBindings(given: unknown, ctx: PassContext): Bindings | undefined {
  const entries = given instanceof Map ? [...(given as Map<string, unknown>)] : Object.entries(given ?? {}); // prettier-ignore
  for (const [name, value] of entries) {
    const isLength = isInt(value) && value >= 0;
    if (isLength || (isNode(value) && value.kind.startsWith("tir."))) continue;
    ctx.report(
      codes.badOption({
        option: `bindings.${name}`,
        pass: NAME,
        found: JSON.stringify(value) ?? "nothing",
        expected: "a length",
      }),
    );
    return undefined;
  }
  return new Map(entries as [string, PrimExpr | number][]);
}

function imagesOf(func: Func, wanted: Bindings, met: Set<string>): [Symbol, PrimExpr][] {
  const symbols = new Set(func.params.flatMap((p) => symbolsOf(p.sinfo)));
  return [...symbols].flatMap((symbol): [Symbol, PrimExpr][] => {
    const value = wanted.get(symbol.name);
    if (value === undefined) return [];
    met.add(symbol.name);
    return [[symbol, typeof value === "object" ? value : intImm(value, symbol.dtype)]];
  });
}
