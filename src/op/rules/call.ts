/** Calls of lower-level and packed functions. */
import {
  objectInfo,
  tupleInfo,
  voidInfo,
  type StructInfo,
  type TensorInfo,
} from "../../ir/relax/struct-info.js";
import { typeCodes } from "../codes.js";
import { describe } from "../describe.js";
import { fail } from "../fail.js";
import type { Rule, Site } from "../site.js";
import { intsOf } from "./attribute.js";
import { isOne, sameDim } from "./dims.js";
import { infoAt, wrongKind } from "./operand.js";
import { dimsOfTensor } from "./result.js";
import { deriveCallReturn } from "../deduce/derive-call.js";
import { isBaseOf } from "../deduce/subsume.js";

/** The struct info written at the call: one, or several as a tuple. */
function written(site: Site): StructInfo | undefined {
  const { sinfoArgs } = site.call;
  return sinfoArgs.length === 1
    ? sinfoArgs[0]
    : sinfoArgs.length === 0
      ? undefined
      : tupleInfo(sinfoArgs);
}

/** Result as written at the call. */
export const explicitRule: Rule = (site) =>
  written(site) ??
  fail(typeCodes.missingOutType({ op: site.op.name, keyword: "out_ty", at: site.call.span }));

/** Result as written, else anything. */
export const explicitOrObject: Rule = (site) => written(site) ?? objectInfo;

const outputsOf = (out: StructInfo): readonly StructInfo[] =>
  out.kind === "relax.TupleInfo" ? out.fields : [out];

/** Outputs are tensors, allocated by the caller from their shapes. */
export const callTirRule: Rule = (site) => {
  const out = explicitRule(site);
  const callee = site.call.args[0]!;
  if (callee.kind !== "ir.GlobalVar") {
    const info = infoAt(site, 0);
    if (info.kind !== "relax.FuncInfo") wrongKind(site, 0, "a T function of the module", info);
  }
  for (const field of outputsOf(out)) {
    if (field.kind !== "relax.TensorInfo" && field.kind !== "relax.DTensorInfo") {
      fail(
        typeCodes.attribute({
          op: site.op.name,
          attribute: "out_ty",
          expected: "tensors",
          found: describe(field),
          at: site.call.span,
        }),
      );
    }
  }
  return out;
};

/** The arguments of the in-line tuple. */
function argumentsOf(site: Site): readonly StructInfo[] {
  const info = infoAt(site, 1);
  return info.kind === "relax.TupleInfo"
    ? info.fields
    : wrongKind(site, 1, "a tuple of arguments", info);
}

/** Output `i` reuses argument `indices[i]` (-1: none), whose info it must have. */
function checkInplace(
  site: Site,
  outputs: readonly StructInfo[],
  args: readonly StructInfo[],
): void {
  const { op, call } = site;
  const indices = intsOf(site, "inplace_indices");
  const bad = (reason: string): never =>
    fail(typeCodes.inplaceIndex({ op: op.name, reason, at: call.span }));
  if (indices.length !== outputs.length)
    bad(`there are ${indices.length}, but ${outputs.length} outputs`);
  if (indices.every((i) => i === -1)) bad("at least one output must reuse an argument");
  const used = indices.filter((i) => i !== -1);
  if (new Set(used).size !== used.length) bad("two outputs reuse one argument");
  indices.forEach((index, i) => {
    if (index === -1) return;
    const arg = args[index];
    if (index < -1 || arg === undefined) return bad(`there is no argument ${index}`);
    const out = outputs[i]!;
    if (agrees(site, arg, out)) return;
    fail(
      typeCodes.inplaceMismatch({
        op: op.name,
        output: i,
        argument: index,
        found: describe(out),
        expected: describe(arg),
        at: call.span,
      }),
    );
  });
}

/** Not provably different in shape or element type. */
function agrees(site: Site, arg: StructInfo, out: StructInfo): boolean {
  if (arg.kind !== "relax.TensorInfo" || out.kind !== "relax.TensorInfo")
    return isBaseOf(arg, out, site.ctx) !== "L0";
  const [a, b] = [dimsOfTensor(arg), dimsOfTensor(out)];
  if (arg.dtype !== undefined && out.dtype !== undefined && arg.dtype !== out.dtype) return false;
  if (arg.ndim >= 0 && out.ndim >= 0 && arg.ndim !== out.ndim) return false;
  return !a || !b || a.every((d, i) => sameDim(site.ctx, d, b[i]!) !== false);
}

export const callTirInplaceRule: Rule = (site) => {
  const out = callTirRule(site);
  checkInplace(site, outputsOf(out), argumentsOf(site));
  return out;
};

/** What the callee's type says, unless a type is written. */
export const packedRule: Rule = (site) => {
  const explicit = written(site);
  if (explicit !== undefined) return explicit;
  const callee = infoAt(site, 0);
  if (callee.kind !== "relax.FuncInfo") return wrongKind(site, 0, "a function", callee);
  const args = site.call.args.slice(1);
  const result = deriveCallReturn(
    callee,
    args.map((_, i) => infoAt(site, i + 1)),
    site.ctx,
    { name: "the function", call: site.call },
  );
  return result ?? objectInfo;
};

export const inplacePackedRule: Rule = (site) => {
  const out = packedRule(site);
  checkInplace(
    site,
    outputsOf(out),
    site.call.args.slice(1).map((_, i) => infoAt(site, i + 1)),
  );
  return out;
};

export const closureRule: Rule = (site) => {
  const callee = infoAt(site, 0);
  if (callee.kind !== "relax.FuncInfo") wrongKind(site, 0, "a function", callee);
  return objectInfo;
};

export const nullValueRule: Rule = () => objectInfo;

const needFormat = (site: Site, i: number): void => {
  const format = site.call.args[i];
  if (format !== undefined && format.kind !== "relax.Str")
    wrongKind(site, i, "a format string", infoAt(site, i));
};

export const printRule: Rule = (site) => {
  needFormat(site, 0);
  return voidInfo;
};

/** The condition is one bool. */
export const assertRule: Rule = (site) => {
  const info = infoAt(site, 0);
  if (!isCondition(info)) wrongKind(site, 0, "one bool", info);
  needFormat(site, 1);
  return voidInfo;
};

/** A bool scalar, or a bool tensor of one element as far as is known. */
export function isCondition(info: StructInfo): boolean {
  if (info.kind === "relax.ObjectInfo") return true;
  if (info.kind === "relax.PrimInfo")
    return info.dtype.code === "bool" || info.dtype.name === "int1";
  return (
    info.kind === "relax.TensorInfo" &&
    isBoolOrUnknown(info) &&
    (info.ndim <= 0 || (dimsOfTensor(info)?.every(isOne) ?? false))
  );
}
const isBoolOrUnknown = (t: TensorInfo): boolean =>
  t.dtype === undefined || t.dtype.code === "bool";
