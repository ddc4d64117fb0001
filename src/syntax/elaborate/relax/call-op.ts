/** Calls of registered operators: arguments matched to the signature and converted by it. */
import type * as A from "../../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../../ir/core/node.js";
import {
  op as opNode,
  primValue,
  relaxCall,
  str,
  tuple,
  type Call,
  type Expr,
} from "../../../ir/relax/expr.js";
import type { StructInfo } from "../../../ir/relax/struct-info.js";
import { intImm } from "../../../ir/tir/expr.js";
import { LOWER_BY } from "../../../op/lowering.js";
import type { OpDef, OpParam } from "../../../op/op.js";
import { int64 } from "../../../support/dtype.js";
import { isInt } from "../../../support/int.js";
import { didYouMean } from "../../../support/suggest.js";
import { relaxCodes } from "../../relax-codes.js";
import { elaborateAttribute } from "./attribute.js";
import { elaborateExpr } from "./expression.js";
import { elaborateOperand } from "./operand.js";
import { outputTypes } from "./output-types.js";
import { at, fail, type FunctionState } from "./state.js";
import { errorValue, type ErrorValue, type Item } from "./value.js";

/** Arguments by parameter; a variadic parameter has several. */
export type Arguments = ReadonlyMap<OpParam, readonly A.Expr[]>;

/** Keywords of old text that say nothing: read and dropped when they are `None`. */
const IGNORED = new Set(["span", "units"]);

/** Matches arguments to parameters. Undefined when they do not fit (reported). */
export function matchArguments(
  state: FunctionState,
  def: OpDef,
  call: A.Call,
): Arguments | undefined {
  const matched = new Map<OpParam, A.Expr[]>();
  const byPosition = def.params.filter((p) => p.keyword !== true);
  let position = 0;
  let ok = true;
  for (const a of call.args) {
    if (a.doubleStar || a.value.kind === "Starred") {
      fail(
        state,
        relaxCodes.expressionNotAllowed({ at: at(state, a), construct: "`*` in a call" }),
      );
      return undefined;
    }
    const param = a.name === undefined ? byPosition[position] : paramNamed(def, a.name);
    if (param === undefined) {
      if (a.name !== undefined && IGNORED.has(a.name) && isNone(a.value)) continue;
      if (a.name === "lower" && lowerBy(def, call) !== undefined) continue;
      if (a.name === undefined) {
        const limit = byPosition.length;
        fail(
          state,
          relaxCodes.tooManyArguments({
            at: at(state, a),
            op: def.name,
            limit,
            count: positional(call),
            hints: [signature(def)],
          }),
        );
        return undefined;
      }
      unknownKeyword(state, def, a);
      ok = false;
      continue;
    }
    const known = matched.get(param);
    if (known !== undefined && !(param.variadic === true && a.name === undefined)) {
      fail(
        state,
        relaxCodes.repeatedArgument({ at: at(state, a), op: def.name, name: param.name }),
      );
      ok = false;
    } else if (known !== undefined) known.push(a.value);
    else matched.set(param, [a.value]);
    if (a.name === undefined && param.variadic !== true) position++;
  }
  return ok ? matched : undefined;
}

const positional = (call: A.Call): number => call.args.filter((a) => a.name === undefined).length;
const isNone = (expr: A.Expr): boolean => expr.kind === "Constant" && expr.value === "None";

const paramNamed = (def: OpDef, name: string): OpParam | undefined =>
  def.params.find((p) => p.name === name || p.aliases?.includes(name) === true);

function unknownKeyword(state: FunctionState, def: OpDef, a: A.Argument): void {
  const names = def.params.map((p) => p.name);
  const near = didYouMean(a.name!, names);
  const span = { ...at(state, a), end: at(state, a).start + a.name!.length };
  fail(
    state,
    relaxCodes.unknownKeyword({
      at: span,
      op: def.name,
      name: a.name!,
      hints: [...(near === undefined ? [] : [near]), signature(def)],
    }),
  );
}

/** The parameters of an operator, for hints. */
export const signature = (def: OpDef): string =>
  def.params.length === 0
    ? `\`${def.name}\` takes nothing`
    : `\`${def.name}\` takes ${def.params.map((p) => `\`${p.name}\``).join(", ")}`;

/** A call of a registered operator. */
export function elaborateOpCall(state: FunctionState, def: OpDef, node: A.Call): Call | ErrorValue {
  const args = matchArguments(state, def, node);
  return args === undefined ? errorValue : makeOpCall(state, def, args, node);
}

/** `lower="name"`: which template lowers the call; no parameter of an operator. */
const lowerBy = (def: OpDef, { args }: A.Call): string | undefined => {
  if (def.structural === true) return undefined;
  const value = args.find((a) => a.name === "lower")?.value;
  return value?.kind === "Str" ? value.value : undefined;
};

/** Converts matched arguments in the order of the text's signature. */
export function makeOpCall(
  state: FunctionState,
  def: OpDef,
  args: Arguments,
  node: A.Call,
): Call | ErrorValue {
  const operands: (Expr | undefined)[] = [];
  const rest: Expr[] = [];
  const attrs = new Map<string, AttrValue>();
  let sinfoArgs: readonly StructInfo[] = [];
  let ok = true;
  for (const param of def.params) {
    const given = args
      .get(param)
      ?.filter((e) => !(param.optional === true && param.role !== "attr" && isNone(e)));
    if (given === undefined || given.length === 0) {
      const preset = absent(state, def, param, attrs, operands, node);
      if (!preset) ok = false;
      continue;
    }
    if (param.role === "attr") {
      const value = elaborateAttribute(state, given[0]!, param, def.name);
      if (value === undefined) ok = false;
      else attrs.set(param.name, value);
    } else if (param.role === "sinfo") {
      const infos = outputTypes(state, given[0]!, def.name);
      if (infos === undefined) ok = false;
      else sinfoArgs = param.name === "out_ty" ? [infos.one] : infos.all;
    } else if (param.variadic === true) {
      for (const item of variadicItems(state, param, given)) {
        const operand = elaborateOperand(state, item, param, def.name);
        if (operand === undefined) ok = false;
        else rest.push(operand);
      }
    } else {
      const operand = elaborateOperand(state, itemOf(state, given[0]!), param, def.name);
      if (operand === undefined) ok = false;
      operands.push(operand);
    }
  }
  if (!ok) return errorValue;
  splitSeparators(attrs);
  const wanted = lowerBy(def, node);
  if (wanted !== undefined) attrs.set(LOWER_BY, wanted);
  return relaxCall(opNode(def.name, at(state, node.func)), completed(def, operands, rest), {
    attrs,
    sinfoArgs,
    span: at(state, node),
  });
}

/** Separators written in an index map are an attribute of their own. */
function splitSeparators(attrs: Map<string, AttrValue>): void {
  const map = attrs.get("index_map");
  if (typeof map !== "object" || map === null || !("kind" in map) || map.kind !== "tir.IndexMap")
    return;
  if (map.separators.length === 0 || !attrs.has("axis_separators")) return;
  attrs.set("index_map", { ...map, separators: [] });
  attrs.set("axis_separators", map.separators);
}

export const itemOf = (state: FunctionState, node: A.Expr): Item => ({
  value: elaborateExpr(state, node),
  node,
});

/** Values for a parameter that takes many; the values of a format may also be one list. */
function variadicItems(state: FunctionState, param: OpParam, given: readonly A.Expr[]): Item[] {
  const items = given.map((e) => itemOf(state, e));
  const only = items.length === 1 ? items[0]!.value : undefined;
  return param.name === "format_args" && only?.kind === "items" ? [...only.items] : items;
}

/** What stands for a parameter that is not given; false when it must be given (reported). */
function absent(
  state: FunctionState,
  def: OpDef,
  param: OpParam,
  attrs: Map<string, AttrValue>,
  operands: (Expr | undefined)[],
  node: A.Call,
): boolean {
  if (param.role === "attr") {
    if (param.default !== undefined) attrs.set(param.name, param.default);
    else if (param.optional === true) attrs.set(param.name, null);
    else return missing(state, def, param, node);
    return true;
  }
  if (param.variadic === true) return true;
  if (param.role === "sinfo") return param.optional === true || missing(state, def, param, node);
  if (param.default !== undefined) operands.push(presetOperand(param.default));
  else if (param.optional === true) operands.push(undefined);
  else return missing(state, def, param, node);
  return true;
}

function missing(state: FunctionState, def: OpDef, param: OpParam, node: A.Call): false {
  fail(
    state,
    relaxCodes.missingArgument({
      at: at(state, node),
      op: def.name,
      name: param.name,
      hints: [signature(def)],
    }),
  );
  return false;
}

const presetOperand = (value: AttrValue): Expr | undefined => {
  if (typeof value === "string") return str(value);
  return isInt(value) ? primValue(intImm(value, int64)) : undefined;
};

/** Operands in order; absent ones at the end are dropped, those before given ones are the empty tuple. */
function completed(
  def: OpDef,
  operands: readonly (Expr | undefined)[],
  rest: readonly Expr[],
): Expr[] {
  const filled = [...(def.complete?.(operands) ?? operands)];
  if (rest.length === 0)
    while (filled.length > 0 && filled[filled.length - 1] === undefined) filled.pop();
  return [...filled.map((o) => o ?? tuple([])), ...rest];
}
