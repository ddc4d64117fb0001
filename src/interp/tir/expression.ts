/** TensorIR expressions as closures. */
import { exprText } from "../../arith/index.js";
import type { Binary, Compare, PrimExpr, Unary, Var } from "../../ir/tir/expr.js";
import { isFloat, isVector, laneOf, type DType } from "../../support/dtype.js";
import {
  arithmetic,
  exactInteger,
  isDivision,
  type Operation,
} from "../../support/numeric/arithmetic.js";
import { converter, rounder, wrapper, type Scalar } from "../../support/numeric/scalar.js";
import { codes } from "../codes.js";
import { fail } from "../fail.js";
import { compileScalarLoad, compileVectorLoad } from "./access.js";
import {
  valuesNote,
  type AnyCode,
  type Compiler,
  type LanesCode,
  type ScalarCode,
} from "./compiler.js";
import { compileCall, compileCallGlobal } from "./intrinsic.js";
import type { Frame } from "./memory.js";

/** A binary operation on one type of operands, with its errors reported at the expression. */
function operation(
  c: Compiler,
  e: Binary,
  checked: boolean,
): (f: Frame, a: Scalar, b: Scalar) => Scalar {
  const type = laneOf(e.dtype);
  const op = arithmetic(e.op, type);
  if (op === undefined) {
    return fail(
      codes.wrongOperand({ at: e.span, name: e.op, expected: "integers", actual: type.name }),
    );
  }
  if (checked && type.code === "int" && exactInteger[e.op] !== undefined) {
    return checkedOperation(c, e, type);
  }
  if (isFloat(type) || !(isDivision(e.op) || e.op === "shl" || e.op === "shr")) {
    return (_, a, b) => op(a, b)!;
  }
  return (f, a, b) => op(a, b) ?? undefinedResult(c, e, f, b);
}

/** In an index a result that does not fit is an error instead of wrapping. */
function checkedOperation(c: Compiler, e: Binary, type: DType) {
  const exact = exactInteger[e.op]!;
  const wrap = wrapper(type);
  const divides = isDivision(e.op);
  return (f: Frame, a: Scalar, b: Scalar): Scalar => {
    if (divides && b === 0) return undefinedResult(c, e, f, b);
    const r = exact(a, b);
    if (wrap(r) === r) return r;
    return fail(
      codes.indexOverflow({
        at: e.span,
        expression: exprText(e),
        value: r,
        type: type.name,
        notes: valuesNote(c, f, e),
      }),
    );
  };
}

function undefinedResult(c: Compiler, e: Binary, f: Frame, b: Scalar): never {
  const expression = exprText(e);
  const notes = valuesNote(c, f, e);
  if (isDivision(e.op)) fail(codes.divisionByZero({ at: e.span, expression, notes }));
  const { name, bits } = laneOf(e.dtype);
  return fail(codes.shiftCount({ at: e.span, expression, count: b, type: name, bits, notes }));
}

function comparison(op: Compare["op"]): (a: Scalar, b: Scalar) => Scalar {
  switch (op) {
    case "eq":
      return (a, b) => (a === b ? 1 : 0);
    case "ne":
      return (a, b) => (a !== b ? 1 : 0);
    case "lt":
      return (a, b) => (a < b ? 1 : 0);
    case "le":
      return (a, b) => (a <= b ? 1 : 0);
    case "gt":
      return (a, b) => (a > b ? 1 : 0);
    case "ge":
      return (a, b) => (a >= b ? 1 : 0);
  }
}

function unaryOperation(op: Unary["op"], type: DType): (a: Scalar) => Scalar {
  if (op === "not") return (a) => (a === 0 ? 1 : 0);
  if (op === "neg") {
    if (isFloat(type)) return (a) => -(a as number);
    const sub: Operation = arithmetic("sub", type)!;
    return (a) => sub(0, a)!;
  }
  const wrap = wrapper(type);
  return (a) => wrap(typeof a === "number" && Math.abs(a) < 2147483648 ? ~a : -1n - BigInt(a));
}

/** The common type of two operands: that of the node, or for comparisons of the wider operand. */
function operandType(a: DType, b: DType): DType {
  const [x, y] = [laneOf(a), laneOf(b)];
  if (x === y) return x;
  if (isFloat(x) !== isFloat(y)) return isFloat(x) ? x : y;
  return x.bits >= y.bits && x.code !== "bool" ? x : y;
}

const same = (x: Scalar): Scalar => x;

/** Conversion from one type to another; nothing to do when it is the same. */
const conversion = (from: DType, to: DType): ((x: Scalar) => Scalar) =>
  laneOf(from) === laneOf(to) || from.code === "handle" || to.code === "handle"
    ? same
    : converter(laneOf(from), laneOf(to));

/** A scalar expression; `to` asks for conversion of the result, `checked` for errors instead of wrapping. */
export function compileScalar(c: Compiler, e: PrimExpr, checked: boolean, to?: DType): ScalarCode {
  const code = scalarCode(c, e, checked);
  if (to === undefined) return code;
  const convert = conversion(e.dtype, to);
  return convert === same ? code : (f) => convert(code(f));
}

function scalarCode(c: Compiler, e: PrimExpr, checked: boolean): ScalarCode {
  switch (e.kind) {
    case "tir.Var":
      return compileVar(c, e) as ScalarCode;
    case "tir.IntImm": {
      const value = wrapper(laneOf(e.dtype))(e.value);
      return () => value;
    }
    case "tir.FloatImm": {
      const value = rounder(laneOf(e.dtype))(e.value);
      return () => value;
    }
    case "tir.Cast": {
      const value = compileScalar(c, e.value, checked);
      const convert = conversion(e.value.dtype, e.dtype);
      return convert === same ? value : (f) => convert(value(f));
    }
    case "tir.Binary": {
      const a = compileScalar(c, e.a, checked, e.dtype);
      const b = compileScalar(c, e.b, checked, e.dtype);
      const op = operation(c, e, checked);
      return (f) => op(f, a(f), b(f));
    }
    case "tir.Compare": {
      const type = operandType(e.a.dtype, e.b.dtype);
      const a = compileScalar(c, e.a, checked, type);
      const b = compileScalar(c, e.b, checked, type);
      const op = comparison(e.op);
      return (f) => op(a(f), b(f));
    }
    case "tir.Logic": {
      const a = compileScalar(c, e.a, checked);
      const b = compileScalar(c, e.b, checked);
      if (e.op === "and") return (f) => (a(f) !== 0 && b(f) !== 0 ? 1 : 0);
      return (f) => (a(f) !== 0 || b(f) !== 0 ? 1 : 0);
    }
    case "tir.Unary": {
      const a = compileScalar(c, e.a, checked);
      const op = unaryOperation(e.op, laneOf(e.dtype));
      return (f) => op(a(f));
    }
    case "tir.Select":
    case "tir.IfThenElse": {
      const cond = compileScalar(c, e.cond, checked);
      const then = compileScalar(c, e.then, checked, e.dtype);
      const otherwise = compileScalar(c, e.otherwise, checked, e.dtype);
      return (f) => (cond(f) !== 0 ? then(f) : otherwise(f));
    }
    case "tir.Load":
      return compileScalarLoad(c, e);
    case "tir.Let": {
      const value = compileAny(c, e.value);
      const slot = c.slot(e.var);
      const body = compileScalar(c, e.body, checked);
      return (f) => {
        f[slot] = value(f);
        return body(f);
      };
    }
    case "tir.Call":
      return compileCall(c, e) as ScalarCode;
    case "tir.CallGlobal":
      return compileCallGlobal(c, e) as ScalarCode;
    case "tir.Shuffle": {
      const lanes = compileLanes(c, e, checked);
      return (f) => lanes(f)[0]!;
    }
    case "tir.Ramp":
    case "tir.Broadcast":
    case "tir.StringImm":
      return fail(
        codes.wrongOperand({
          at: e.span,
          name: exprText(e),
          expected: "a scalar",
          actual: e.dtype.name,
        }),
      );
  }
}

function compileVar(c: Compiler, v: Var): AnyCode {
  const slot = c.slot(v);
  return (f) => {
    const value = f[slot];
    return value === undefined ? fail(codes.notBound({ at: v.span, name: v.name })) : value;
  };
}

/** Lanes of an expression; a scalar counts as a vector of one. */
export function compileLanes(c: Compiler, e: PrimExpr, checked: boolean, to?: DType): LanesCode {
  const code = lanesCode(c, e, checked);
  if (to === undefined) return code;
  const convert = conversion(e.dtype, to);
  return convert === same ? code : (f) => code(f).map(convert);
}

const spread = (a: readonly Scalar[], lanes: number): readonly Scalar[] =>
  a.length === lanes ? a : Array.from({ length: lanes }, (_, i) => a[i % a.length]!);

function zip(
  a: LanesCode,
  b: LanesCode,
  op: (f: Frame, x: Scalar, y: Scalar) => Scalar,
): LanesCode {
  return (f) => {
    const [x, y] = [a(f), b(f)];
    const lanes = Math.max(x.length, y.length);
    const [p, q] = [spread(x, lanes), spread(y, lanes)];
    return p.map((v, i) => op(f, v, q[i]!));
  };
}

function lanesCode(c: Compiler, e: PrimExpr, checked: boolean): LanesCode {
  if (!isVector(e.dtype) && e.kind !== "tir.Shuffle") {
    const one = compileScalar(c, e, checked);
    return (f) => [one(f)];
  }
  const sub = (x: PrimExpr, to?: DType): LanesCode => compileLanes(c, x, checked, to);
  switch (e.kind) {
    case "tir.Ramp": {
      const base = compileScalar(c, e.base, checked);
      const stride = compileScalar(c, e.stride, checked, e.base.dtype);
      const count = compileScalar(c, e.lanes, false);
      const type = laneOf(e.dtype);
      const add = isFloat(type) ? arithmetic("add", type)! : exactInteger["add"]!;
      const mul = isFloat(type) ? arithmetic("mul", type)! : exactInteger["mul"]!;
      return (f) => {
        const [b, s] = [base(f), stride(f)];
        return Array.from({ length: Number(count(f)) }, (_, i) => add(b, mul(s, i)!)!);
      };
    }
    case "tir.Broadcast": {
      const value = sub(e.value);
      const count = compileScalar(c, e.lanes, false);
      return (f) => {
        const v = value(f);
        return Array.from({ length: Number(count(f)) * v.length }, (_, i) => v[i % v.length]!);
      };
    }
    case "tir.Shuffle": {
      const vectors = e.vectors.map((v) => sub(v));
      const picks = e.indices.map((i) => compileScalar(c, i, true));
      return (f) => {
        const all = vectors.flatMap((v) => v(f));
        return picks.map((p) => {
          const at = Number(p(f));
          if (all[at] !== undefined) return all[at];
          return fail(
            codes.indexOutOfBounds({
              at: e.span, access: exprText(e), axis: 0, index: at, extent: all.length,
            }), // prettier-ignore
          );
        });
      };
    }
    case "tir.Cast": {
      const value = sub(e.value);
      const convert = conversion(e.value.dtype, e.dtype);
      return (f) => value(f).map(convert);
    }
    case "tir.Binary":
      return zip(sub(e.a, e.dtype), sub(e.b, e.dtype), operation(c, e, checked));
    case "tir.Compare": {
      const type = operandType(e.a.dtype, e.b.dtype);
      const op = comparison(e.op);
      return zip(sub(e.a, type), sub(e.b, type), (_, x, y) => op(x, y));
    }
    case "tir.Logic":
      return e.op === "and"
        ? zip(sub(e.a), sub(e.b), (_, x, y) => (x !== 0 && y !== 0 ? 1 : 0))
        : zip(sub(e.a), sub(e.b), (_, x, y) => (x !== 0 || y !== 0 ? 1 : 0));
    case "tir.Unary": {
      const a = sub(e.a);
      const op = unaryOperation(e.op, laneOf(e.dtype));
      return (f) => a(f).map(op);
    }
    case "tir.Select":
    case "tir.IfThenElse": {
      const cond = sub(e.cond);
      const [then, otherwise] = [sub(e.then, e.dtype), sub(e.otherwise, e.dtype)];
      if (!isVector(e.cond.dtype)) return (f) => (cond(f)[0] !== 0 ? then(f) : otherwise(f));
      return (f) => {
        const mask = cond(f);
        const [x, y] = [spread(then(f), mask.length), spread(otherwise(f), mask.length)];
        return mask.map((m, i) => (m !== 0 ? x[i]! : y[i]!));
      };
    }
    case "tir.Load":
      return compileVectorLoad(c, e);
    case "tir.Let": {
      const value = compileAny(c, e.value);
      const slot = c.slot(e.var);
      const body = sub(e.body);
      return (f) => {
        f[slot] = value(f);
        return body(f);
      };
    }
    case "tir.Var":
      return compileVar(c, e) as LanesCode;
    case "tir.Call":
      return compileCall(c, e) as LanesCode;
    case "tir.CallGlobal":
      return compileCallGlobal(c, e) as LanesCode;
    default:
      return fail(
        codes.wrongOperand({
          at: e.span,
          name: exprText(e),
          expected: "a vector",
          actual: e.dtype.name,
        }),
      );
  }
}

/** Any expression: scalar, vector, pointer, string, by its type. */
export function compileAny(c: Compiler, e: PrimExpr): AnyCode {
  if (e.kind === "tir.StringImm") return () => e.value;
  if (e.dtype.code === "handle" || e.dtype.code === "void") {
    switch (e.kind) {
      case "tir.Var":
        return compileVar(c, e);
      case "tir.Call":
        return compileCall(c, e);
      case "tir.CallGlobal":
        return compileCallGlobal(c, e);
      case "tir.Cast":
        return compileAny(c, e.value);
      case "tir.IfThenElse":
      case "tir.Select": {
        const cond = compileScalar(c, e.cond, false);
        const [then, otherwise] = [compileAny(c, e.then), compileAny(c, e.otherwise)];
        return (f) => (cond(f) !== 0 ? then(f) : otherwise(f));
      }
      default:
        break;
    }
  }
  return isVector(e.dtype) ? compileLanes(c, e, false) : compileScalar(c, e, false);
}
