/** A call as templates see it: tensors in order, attributes and scalars in normal form. */
import type { Call, Expr } from "../../ir/relax/expr.js";
import { tupleGetItem } from "../../ir/relax/expr.js";
import type { StructInfo, TensorInfo } from "../../ir/relax/struct-info.js";
import { describe } from "../../op/describe.js";
import { isErrorInfo } from "../../op/error-info.js";
import type { LoweringSite } from "../../op/lowering.js";
import { isScalarParam, normalForm } from "../../op/normal-form.js";
import type { OpDef } from "../../op/op.js";
import type { PrimExpr, Var } from "../../ir/tir/expr.js";
import type { Diagnostic } from "../../support/diagnostic.js";
import { codes } from "../codes.js";
import type { CallFacts, TensorSlot } from "../template.js";
import { generalise } from "./generalise.js";

/** What a call gives to select and instantiate a template. */
export interface CallView {
  readonly facts: CallFacts;
  /** The tensors of the operands, those of variadic ones one by one. */
  readonly inputs: readonly Expr[];
  /** The facts where lengths that the caller computes are symbols, and what those are. */
  readonly general?: { readonly facts: CallFacts; readonly callers: ReadonlyMap<Var, PrimExpr> };
  /** The operator gives a tuple. */
  readonly isTuple: boolean;
}

/** Types of the operands, as messages show them. */
export const typesOf = (infos: readonly StructInfo[]): string =>
  infos.map((i) => describe(i)).join(", ");

/** The view of a call; a diagnostic where something is not known that every loop nest needs. */
export function viewOf(op: OpDef, call: Call, site: LoweringSite): CallView | Diagnostic {
  const view = plainView(op, call, site);
  const general = "facts" in view ? generalise(op, call, site) : undefined;
  const inGeneral = general === undefined ? undefined : plainView(op, call, general.site);
  if (!("facts" in view) || inGeneral === undefined || !("facts" in inGeneral)) return view;
  return { ...view, general: { facts: inGeneral.facts, callers: general!.callers } };
}

function plainView(op: OpDef, call: Call, site: LoweringSite): CallView | Diagnostic {
  const infos = call.args.map((a) => site.infer.infoOf(a));
  // The checker reports what inference finds wrong.
  const result = op.infer(call, { ...site.infer, report: () => undefined });
  const operands: TensorSlot[] = [];
  const inputs: Expr[] = [];
  let position = 0;
  for (const param of op.params) {
    if (param.role !== "arg") continue;
    const index = position++;
    if (isScalarParam(param)) continue;
    const arg = call.args[index];
    const info = infos[index];
    if (arg === undefined || info === undefined || isAbsent(arg, param.optional)) {
      operands.push(undefined);
      continue;
    }
    const unknown = (what: string): Diagnostic =>
      codes.unknownRank({ at: call.span, op: `relax.${op.name}`, operand: param.name, what });
    if (info.kind === "relax.TupleInfo") {
      const fields: TensorInfo[] = [];
      for (const [i, field] of info.fields.entries()) {
        const missing = missingOf(field);
        if (missing !== undefined) return unknown(missing);
        fields.push(field as TensorInfo);
        inputs.push(arg.kind === "relax.Tuple" ? arg.fields[i]! : tupleGetItem(arg, i));
      }
      operands.push(fields);
    } else {
      const missing = missingOf(info);
      if (missing !== undefined) return unknown(missing);
      operands.push(info as TensorInfo);
      inputs.push(arg);
    }
  }
  const { attrs, scalars, defaulted } = normalForm(op, call, infos, result);
  for (const param of op.params)
    if (isScalarParam(param) && param.typeOnly !== true && !scalars.has(param.name))
      return codes.valueAtRunTime({ at: call.span, op: `relax.${op.name}`, name: param.name });
  return {
    facts: {
      op,
      operands,
      outputs: outputsOf(op, call, result),
      attrs,
      scalars,
      defaulted,
      analyzer: site.analyzer,
      span: call.span,
    },
    inputs,
    isTuple: result.kind === "relax.TupleInfo",
  };
}

const isAbsent = (arg: Expr, optional: boolean | undefined): boolean =>
  optional === true && arg.kind === "relax.Tuple" && arg.fields.length === 0;

/** What a loop nest needs to know of a tensor and is not known. */
function missingOf(info: StructInfo): string | undefined {
  if (info.kind !== "relax.TensorInfo") return "tensor type";
  if (info.dtype === undefined) return "element type";
  return info.ndim < 0 ? "rank" : undefined;
}

/** Results of inference as slots of outputs; what is no tensor is left open. */
function outputsOf(op: OpDef, call: Call, result: StructInfo): readonly TensorSlot[] {
  if (isErrorInfo(result)) return [];
  const slots =
    op.outputs?.(result, call) ?? (result.kind === "relax.TupleInfo" ? result.fields : [result]);
  const tensors = (infos: readonly StructInfo[]): TensorInfo[] =>
    infos.flatMap((i) => (i.kind === "relax.TensorInfo" ? [i] : []));
  return slots.map((slot) =>
    slot === undefined ? undefined : "kind" in slot ? tensors([slot])[0] : tensors(slot),
  );
}
