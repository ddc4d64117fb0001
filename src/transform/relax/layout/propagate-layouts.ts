import { exprText } from "../../../arith/index.js";
import { substitute } from "../../../ir/core/rewrite.js";
import { visit } from "../../../ir/core/visit.js";
import type { IRModule } from "../../../ir/module.js";
import { tuple, type Call, type Expr, type Func } from "../../../ir/relax/expr.js";
import { dimsOf, tupleInfo } from "../../../ir/relax/struct-info.js";
import { makeVar } from "../../../ir/tir/expr.js";
import { codes } from "../../codes.js";
import { paramLayoutsOf, withoutParamLayouts, type ParamLayout } from "../../param-layout.js";
import { definePass, type PassContext } from "../../pass.js";
import { swept } from "../algebra/rewrite-calls.js";
import { calleeOf } from "../fuse/fusion-graph.js";
import { Forms, isExternal, rewriteFunction, updated, type Cursor } from "../rewrite/index.js";
import { changedOutput, inverseMap, transformed } from "./index-map.js";

const NAME = "propagate-layouts";

/** Changes of layout in the order of application. */
type Form = readonly Pick<ParamLayout, "map" | "padValue">[];

/** What functions record, by their names. */
type Records = ReadonlyMap<string, readonly ParamLayout[]>;

/**
 * Precondition: functions that record layouts of parameters are called by `call_tir` only. Result: callers give
 * operands and take results in the layouts on record; a result whose readers want the layout it has keeps it, all
 * others change at the border. The records are gone. Sound because a function on record computes the same in its layouts.
 */
export const propagateLayouts = definePass({
  name: NAME,
  dialect: "relax",
  summary: "Gives functions their operands in the layouts that schedules chose for them.",
  options: {},
  run(module, _, ctx) {
    const records = new Map<string, readonly ParamLayout[]>();
    for (const [name, func] of module.functions) {
      const list = func.kind === "tir.PrimFunc" ? paramLayoutsOf(func) : [];
      if (list.length > 0) records.set(name, list);
    }
    if (records.size === 0 || !areCalledOnly(module, records, ctx)) return module;
    return updated(module, (func, name) => {
      if (func.kind === "tir.PrimFunc") return withoutParamLayouts(func);
      return func.kind === "relax.Function" && !isExternal(func)
        ? rewritten(module, name, func, records, ctx)
        : func;
    });
  },
});

/** Whether all uses of the functions are calls whose operands can change; others are reported. */
function areCalledOnly(module: IRModule, records: Records, ctx: PassContext): boolean {
  let isRight = true;
  const seen = new Set<string>();
  const wrong = (name: string, by: string): void => {
    if (!records.has(name) || seen.has(name)) return;
    seen.add(name);
    isRight = false;
    ctx.report(codes.layoutNotAgreed({ name, by }));
  };
  for (const [by, func] of module.functions) {
    visit(func, {
      enter(node) {
        if (node.kind === "relax.Call" && calleeOf(node, module) !== undefined) {
          for (const arg of node.args.slice(1)) visit(arg, { enter: (n) => void (n.kind === "ir.GlobalVar" && wrong(n.name, by)) }); // prettier-ignore
          return false;
        }
        if (node.kind === "ir.GlobalVar") wrong(node.name, by);
        if (node.kind === "tir.CallGlobal") wrong(node.callee.name, by);
        return undefined;
      },
    });
  }
  return isRight;
}

function rewritten(
  module: IRModule,
  name: string,
  func: Func,
  records: Records,
  ctx: PassContext,
): Func {
  const forms = new Forms<Form>({
    key: keyOf,
    to: (x, form, at) =>
      form.reduce<Expr>((e, { map, padValue }) => transformed(at.operand(e), map, padValue), x),
    back: (x, form) => transformed(x, form[0]!.map.inverse!),
  });
  const after = rewriteFunction(module, name, func, {
    // Values of a block may not be visible in the next.
    enter: () => forms.clear(),
    leave: () => forms.clear(),
    bound: (b) => forms.bound(b),
    value(value, at, { var: { name: hint } }) {
      if (value.kind === "relax.TupleGetItem") return forms.item(value, at, hint) ?? value;
      const callee = value.kind === "relax.Call" ? calleeOf(value, module) : undefined;
      const list = callee && records.get(callee.name);
      return list === undefined ? value : changed(value as Call, list, forms, at, hint, ctx);
    },
  });
  return forms.used ? swept(module, name, after) : after;
}

/** The call in the layouts of its function. */
function changed(
  call: Call,
  layouts: readonly ParamLayout[],
  forms: Forms<Form>,
  at: Cursor,
  hint: string,
  ctx: PassContext,
): Expr {
  const [target, args, ...rest] = call.args;
  if (target?.kind !== "ir.GlobalVar" || args?.kind !== "relax.Tuple") return call;
  const inputs = args.fields.map((x, i) => {
    const form = inputForm(x, layouts.filter((l) => l.param === i), at); // prettier-ignore
    return form.length === 0 ? x : forms.as(x, form, at);
  });
  const [first] = call.sinfoArgs;
  const outputs = first?.kind === "relax.TupleInfo" ? first.fields : call.sinfoArgs;
  const results = outputs.map((info, i) => {
    const [own, more] = layouts.filter((l) => l.param === args.fields.length + i);
    const result = more === undefined ? changedOutput(info, own?.map, at.infer) : undefined;
    if (result === undefined)
      ctx.report(codes.layoutNotUndone({ name: target.name, index: i + 1, at: call.span }));
    return result && { ...result, map: own?.map };
  });
  if (!results.every((r) => r !== undefined)) return call;
  const infos = results.map(({ info }) => info);
  const made: Call = {
    ...call,
    args: [target, tuple(inputs), ...rest],
    sinfoArgs: first?.kind === "relax.TupleInfo" ? [tupleInfo(infos)] : infos,
  };
  const after = results.map(({ map, back }): Form | undefined =>
    map && back ? [{ map: { ...map, inverse: back } }] : undefined,
  );
  if (after.every((form) => form === undefined)) {
    forms.used = true;
    return made;
  }
  return after.length === 1
    ? forms.result(made, after[0]!, at, hint)
    : forms.tupleResult(made, after, at, hint);
}

/** Layouts of an operand; what would fill nothing is left out, so that equal layouts are equal. */
function inputForm(x: Expr, layouts: readonly ParamLayout[], at: Cursor): Form {
  if (layouts.length !== 1) return layouts;
  const [{ map, padValue }] = layouts as [ParamLayout];
  const dims = dimsOf(at.infer.infoOf(x));
  const isWhole = dims?.length === map.params.length && inverseMap(map, dims) !== undefined;
  return [isWhole ? { map } : { map, padValue }];
}

/** Equal for equal layouts: variables are named by their positions. */
const keyOf = (form: Form): string =>
  form
    .map(({ map, padValue }) => {
      const names = new Map(map.params.map((p, i) => [p, makeVar(`i${i}`, p.dtype)]));
      const results = map.results.map((r) => exprText(substitute(r, names)));
      return `${results.join(",")}|${padValue === undefined ? "" : exprText(padValue)}`;
    })
    .join(";");
