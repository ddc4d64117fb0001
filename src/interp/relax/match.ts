/** Checks a value against struct info, binding the symbols that stand alone and have no value yet. */
import { exprText } from "../../arith/index.js";
import { varsOf } from "../../ir/core/free-vars.js";
import { type StructInfo, type TensorInfo } from "../../ir/relax/struct-info.js";
import type { PrimExpr } from "../../ir/tir/expr.js";
import type { Int } from "../../support/int.js";
import type { Span } from "../../support/source.js";
import { describeValue, type Value } from "../../support/value.js";
import { codes } from "../codes.js";
import { fail } from "../fail.js";
import { evaluate, originOf, symbolOf, type Scope } from "./scope.js";

/** What is being matched: a parameter of a function, or the value of a match_cast. */
export interface Subject {
  readonly name: string;
  readonly at: Span | undefined;
  readonly isParam: boolean;
}

/** Checks that wait until all symbols of the statement (or of the parameter list) are bound. */
export type Later = (() => void)[];

/** First pass: kinds, types, ranks; symbols are bound, everything else goes to `later`. */
export function matchInfo(
  scope: Scope,
  subject: Subject,
  info: StructInfo,
  value: Value,
  later: Later,
): void {
  switch (info.kind) {
    case "relax.ObjectInfo":
      return;
    case "relax.DTensorInfo":
      return matchInfo(scope, subject, info.tensor, value, later);
    case "relax.PrimInfo": {
      if (value.kind !== "int" && value.kind !== "float")
        mismatch(scope, subject, `a ${info.dtype.name}`, value);
      if (value.dtype !== info.dtype) mismatch(scope, subject, `a ${info.dtype.name}`, value);
      const dim = info.value;
      if (dim?.kind === "tir.Var" && value.kind === "float" && symbolOf(scope, dim) === undefined) {
        scope.symbols.set(dim, value.value);
        scope.origins.set(dim, subject.name);
      } else if (dim !== undefined && value.kind === "int") {
        matchDim(scope, subject, dim, value.value, undefined, later);
      }
      return;
    }
    case "relax.ShapeInfo":
      if (value.kind !== "shape") mismatch(scope, subject, "a shape", value);
      checkRank(scope, subject, info.ndim, value.dims.length);
      info.values?.forEach((dim, axis) =>
        matchDim(scope, subject, dim, value.dims[axis]!, axis, later),
      );
      return;
    case "relax.TensorInfo":
      return matchTensor(scope, subject, info, value, later);
    case "relax.TupleInfo":
      if (value.kind !== "tuple" || value.fields.length !== info.fields.length) {
        mismatch(scope, subject, `a tuple of ${info.fields.length}`, value);
      }
      info.fields.forEach((field, i) => {
        const inner = { ...subject, name: `${subject.name}[${i}]` };
        matchInfo(scope, inner, field, value.fields[i]!, later);
      });
      return;
    case "relax.FuncInfo":
      if (value.kind !== "closure") mismatch(scope, subject, "a function", value);
  }
}

function matchTensor(
  scope: Scope,
  subject: Subject,
  info: TensorInfo,
  value: Value,
  later: Later,
): void {
  if (value.kind !== "tensor") mismatch(scope, subject, "a tensor", value);
  const { data } = value;
  if (info.dtype !== undefined && data.dtype !== info.dtype) {
    mismatch(scope, subject, `a tensor of ${info.dtype.name}`, value);
  }
  checkRank(scope, subject, info.ndim, data.shape.length);
  if (info.shape === undefined) return;
  if (info.shape.kind === "relax.ShapeExpr") {
    info.shape.values.forEach((dim, axis) =>
      matchDim(scope, subject, dim, data.shape[axis]!, axis, later),
    );
    return;
  }
  const shapeVar = info.shape;
  later.push(() => {
    const known = scope.values.get(shapeVar);
    if (known?.kind !== "shape") return;
    known.dims.forEach((dim, axis) => {
      if (dim !== data.shape[axis]) {
        unequal(scope, subject, shapeVar.name, dim, data.shape[axis]!, axis, []);
      }
    });
  });
}

function matchDim(
  scope: Scope,
  subject: Subject,
  dim: PrimExpr,
  actual: Int,
  axis: number | undefined,
  later: Later,
): void {
  if (dim.kind === "tir.Var" && symbolOf(scope, dim) === undefined) {
    scope.symbols.set(dim, actual);
    scope.origins.set(dim, subject.name);
    return;
  }
  later.push(() => {
    const expected = evaluate(scope, dim, subject.at);
    if (expected === actual) return;
    const notes = varsOf(dim).map((v) => {
      const origin = originOf(scope, v);
      const bound = origin === undefined ? "" : `, bound by \`${origin}\``;
      return `\`${v.name}\` is ${symbolOf(scope, v)}${bound}`;
    });
    unequal(scope, subject, exprText(dim), expected, actual, axis, notes);
  });
}

function unequal(
  scope: Scope,
  subject: Subject,
  dimension: string,
  expected: Int,
  actual: Int,
  axis: number | undefined,
  notes: readonly string[],
): never {
  if (subject.isParam && axis !== undefined) {
    return fail(
      codes.argumentShape({
        at: subject.at,
        axis,
        param: subject.name,
        name: scope.func.name,
        actual,
        dimension,
        expected,
        notes,
      }),
    );
  }
  const where = axis === undefined ? "" : `axis ${axis} is `;
  return fail(
    codes.matchFailed({
      at: subject.at,
      name: subject.name,
      found: `${where}${actual}`,
      expected:
        dimension === String(expected) ? dimension : `\`${dimension}\`, which is ${expected}`,
      notes,
    }),
  );
}

function checkRank(scope: Scope, subject: Subject, expected: number, actual: number): void {
  if (expected === -1 || expected === actual) return;
  if (subject.isParam) {
    fail(
      codes.argumentRank({
        at: subject.at,
        param: subject.name,
        name: scope.func.name,
        expected,
        actual,
      }),
    );
  }
  fail(
    codes.matchFailed({
      at: subject.at,
      name: subject.name,
      found: `${actual} axes`,
      expected: String(expected),
    }),
  );
}

function mismatch(scope: Scope, subject: Subject, expected: string, value: Value): never {
  const actual = describeValue(value);
  return subject.isParam
    ? fail(
        codes.argumentKind({
          at: subject.at,
          param: subject.name,
          name: scope.func.name,
          expected,
          actual,
        }),
      )
    : fail(codes.matchFailed({ at: subject.at, name: subject.name, found: actual, expected }));
}
