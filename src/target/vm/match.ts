/** Checks of values against struct info at entry and in match_cast. */
import {
  immediate,
  register,
  VOID,
  type BuilderOperand,
  type MatchContext,
} from "../../artefact/index.js";
import { constantOperand } from "../../artefact/index.js";
import { exprText } from "../../arith/index.js";
import { varsOf } from "../../ir/core/free-vars.js";
import { dimsOf, type StructInfo, type TensorInfo } from "../../ir/relax/struct-info.js";
import type { PrimExpr } from "../../ir/tir/expr.js";
import { isFloat } from "../../support/dtype.js";
import type { Span } from "../../support/source.js";
import { bindSymbol, builtin, dimOperand, heapOperand, temporary, type State } from "./state.js";

export interface Subject {
  readonly name: string;
  readonly isParam: boolean;
  readonly at: Span | undefined;
}

/** Checks that wait until all symbols are bound. */
export type Later = (() => void)[];

function contextOperand(s: State, subject: Subject, dims: readonly PrimExpr[]): BuilderOperand {
  const names = new Set(dims.flatMap(varsOf).map((v) => v.name));
  const context: MatchContext = {
    function: s.name,
    name: subject.name,
    isParam: subject.isParam,
    dims: dims.map(exprText),
    origins: Object.fromEntries([...s.origins].filter(([symbol]) => names.has(symbol))),
  };
  return constantOperand(s.b.constant({ kind: "string", value: JSON.stringify(context) }));
}

const dtypeOperand = (s: State, name: string | undefined): BuilderOperand =>
  name === undefined ? VOID : constantOperand(s.b.constant({ kind: "dtype", value: name }));

/** Code of one dimension in `match_shape`: assert a number, bind, ignore, assert a slot. */
type Code = readonly [BuilderOperand, BuilderOperand];
const IGNORE: Code = [immediate(2), immediate(0)];

function assertion(s: State, dim: PrimExpr, at: Span | undefined): Code {
  const [kind, operand] = dimOperand(s, dim, at);
  const isNumber = kind.kind === "immediate" && kind.value === 0;
  return [immediate(isNumber ? 0 : 3), operand];
}

/** What can be said of a dimension at once; the rest is for later. */
function firstCode(s: State, subject: Subject, dim: PrimExpr): Code | undefined {
  if (dim.kind === "tir.IntImm") return assertion(s, dim, subject.at);
  if (dim.kind !== "tir.Var") return undefined;
  if (s.slots.has(dim)) return assertion(s, dim, subject.at);
  return [immediate(1), immediate(bindSymbol(s, dim, subject.name))];
}

function matchDims(
  s: State,
  subject: Subject,
  value: BuilderOperand,
  dims: readonly PrimExpr[],
  later: Later,
): void {
  if (dims.length === 0) return;
  const first = dims.map((d) => firstCode(s, subject, d));
  const emit = (given: readonly Code[]): void => {
    const uses = given.some(
      (code) => code[0].kind === "immediate" && (code[0].value === 1 || code[0].value === 3),
    );
    s.b.call(
      builtin(s, "match_shape"),
      [
        value,
        uses ? heapOperand(s) : VOID,
        immediate(dims.length),
        ...given.flat(),
        contextOperand(s, subject, dims),
      ],
      undefined,
      subject.at,
    );
  };
  emit(first.map((code) => code ?? IGNORE));
  if (first.every((code) => code !== undefined)) return;
  later.push(() =>
    emit(dims.map((d, i) => (first[i] !== undefined ? IGNORE : assertion(s, d, subject.at)))),
  );
}

function matchTensor(
  s: State,
  subject: Subject,
  value: BuilderOperand,
  info: TensorInfo,
  later: Later,
): void {
  const rank = info.ndim;
  const dims = info.shape?.kind === "relax.ShapeExpr" ? (dimsOf(info) ?? []) : [];
  s.b.call(
    builtin(s, "check_tensor_info"),
    [value, immediate(rank), dtypeOperand(s, info.dtype?.name), contextOperand(s, subject, [])],
    undefined,
    subject.at,
  );
  matchDims(s, subject, value, dims, later);
}

/** Writes the checks of a value; symbols that occur first are bound. */
export function emitMatch(
  s: State,
  subject: Subject,
  value: BuilderOperand,
  info: StructInfo,
  later: Later,
): void {
  const check = (name: string, ...args: readonly BuilderOperand[]): number =>
    s.b.call(
      builtin(s, name),
      [value, ...args, contextOperand(s, subject, [])],
      undefined,
      subject.at,
    );
  switch (info.kind) {
    case "relax.ObjectInfo":
      return;
    case "relax.DTensorInfo":
      return matchTensor(s, subject, value, info.tensor, later);
    case "relax.TensorInfo":
      return matchTensor(s, subject, value, info, later);
    case "relax.ShapeInfo":
      check("check_shape_info", immediate(info.ndim));
      matchDims(s, subject, value, info.values ?? [], later);
      return;
    case "relax.PrimInfo":
      check("check_prim_value_info", dtypeOperand(s, info.dtype.name));
      if (info.value !== undefined) matchPrim(s, subject, value, info.value, later);
      return;
    case "relax.FuncInfo":
      check("check_func_info");
      return;
    case "relax.TupleInfo":
      check("check_tuple_info", immediate(info.fields.length));
      info.fields.forEach((field, i) => {
        if (field.kind === "relax.ObjectInfo") return;
        const item = temporary(s, true);
        s.b.call(builtin(s, "tuple_getitem"), [value, immediate(i)], item, subject.at);
        const inner = { ...subject, name: `${subject.name}[${i}]` };
        emitMatch(s, inner, register(item), field, later);
      });
  }
}

function matchPrim(
  s: State,
  subject: Subject,
  value: BuilderOperand,
  dim: PrimExpr,
  later: Later,
): void {
  if (isFloat(dim.dtype)) {
    const isNew = dim.kind === "tir.Var" && !s.floats.has(dim) && value.kind === "register";
    if (isNew) s.floats.set(dim, value.register);
    return;
  }
  const emit = (code: Code): void => {
    const args = [value, heapOperand(s), ...code, contextOperand(s, subject, [dim])];
    s.b.call(builtin(s, "match_prim_value"), args, undefined, subject.at);
  };
  const first = firstCode(s, subject, dim);
  if (first !== undefined) emit(first);
  else later.push(() => emit(assertion(s, dim, subject.at)));
}
