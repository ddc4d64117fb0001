import type { AttrValue } from "../../../ir/core/node.js";
import { externFunc, irModule, type IRModule } from "../../../ir/module.js";
import { op, relaxCall, tuple, type Func } from "../../../ir/relax/expr.js";
import { option } from "../../../support/option.js";
import { definePass, type PassContext } from "../../pass.js";
import { patternCodes as codes } from "../pattern/index.js";
import { reachableFunctions, rewriteFunction, updated } from "../rewrite/index.js";
import { CODEGEN, EXTERNAL_MODULES } from "./external.js";

/**
 * Precondition: none. Result: functions marked `Codegen` are compiled by the code generators of these names, kept in
 * the module's `external_mods`, and called as packed functions. As right as the code generators are.
 */
export const runCodegen = definePass({
  name: "run-codegen",
  dialect: "relax",
  summary: "Compiles marked functions by external code generators.",
  requires: ["merge-composite-functions"],
  options: {
    targetOptions: option.json({ default: {}, help: "options for each code generator, by name" }),
    entryFunctions: option.strings({ default: [], help: "functions to start from; none for all" }),
  },
  run(module, { targetOptions, entryFunctions }, ctx) {
    const reached = reachableFunctions(module, entryFunctions);
    const marked = new Map<string, Func[]>();
    for (const [name, func] of module.functions) {
      const codegen = func.kind === "relax.Function" ? func.attrs.get(CODEGEN) : undefined;
      if (typeof codegen !== "string" || !reached.has(name)) continue;
      marked.set(codegen, [...(marked.get(codegen) ?? []), func as Func]);
    }
    if (marked.size === 0) return module;
    const made = compileAll(marked, targetOptions, ctx);
    return made === undefined ? module : withExternals(module, marked, made);
  },
});

function compileAll(
  marked: ReadonlyMap<string, readonly Func[]>,
  targetOptions: unknown,
  ctx: PassContext,
): readonly AttrValue[] | undefined {
  const made: AttrValue[] = [];
  let failed = false;
  for (const [name, funcs] of marked) {
    const codegen = ctx.codegens?.get(name);
    if (codegen === undefined) {
      const known = [...(ctx.codegens?.keys() ?? [])].map((k) => `\`${k}\``).join(", ") || "none";
      ctx.report(codes.unknownCodegen({ name, func: funcs[0]!.name, known, at: funcs[0]!.span }));
      failed = true;
    } else made.push(codegen.compile(funcs, optionsFor(targetOptions, name)));
  }
  return failed ? undefined : made;
}

function optionsFor(all: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof all !== "object" || all === null || !Object.hasOwn(all, name)) return {};
  const own = (all as Readonly<Record<string, unknown>>)[name];
  return typeof own === "object" && own !== null ? (own as Readonly<Record<string, unknown>>) : {};
}

function withExternals(
  module: IRModule,
  marked: ReadonlyMap<string, readonly Func[]>,
  made: readonly AttrValue[],
): IRModule {
  const gone = new Set([...marked.values()].flat());
  const after = updated(module, (func, name) => {
    if (func.kind !== "relax.Function") return func;
    if (gone.has(func)) return undefined;
    return rewriteFunction(module, name, func, {
      value(value, at) {
        if (value.kind !== "relax.Call" || value.op.kind !== "ir.GlobalVar") return value;
        const callee = module.functions.get(value.op.name);
        if (callee?.kind !== "relax.Function" || !gone.has(callee)) return value;
        const outputs = at.infer.infoOf(value);
        const sinfoArgs = outputs.kind === "relax.TupleInfo" ? outputs.fields : [outputs];
        const args = [externFunc(value.op.name), tuple(value.args)];
        return relaxCall(op("call_dps_packed"), args, { sinfoArgs, span: value.span });
      },
    });
  });
  const known = module.attrs.get(EXTERNAL_MODULES);
  const all = [...(Array.isArray(known) ? (known as readonly AttrValue[]) : []), ...made];
  return irModule(after.functions, {
    ...after,
    attrs: new Map(after.attrs).set(EXTERNAL_MODULES, all),
  });
}
