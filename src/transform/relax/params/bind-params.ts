/** Parameters as constants. */
import type { IRModule } from "../../../ir/module.js";
import {
  bindingBlock,
  constant,
  matchCast,
  type Binding,
  type Func,
} from "../../../ir/relax/expr.js";
import { dimsOf, objectInfo, type StructInfo } from "../../../ir/relax/struct-info.js";
import { intImm, type PrimExpr, type Var as Symbol } from "../../../ir/tir/expr.js";
import { isBaseOf, makeInferContext } from "../../../op/deduce/index.js";
import { describe } from "../../../op/describe.js";
import type { NDArray } from "../../../support/ndarray.js";
import { option, type Tensors } from "../../../support/option.js";
import { didYouMean } from "../../../support/suggest.js";
import { codes } from "../../codes.js";
import { definePass, type PassContext } from "../../pass.js";
import { applyTo, makeSubstitution, rewriteFunction, updated } from "../rewrite/index.js";
import { literalTensor } from "./literal-tensor.js";
import { chosenFunctions } from "./chosen-function.js";

const NAME = "bind-params";

/**
 * Precondition: the tensors have the types of the parameters they are given for.
 * Result: these parameters are constants; symbols that their types alone define have their values.
 * Sound because a call with these tensors is what the function was called with before.
 */
export const bindParams = definePass({
  name: NAME,
  dialect: "relax",
  summary: "Makes parameters of a function constants.",
  from: "graph",
  options: {
    func: option.string({ default: "main", help: "The function." }),
    params: option.tensors({
      help: "Tensors by name of the parameter: a .npz or .safetensors file, or lists of numbers.",
    }),
  },
  run(module, { func: name, params }, ctx) {
    const chosen = chosenFunctions(module, NAME, name, ctx);
    if (chosen === undefined) return module;
    if (typeof params === "string") {
      ctx.report(codes.badOption({ pass: NAME, option: "params", found: params, expected: "read by who runs the pipeline" })); // prettier-ignore
      return module;
    }
    const given = params instanceof Map ? (params as Tensors) : undefined;
    const literals = new Map(Object.entries(given === undefined ? params : {}));
    const names = given === undefined ? literals : given;
    if (!areThere(chosen, [...names.keys()], ctx)) return module;
    let failed = false;
    const after = updated(module, (func, own) => {
      if (func.kind !== "relax.Function" || !chosen.has(own)) return func;
      const tensors = given ?? tensorsFor(own, func, literals, ctx);
      const bound = tensors && bind(module, own, func, tensors, ctx);
      failed ||= bound === undefined;
      return bound ?? func;
    });
    return failed ? module : after;
  },
});

/** Lists as tensors of the types of the parameters. */
function tensorsFor(
  name: string,
  func: Func,
  literals: ReadonlyMap<string, unknown>,
  ctx: PassContext,
): Tensors | undefined {
  const tensors = new Map<string, NDArray>();
  for (const p of func.params) {
    if (!literals.has(p.name)) continue;
    const dtype = p.sinfo?.kind === "relax.TensorInfo" ? p.sinfo.dtype : undefined;
    const tensor = dtype && literalTensor(literals.get(p.name), dtype);
    if (tensor === undefined) {
      const expected = p.sinfo === undefined ? "typed" : describe(p.sinfo);
      const found = JSON.stringify(literals.get(p.name)) ?? "nothing";
      ctx.report(codes.parameterType({ func: name, param: p.name, expected, found, at: p.span }));
      return undefined;
    }
    tensors.set(p.name, tensor);
  }
  return tensors;
}

function areThere(
  chosen: ReadonlyMap<string, Func>,
  given: readonly string[],
  ctx: PassContext,
): boolean {
  let all = true;
  for (const [name, func] of chosen) {
    const names = func.params.map((p) => p.name);
    for (const param of given) {
      if (names.includes(param)) continue;
      all = false;
      const near = didYouMean(param, names);
      ctx.report(codes.noParameter({ pass: NAME, func: name, param, hints: near ? [near] : [] }));
    }
  }
  return all;
}

function bind(
  module: IRModule,
  name: string,
  func: Func,
  tensors: Tensors,
  ctx: PassContext,
): Func | undefined {
  const given = func.params.filter((p) => tensors.has(p.name));
  if (given.length === 0) return func;
  const infer = makeInferContext({ module });
  const values = given.map((p) => constant(tensors.get(p.name)!, p.span));
  const symbols = new Map<Symbol, PrimExpr>();
  given.forEach((p, i) => solve(p.sinfo, infer.infoOf(values[i]!), symbols));
  const start = makeSubstitution([], symbols);
  const casts: Binding[] = [];
  for (const [i, p] of given.entries()) {
    const [found, value] = [infer.infoOf(values[i]!), values[i]!];
    const expected = applyTo(withoutDevice(p.sinfo ?? objectInfo), start);
    const answer = isBaseOf(expected, found, infer);
    if (answer === "L0" || answer === "L1") {
      const types = { expected: describe(expected), found: describe(found) };
      ctx.report(codes.parameterType({ func: name, param: p.name, ...types, at: p.span }));
      return undefined;
    }
    if (answer === "pass") start.vars.set(p, value);
    // Lengths in terms of other parameters are checked when these are known.
    else casts.push(matchCast(p, value, p.sinfo!, p.span));
  }
  const params = func.params.filter((p) => !given.includes(p));
  const blocks = casts.length === 0 ? func.body.blocks : [bindingBlock(casts), ...func.body.blocks];
  const open = { ...func, params, body: { ...func.body, blocks } };
  return rewriteFunction(module, name, open, {}, { start });
}

/** Symbols that stand alone in a type get the lengths of the tensor. */
function solve(
  sinfo: StructInfo | undefined,
  found: StructInfo,
  symbols: Map<Symbol, PrimExpr>,
): void {
  const lengths = dimsOf(found);
  dimsOf(sinfo)?.forEach((dim, i) => {
    const length = lengths?.[i];
    if (dim.kind !== "tir.Var" || symbols.has(dim) || length?.kind !== "tir.IntImm") return;
    symbols.set(dim, intImm(length.value, dim.dtype));
  });
}

const withoutDevice = (info: StructInfo): StructInfo =>
  info.kind === "relax.TensorInfo" ? { ...info, vdevice: undefined } : info;
