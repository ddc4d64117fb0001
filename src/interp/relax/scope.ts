/** Names and symbols of a running Relax function. */
import { exprText } from "../../arith/index.js";
import { varsOf } from "../../ir/core/free-vars.js";
import type { Func, Var } from "../../ir/relax/expr.js";
import type { PrimExpr, Var as Symbol } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { Scalar } from "../../support/numeric/scalar.js";
import type { Span } from "../../support/source.js";
import type { Value } from "../../support/value.js";
import { codes } from "../codes.js";
import { fail } from "../fail.js";
import type { Machine, ScalarCode } from "../tir/compiler.js";
import type { Frame } from "../tir/memory.js";
import { makeCompiler } from "../tir/run.js";

export interface Scope {
  readonly machine: Machine;
  readonly func: Func;
  readonly values: Map<Var, Value>;
  readonly symbols: Map<Symbol, Scalar>;
  /** Where a symbol got its value, for messages. */
  readonly origins: Map<Symbol, string>;
  /** Of the function a closure was made in. */
  readonly parent?: Scope | undefined;
}

export const newScope = (machine: Machine, func: Func, parent?: Scope): Scope => ({
  machine,
  func,
  values: new Map(),
  symbols: new Map(),
  origins: new Map(),
  parent,
});

export function valueOf(scope: Scope, v: Var): Value {
  for (let s: Scope | undefined = scope; s !== undefined; s = s.parent) {
    const value = s.values.get(v);
    if (value !== undefined) return value;
  }
  return fail(codes.notBound({ at: v.span, name: v.name }));
}

export function symbolOf(scope: Scope, v: Symbol): Scalar | undefined {
  for (let s: Scope | undefined = scope; s !== undefined; s = s.parent) {
    const value = s.symbols.get(v);
    if (value !== undefined) return value;
  }
  return undefined;
}

export function originOf(scope: Scope, v: Symbol): string | undefined {
  for (let s: Scope | undefined = scope; s !== undefined; s = s.parent) {
    const origin = s.origins.get(v);
    if (origin !== undefined) return origin;
  }
  return undefined;
}

interface Compiled {
  readonly vars: readonly Symbol[];
  readonly slots: readonly number[];
  readonly code: ScalarCode;
}

/** Expressions are compiled once; they live as long as the module they belong to. */
const compiled = new WeakMap<PrimExpr, Compiled>();
const noFunction = { name: "shape" } as PrimFunc;

/** Value of a dimension or scalar; a result that does not fit its type is an error. */
export function evaluate(scope: Scope, e: PrimExpr, at: Span | undefined = e.span): Scalar {
  if (e.kind === "tir.IntImm") return e.value;
  let made = compiled.get(e);
  if (made === undefined) {
    const c = makeCompiler(scope.machine, noFunction);
    const code = c.scalar(e, true);
    const vars = varsOf(e);
    made = { vars, slots: vars.map((v) => c.slot(v)), code };
    compiled.set(e, made);
  }
  const frame: Frame = [];
  made.vars.forEach((v, i) => {
    const value = symbolOf(scope, v);
    if (value === undefined) {
      fail(codes.noSymbol({ at, expression: exprText(e), symbol: v.name }));
    }
    frame[made.slots[i]!] = value;
  });
  return made.code(frame);
}

/** Whether all symbols of an expression have a value. */
export const isKnown = (scope: Scope, e: PrimExpr): boolean =>
  varsOf(e).every((v) => symbolOf(scope, v) !== undefined);
