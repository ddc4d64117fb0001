import type { AttrValue } from "../../../ir/core/node.js";
import { globalVar, type IRModule } from "../../../ir/module.js";
import { isNode } from "../../../ir/nodes.js";
import { tuple, tupleGetItem, type Call, type Expr } from "../../../ir/relax/expr.js";
import type { IndexMap, PrimFunc } from "../../../ir/tir/function.js";
import { definePass } from "../../pass.js";
import { changedOutput, transformed } from "../layout/index-map.js";
import { isExternal, rewriteModule, type Cursor } from "../rewrite/index.js";

/** Attribute of T functions: the operator they compute. */
const OPERATOR = "operator_name";
/** Attribute of T functions: the operator whose functions they replace. */
const ALTERS = "alters";
/** Attribute beside `alters`: for each buffer parameter an index map, or None. */
const LAYOUTS = "layouts";

/**
 * Precondition: none. Result: calls of T functions whose `operator_name` another function `alters` call that one;
 * operands and results change their layouts around the call as its `layouts` say. Sound as far as the function computes
 * the same in its layouts; only layouts that can be undone are taken.
 */
export const alterOpImpl = definePass({
  name: "alter-op-impl",
  dialect: "relax",
  summary:
    "Puts other T functions, with layouts of their own, in the place of those of an operator.",
  requires: ["legalize-ops"],
  options: {},
  run(module) {
    const replacements = new Map<string, PrimFunc>();
    for (const func of module.functions.values()) {
      const name = func.kind === "tir.PrimFunc" ? func.attrs.get(ALTERS) : undefined;
      if (typeof name === "string") replacements.set(name, func as PrimFunc);
    }
    if (replacements.size === 0) return module;
    return rewriteModule(module, (_, func) =>
      isExternal(func)
        ? undefined
        : {
            value: (value, at) =>
              value.kind === "relax.Call" ? (altered(value, module, replacements, at) ?? value) : value, // prettier-ignore
          },
    );
  },
});

function altered(
  call: Call,
  module: IRModule,
  replacements: ReadonlyMap<string, PrimFunc>,
  at: Cursor,
): Expr | undefined {
  if (call.op.kind !== "relax.Op" || call.op.name !== "call_tir") return undefined;
  const [target, args, ...sizes] = call.args;
  const callee = target?.kind === "ir.GlobalVar" ? module.functions.get(target.name) : undefined;
  if (callee?.kind !== "tir.PrimFunc" || args?.kind !== "relax.Tuple") return undefined;
  const by = replacements.get(String(callee.attrs.get(OPERATOR)));
  if (by === undefined || by === callee) return undefined;
  const outputs = call.sinfoArgs.flatMap((s) => (s.kind === "relax.TupleInfo" ? s.fields : [s]));
  const layouts = layoutsOf(by, args.fields.length + outputs.length);
  const changed = outputs.map((o, i) =>
    changedOutput(o, layouts[args.fields.length + i], at.infer),
  );
  if (!changed.every((c) => c !== undefined)) return undefined;
  const inputs = args.fields.map((arg, i) => {
    const map = layouts[i];
    return map === undefined ? arg : at.emit(transformed(arg, map));
  });
  const made: Call = {
    ...call,
    args: [globalVar(by.name), tuple(inputs), ...sizes],
    sinfoArgs: changed.map((c) => c.info),
  };
  if (changed.every((c) => c.back === undefined)) return made;
  const result = at.emit(made);
  if (changed.length === 1) return transformed(result, changed[0]!.back!);
  return tuple(
    changed.map(({ back }, i) => {
      const item = at.emit(tupleGetItem(result, i));
      return back === undefined ? item : at.emit(transformed(item, back));
    }),
  );
}

function layoutsOf(func: PrimFunc, count: number): readonly (IndexMap | undefined)[] {
  const raw = func.attrs.get(LAYOUTS);
  const list = Array.isArray(raw) ? (raw as readonly AttrValue[]) : [];
  return Array.from({ length: count }, (_, i) => {
    const value = list[i];
    return isNode(value) && value.kind === "tir.IndexMap" ? value : undefined;
  });
}
