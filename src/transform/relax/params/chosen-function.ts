/** Which functions a pass over parameters is meant for, and which of their parameters are weights. */
import type { AttrValue } from "../../../ir/core/node.js";
import type { IRModule } from "../../../ir/module.js";
import { isNode } from "../../../ir/nodes.js";
import type { Func, Var } from "../../../ir/relax/expr.js";
import { didYouMean } from "../../../support/suggest.js";
import { codes } from "../../codes.js";
import type { PassContext } from "../../pass.js";

/**
 * The Relax functions that a pass works on: the one of that name, or all of them when none is asked for. Undefined, and
 * reported, when there is none.
 */
export function chosenFunctions(
  module: IRModule,
  pass: string,
  name: string,
  ctx: PassContext,
): ReadonlyMap<string, Func> | undefined {
  const all = [...module.functions].filter(
    (entry): entry is [string, Func] => entry[1].kind === "relax.Function",
  );
  if (name === "") return new Map(all);
  const chosen = all.filter(([n]) => n === name);
  if (chosen.length > 0) return new Map(chosen);
  const near = didYouMean(name, all.map(([n]) => n)); // prettier-ignore
  ctx.report(codes.noFunction({ pass, name, hints: near ? [near] : [] }));
  return undefined;
}

const isCount = (value: AttrValue | undefined): number | undefined => {
  const number = isNode(value) && value.kind === "tir.IntImm" ? value.value : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 0 ? number : undefined;
};

/** Parameters of a function that are given at run time, then those that are weights. */
export interface ModelParams {
  readonly inputs: readonly Var[];
  readonly weights: readonly Var[];
}

/** The parameters by the attribute `num_input`; undefined where the function does not tell them apart. */
export function modelParams({ params, attrs }: Func): ModelParams | undefined {
  const count = isCount(attrs.get("num_input"));
  if (count === undefined || count > params.length) return undefined;
  return { inputs: params.slice(0, count), weights: params.slice(count) };
}

/** Says where a pass over weights does nothing because they cannot be told from inputs. */
export function checkModels(module: IRModule, pass: string, ctx: PassContext): void {
  const all = [...module.functions.values()].filter((f): f is Func => f.kind === "relax.Function");
  const claiming = all.filter((f) => f.attrs.has("num_input"));
  const unclear = claiming.filter((f) => modelParams(f) === undefined);
  const [first] = all.filter((f) => !f.isPrivate);
  if (claiming.length === 0 && first !== undefined) unclear.push(first);
  for (const { name, span } of unclear)
    ctx.report(codes.noNumInput({ pass, func: name, at: span }));
}
