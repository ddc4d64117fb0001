/** Expressions: names, normal form, types. */
import type { Call, Expr } from "../../ir/relax/expr.js";
import { objectInfo, type StructInfo } from "../../ir/relax/struct-info.js";
import { dimText } from "../../op/describe.js";
import { errorInfo } from "../../op/error-info.js";
import { inferExpr } from "../../op/deduce/index.js";
import { isBool, isInteger } from "../../support/dtype.js";
import type { Span } from "../../support/source.js";
import { checkCallForm, checkContraction } from "./calls.js";
import { wfr } from "./codes.js";
import { useInfo } from "./info.js";
import { isLeaf, useDim, useGlobal, useVar } from "./names.js";
import { checkPurity } from "./purity.js";
import type { FunctionState } from "./state.js";

const kinds: Readonly<Record<string, string>> = {
  "relax.Call": "a call",
  "relax.If": "an `if`",
  "relax.SeqExpr": "a sequence of bindings",
  "relax.TupleGetItem": "an item of a tuple",
  "relax.Function": "a function",
  "relax.Tuple": "a tuple of computations",
};

/** An operand: a leaf whose names are visible. False when it is none. */
export function checkLeaf(
  state: FunctionState,
  e: Expr,
  place: string,
  at: Span | undefined,
  depth = 0,
): boolean {
  const span = e.span ?? at;
  switch (e.kind) {
    case "relax.Var":
      useVar(state, e, span);
      return true;
    case "ir.GlobalVar":
      return useGlobal(state, e, span);
    case "relax.ShapeExpr":
      for (const d of e.values) {
        if (!isInteger(d.dtype) && !isBool(d.dtype)) {
          state.sink.report(
            wfr.shapeDType({
              func: state.name,
              dim: dimText(d),
              found: d.dtype.name,
              at: d.span ?? span,
            }),
          );
        }
        useDim(state, d, span);
      }
      return true;
    case "relax.PrimValue":
      useDim(state, e.value, span);
      return true;
    case "relax.Tuple":
      if (depth > 200) return false;
      return e.fields
        .map((f, i) => checkLeaf(state, f, `field ${i} of ${place}`, span, depth + 1))
        .every(Boolean);
    default:
      if (isLeaf(e)) return true;
      if (e.kind === "relax.SeqExpr")
        state.sink.report(
          wfr.nestedSequence({ func: state.name, place, at: span ?? state.func.span }),
        );
      else
        state.sink.report(
          wfr.notNormal({
            func: state.name,
            place,
            found: kinds[e.kind] ?? e.kind,
            at: span ?? state.func.span,
          }),
        );
      return false;
  }
}

/** A bound value that is no function, `if` or sequence; the result is its struct info. */
export function checkValue(state: FunctionState, value: Expr, at: Span | undefined): StructInfo {
  switch (value.kind) {
    case "relax.Call":
      return checkCall(state, value, at);
    case "relax.TupleGetItem": {
      if (!checkLeaf(state, value.tuple, "the tuple of an item", value.span ?? at))
        return errorInfo;
      const info = inferExpr(value.tuple, state.ctx);
      if (info.kind !== "relax.TupleInfo" || value.index < info.fields.length)
        return inferExpr(value, state.ctx);
      state.sink.report(
        wfr.tupleIndex({
          func: state.name,
          index: value.index,
          size: info.fields.length,
          at: value.span ?? at ?? state.func.span,
        }),
      );
      return errorInfo;
    }
    case "relax.Var":
      // Another name for what was released is no access of it.
      if (state.closed.get(value) === "killed") {
        state.used.add(value);
        return inferExpr(value, state.ctx);
      }
      useVar(state, value, value.span ?? at);
      return inferExpr(value, state.ctx);
    default:
      return checkLeaf(state, value, "a value", at) ? inferExpr(value, state.ctx) : errorInfo;
  }
}

function checkCall(state: FunctionState, call: Call, at: Span | undefined): StructInfo {
  const span = call.span ?? at;
  const { op } = call;
  let sound = op.kind === "relax.Op" || checkLeaf(state, op, "the callee", span);
  call.args.forEach((a, i) => {
    if (!checkLeaf(state, a, `argument ${i + 1} of a call`, span)) sound = false;
  });
  for (const info of call.sinfoArgs) useInfo(state, info, span);
  checkPurity(state, call);
  if (!checkCallForm(state, call) || !sound)
    return call.sinfoArgs.length === 0 ? errorInfo : inferQuietly(state, call);
  const info = inferExpr(call, state.ctx);
  checkContraction(state, call, info);
  return info;
}

/** The result of a call that was already reported. */
function inferQuietly(state: FunctionState, call: Call): StructInfo {
  const [first, ...more] = call.sinfoArgs;
  return more.length === 0 ? (first ?? objectInfo) : errorInfo;
}
