import { detectIterMap, inverseOf } from "../../../arith/index.js";
import { refresh } from "../../../ir/core/rewrite.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { globalVar, type IRModule } from "../../../ir/module.js";
import { isNode } from "../../../ir/nodes.js";
import { relaxVar, tuple, tupleGetItem, type Call, type Expr } from "../../../ir/relax/expr.js";
import { dimsOf, type StructInfo } from "../../../ir/relax/struct-info.js";
import { range } from "../../../ir/tir/buffer.js";
import { intImm, makeVar } from "../../../ir/tir/expr.js";
import type { IndexMap, PrimFunc } from "../../../ir/tir/function.js";
import { makeCall } from "../../../op/make-call.js";
import { definePass } from "../../pass.js";
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
  const changed = outputs.map((o, i) => changedOutput(o, layouts[args.fields.length + i], at));
  if (!changed.every((c) => c !== undefined)) return undefined;
  const inputs = args.fields.map((arg, i) => {
    const map = layouts[i];
    return map === undefined ? arg : at.emit(transform(arg, map));
  });
  const made: Call = {
    ...call,
    args: [globalVar(by.name), tuple(inputs), ...sizes],
    sinfoArgs: changed.map((c) => c.info),
  };
  if (changed.every((c) => c.back === undefined)) return made;
  const result = at.emit(made);
  if (changed.length === 1) return transform(result, changed[0]!.back!);
  return tuple(
    changed.map(({ back }, i) => {
      const item = at.emit(tupleGetItem(result, i));
      return back === undefined ? item : at.emit(transform(item, back));
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

/** `R.layout_transform` by a map of its own. */
const transform = (value: Expr, map: IndexMap): Call =>
  makeCall("layout_transform", [value], { index_map: refresh(map, new Set(map.params)) });

interface ChangedOutput {
  readonly info: StructInfo;
  /** The map that undoes the layout. */
  readonly back: IndexMap | undefined;
}

/** An output in its layout; undefined when that cannot be undone. */
function changedOutput(
  info: StructInfo,
  map: IndexMap | undefined,
  at: Cursor,
): ChangedOutput | undefined {
  if (map === undefined) return { info, back: undefined };
  const dims = dimsOf(info);
  if (dims === undefined || dims.length !== map.params.length) return undefined;
  const back = map.inverse ?? inverseMap(map, dims);
  const changed = at.infer.infoOf(transform(relaxVar("output", info), map));
  return back === undefined || dimsOf(changed) === undefined ? undefined : { info: changed, back };
}

function inverseMap(
  map: IndexMap,
  dims: NonNullable<ReturnType<typeof dimsOf>>,
): IndexMap | undefined {
  // prettier-ignore
  const domain = new Map(map.params.map((v, i) => [v, range(intImm(0, v.dtype), dims[i]!)]));
  const found = detectIterMap({ indices: map.results, domain, level: "bijective" });
  if (!found.ok) return undefined;
  const params = map.results.map((r, i) => makeVar(`i${i}`, r.dtype));
  const values = inverseOf(found, params);
  const results = map.params.map((v) => values?.get(v));
  if (!results.every((r) => r !== undefined)) return undefined;
  return { kind: "tir.IndexMap", params, results, separators: [] };
}
