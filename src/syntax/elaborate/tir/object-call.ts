/** Literal objects: targets, index maps, reducers, ranges, thread variables, immediates, free variables. */
import type { Call, Expr } from "../../../../grammar/ast/nodes.js";
import { range } from "../../../ir/tir/buffer.js";
import {
  floatImm,
  intImm,
  makeVar,
  pointerVar,
  stringImm,
  type PrimExpr,
  type Var,
} from "../../../ir/tir/expr.js";
import type { IndexMap } from "../../../ir/tir/function.js";
import { iterVar, type IterKind } from "../../../ir/tir/stmt.js";
import {
  float32,
  int32,
  int64,
  isFloat,
  isInteger,
  laneOf,
  type DType,
} from "../../../support/dtype.js";
import { int } from "../../../support/int.js";
import { codes } from "../../codes.js";
import { define, report, spanOf, withScope, type ElabContext } from "../../context.js";
import type { LambdaValue, Value } from "../../value.js";
import { elaborateDType, plainLiteral } from "../literal.js";
import { elaborateTarget } from "../target.js";
import { bindArguments } from "./arguments.js";
import { elaboratePrimExpr, elaborateValue, errorValue, notPart } from "./reader.js";
import { describe, rangeBetween, toPrim } from "./operand.js";
import { convertConstant } from "./operators.js";
import { roundTo } from "./round.js";
import { pointerDeclaration } from "./scalar-constructor.js";
import type { SpecialCall } from "./special-call.js";

const targetCall: SpecialCall = (ctx, call) => {
  const target = elaborateTarget(ctx, call);
  return target === undefined
    ? errorValue
    : { kind: "literal", value: target, span: spanOf(ctx, call) };
};

// ---- index maps and reducers -------------------------------------------------

/** Evaluates the body of a lambda with its parameters as fresh variables. */
function openLambda(
  ctx: ElabContext,
  lambda: LambdaValue,
  dtypeOf: (index: number) => DType,
): { readonly params: Var[]; readonly results: (PrimExpr | "separator")[] } | undefined {
  return withScope(
    ctx,
    () => {
      const params = lambda.node.params.map((p, i) => makeVar(p.name, dtypeOf(i), spanOf(ctx, p)));
      lambda.node.params.forEach((p, i) => {
        if (p.star !== undefined) notPart(ctx, lambda.node, "a lambda with `*` parameters");
        define(ctx, p.name, { kind: "scalar", var: params[i]! });
      });
      const body: Value = elaborateValue(ctx, lambda.node.body);
      const items = body.kind === "items" ? body.items : [body];
      const results: (PrimExpr | "separator")[] = [];
      for (const item of items) {
        if (isSeparator(item)) results.push("separator");
        else {
          const e = toPrim(ctx, item, lambda.node.body);
          if (e === undefined) return undefined;
          results.push(e);
        }
      }
      return { params, results };
    },
    lambda.scope,
  );
}

const isSeparator = (v: Value): boolean =>
  (v.kind === "path" && /(^|\.)(AXIS_SEPARATOR|axis_separator)$/.test(v.name)) ||
  (v.kind === "tir.StringImm" && v.value === "axis_separator");

function lambdaAt(ctx: ElabContext, at: Expr | undefined): LambdaValue | undefined {
  if (at === undefined) return undefined;
  const value = elaborateValue(ctx, at);
  if (value.kind === "lambda") return value;
  if (value.kind !== "error") {
    report(
      ctx,
      codes.expectedKind({ at: spanOf(ctx, at), expected: "a lambda", found: describe(value) }),
    );
  }
  return undefined;
}

function indexMapOf(
  ctx: ElabContext,
  lambda: LambdaValue,
  dtype: DType,
  inverse?: IndexMap,
): IndexMap | undefined {
  const saved = ctx.literalInt;
  ctx.literalInt = dtype;
  const opened = openLambda(ctx, lambda, () => dtype);
  ctx.literalInt = saved;
  if (opened === undefined) return undefined;
  const separators: number[] = [];
  const results: PrimExpr[] = [];
  for (const r of opened.results) {
    if (r === "separator") separators.push(results.length);
    else results.push(r);
  }
  return {
    kind: "tir.IndexMap",
    params: opened.params,
    results,
    inverse,
    separators,
    span: lambda.span,
  };
}

const indexMapCall: SpecialCall = (ctx, call) => {
  const params = ["mapping", "/inverse_index_map?", "/index_dtype?"];
  const { values } = bindArguments(ctx, "T.index_map", call, params);
  const dtypeAt = values.get("index_dtype");
  const dtype = (dtypeAt && elaborateDType(ctx, dtypeAt)) ?? int64;
  const lambda = lambdaAt(ctx, values.get("mapping"));
  const inverseAt = values.get("inverse_index_map");
  let inverse: IndexMap | undefined;
  if (inverseAt !== undefined && inverseAt.kind !== "Constant") {
    const value = elaborateValue(ctx, inverseAt);
    if (value.kind === "tir.IndexMap") inverse = value;
    else if (value.kind === "lambda") inverse = indexMapOf(ctx, value, dtype);
    else
      report(
        ctx,
        codes.expectedKind({
          at: spanOf(ctx, inverseAt),
          expected: "a lambda",
          found: describe(value),
        }),
      );
  }
  return (lambda && indexMapOf(ctx, lambda, dtype, inverse)) ?? errorValue;
};

const reducerCall: SpecialCall = (ctx, call) => {
  const { values } = bindArguments(ctx, "T.comm_reducer", call, ["combiner", "identity"]);
  const lambda = lambdaAt(ctx, values.get("combiner"));
  const at = values.get("identity");
  const value = at && elaborateValue(ctx, at);
  if (lambda === undefined || at === undefined || value === undefined) return errorValue;
  const identities: PrimExpr[] = [];
  for (const item of value.kind === "items" ? value.items : [value]) {
    const e = toPrim(ctx, item, at);
    if (e === undefined) return errorValue;
    identities.push(e);
  }
  const half = identities.length;
  if (lambda.node.params.length !== 2 * half) {
    const what = `two parameters for each of its ${half} identities`;
    report(ctx, codes.intrinsicMeta({ at: spanOf(ctx, call), callee: "T.comm_reducer", what }));
    return errorValue;
  }
  const opened = openLambda(ctx, lambda, (i) => identities[i % half]!.dtype);
  const results = opened?.results.filter((r) => r !== "separator") as PrimExpr[] | undefined;
  if (opened === undefined || results === undefined || results.length !== half) {
    if (opened !== undefined) {
      const what = `as many results as identities (${half})`;
      report(ctx, codes.intrinsicMeta({ at: spanOf(ctx, call), callee: "T.comm_reducer", what }));
    }
    return errorValue;
  }
  const lhs = opened.params.slice(0, half);
  return {
    kind: "tir.CommReducer",
    lhs,
    rhs: opened.params.slice(half),
    results: results.map((r, i) => convertConstant(r, identities[i]!.dtype)),
    identities,
    span: spanOf(ctx, call),
  };
};

// ---- ranges and thread variables ----------------------------------------------

const rangeCall: SpecialCall = (ctx, call, name) => {
  const { values } = bindArguments(ctx, name, call, ["begin", "end?"]);
  const lo = values.get("begin");
  const hi = values.get("end");
  const a = lo && elaboratePrimExpr(ctx, lo);
  const b = hi && elaboratePrimExpr(ctx, hi);
  if (a === undefined) return errorValue;
  return b === undefined
    ? range(intImm(0, a.dtype), a, spanOf(ctx, call))
    : rangeBetween(a, b, spanOf(ctx, call));
};

const KINDS: Readonly<Record<string, IterKind>> = {
  DataPar: "spatial", CommReduce: "reduce", Ordered: "scan", Opaque: "opaque", ThreadIndex: "thread",
  Unrolled: "unrolled", Vectorized: "vectorized", Parallelized: "parallel", Tensorized: "tensorized",
  DimInfo: "opaque",
}; // prettier-ignore

/** A domain: None, `T.Range(a, b)`, a pair, or an extent. */
export function elaborateDomain(ctx: ElabContext, at: Expr): ReturnType<typeof range> | undefined {
  const value = elaborateValue(ctx, at);
  if (value.kind === "ir.Range") return value;
  if (value.kind === "items" && value.items.length === 2) {
    const lo = toPrim(ctx, value.items[0]!, at);
    const hi = toPrim(ctx, value.items[1]!, at);
    return lo === undefined || hi === undefined ? undefined : rangeBetween(lo, hi, spanOf(ctx, at));
  }
  if (value.kind === "slice" && value.upper !== undefined) {
    return rangeBetween(value.lower ?? intImm(0, value.upper.dtype), value.upper, spanOf(ctx, at));
  }
  const extent = toPrim(ctx, value, at);
  return extent === undefined ? undefined : range(intImm(0, extent.dtype), extent, spanOf(ctx, at));
}

const iterVarCall: SpecialCall = (ctx, call) => {
  const { values } = bindArguments(ctx, "T.iter_var", call, [
    "var",
    "dom",
    "iter_type",
    "thread_tag?",
  ]);
  const varAt = values.get("var");
  const kindAt = values.get("iter_type");
  const tagAt = values.get("thread_tag");
  const domAt = values.get("dom");
  if (varAt === undefined || kindAt === undefined) return errorValue;
  const value = elaborateValue(ctx, varAt);
  const kindValue = elaborateValue(ctx, kindAt);
  const tag = tagAt === undefined ? undefined : elaborateValue(ctx, tagAt);
  const kind = kindValue.kind === "tir.StringImm" ? KINDS[kindValue.value] : undefined;
  if (kind === undefined) {
    report(
      ctx,
      codes.intrinsicMeta({
        at: spanOf(ctx, kindAt),
        callee: "T.iter_var",
        what: 'a kind such as "ThreadIndex"',
      }),
    );
    return errorValue;
  }
  let v: Var;
  if (value.kind === "tir.Var") v = value;
  else if (value.kind === "tir.IterVar") v = value.var;
  else if (value.kind === "tir.StringImm") {
    v = makeVar(value.value, int32, spanOf(ctx, varAt));
    define(ctx, value.value, { kind: "scalar", var: v });
  } else {
    if (value.kind !== "error") {
      report(
        ctx,
        codes.expectedKind({
          at: spanOf(ctx, varAt),
          expected: "a variable",
          found: describe(value),
        }),
      );
    }
    return errorValue;
  }
  const dom =
    domAt === undefined || domAt.kind === "Constant" ? undefined : elaborateDomain(ctx, domAt);
  return iterVar(v, kind, dom, tag?.kind === "tir.StringImm" ? tag.value : "", spanOf(ctx, call));
};

// ---- immediates and free variables ----------------------------------------------

const immediate: SpecialCall = (ctx, call, name) => {
  const params = name === "StringImm" ? ["value"] : ["dtype", "value"];
  const { values } = bindArguments(ctx, `T.${name}`, call, params);
  const at = values.get("value");
  const literal = at && plainLiteral(ctx, at);
  const span = spanOf(ctx, call);
  if (name === "StringImm") {
    if (typeof literal === "string") return stringImm(literal, span);
    report(ctx, codes.conditionConstant({ at: span, what: "`T.StringImm`" }));
    return errorValue;
  }
  const dtypeAt = values.get("dtype");
  const dtype = dtypeAt && elaborateDType(ctx, dtypeAt);
  if (dtype === undefined || literal === undefined) return errorValue;
  const lane = laneOf(dtype);
  if (typeof literal === "boolean") return intImm(literal ? 1 : 0, lane, span);
  const isIntImm = typeof literal === "number" || typeof literal === "bigint";
  if (isIntImm && (isInteger(lane) || lane.code === "bool")) return intImm(literal, lane, span);
  const value = isIntImm ? Number(literal) : isFloatNode(literal) ? literal.value : undefined;
  if (value !== undefined && isFloat(lane)) return floatImm(roundTo(value, lane), lane, span);
  if (value !== undefined && Number.isInteger(value)) return intImm(int(BigInt(value)), lane, span);
  report(ctx, codes.conditionConstant({ at: span, what: `\`T.${name}\`` }));
  return errorValue;
};

const isFloatNode = (v: unknown): v is import("../../../ir/tir/expr.js").FloatImm =>
  typeof v === "object" && v !== null && (v as { kind?: string }).kind === "tir.FloatImm";

/** `T.var("int32", "n")`, `T.Var("n", "int32")`, `T.SizeVar("n", "int32")` */
const variable: SpecialCall = (ctx, call, name) => {
  const isOld = name === "var";
  const params = isOld ? ["dtype", "name?"] : ["name", "dtype?"];
  const { values } = bindArguments(ctx, `T.${name}`, call, params);
  const dtypeAt = values.get("dtype");
  const nameAt = values.get("name");
  const hint = nameAt === undefined ? undefined : elaborateValue(ctx, nameAt);
  const dtype = dtypeAt === undefined ? int32 : elaborateDType(ctx, dtypeAt);
  if (dtype === undefined) return errorValue;
  return makeVar(hint?.kind === "tir.StringImm" ? hint.value : "v", dtype, spanOf(ctx, call), {
    isSize: name === "SizeVar",
  });
};

const pointer: SpecialCall = (ctx, call, name) => {
  const { values } = bindArguments(ctx, `T.${name}`, call, [
    "dtype",
    "storage_scope?",
    "/is_size_var?",
  ]);
  const at = values.get("dtype");
  const scopeAt = values.get("storage_scope");
  const scope = scopeAt === undefined ? undefined : elaborateValue(ctx, scopeAt);
  const dtype = at === undefined ? undefined : (elaborateDType(ctx, at) ?? float32);
  return dtype === undefined
    ? errorValue
    : pointerVar(
        "p",
        dtype,
        scope?.kind === "tir.StringImm" ? scope.value : "global",
        spanOf(ctx, call),
      );
};

/** Builders of TVM that people copy from its Python code. */
const BUILDERS: Readonly<Record<string, string>> = {
  Assert: 'assert condition, "message"',
  Return: "return e",
  Break: "break",
  Continue: "continue",
  If: "if c:",
  Then: "if c:",
  Else: "else:",
  While: "while c:",
};
const builder: SpecialCall = (ctx, call, name) => {
  report(ctx, codes.builderFunction({ at: spanOf(ctx, call), name, statement: BUILDERS[name]! }));
  return errorValue;
};

export const objectCalls: ReadonlyMap<string, SpecialCall> = new Map([
  ["target", targetCall],
  ["Target", targetCall],
  ["index_map", indexMapCall],
  ["comm_reducer", reducerCall],
  ["Range", rangeCall],
  ["I.Range", rangeCall],
  ["iter_var", iterVarCall],
  ["IntImm", immediate],
  ["FloatImm", immediate],
  ["StringImm", immediate],
  ["var", variable],
  ["Var", variable],
  ["SizeVar", variable],
  ["handle", (ctx: ElabContext, call: Call) => pointerDeclaration(ctx, call)],
  ["Ptr", pointer],
  ["ptr", pointer],
  ["buffer_var", pointer],
  ...Object.keys(BUILDERS).map((name): [string, SpecialCall] => [name, builder]),
]);
