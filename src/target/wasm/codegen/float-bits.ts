/** Functions that work on the bits of floats, and integer powers. */
import type { Call } from "../../../ir/tir/expr.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { int32 } from "../../../support/dtype.js";
import { codegenCodes } from "../../codes.js";
import { codes } from "../codes.js";
import type { FunctionBuilder, FunctionRef } from "../encoder/function.js";
import type { PlainOp } from "../encoder/opcodes.js";
import { coerce } from "../../coerce.js";
import type { FunctionContext, ModuleContext } from "./context.js";
import { roundToType } from "./float.js";
import { registerOf } from "./register.js";

const operands = (cx: FunctionContext, e: Call): void => {
  for (const arg of e.args)
    if ("dtype" in arg && arg.kind !== "tir.Buffer") cx.emit(coerce(arg, e.dtype));
};

/** The neighbour of the first operand towards the second; float32 and float64 only. */
export function emitNextAfter(cx: FunctionContext, e: Call): void {
  const { bits } = e.dtype;
  if (bits !== 32 && bits !== 64)
    throw new DiagnosticError(codes.unsupportedType({ type: e.dtype.name, at: e.span }));
  operands(cx, e);
  const width = bits === 32 ? "32" : "64";
  cx.f.call(
    cx.shared.routine(`nextafter.f${width}`, () => {
      const type = `f${width}` as "f32" | "f64";
      const ref = cx.shared.module.declare(`nextafter.f${width}`, [type, type], [type]);
      cx.shared.module.define(ref, (f) => writeNextAfter(f, width));
      return ref;
    }),
  );
}

function writeNextAfter(f: FunctionBuilder, width: "32" | "64"): void {
  const [x, y] = [0, 1];
  const fl = `f${width}` as "f32" | "f64";
  const int = `i${width}` as "i32" | "i64";
  const real = (v: number): void => (fl === "f32" ? f.f32(v) : f.f64(v));
  const whole = (v: number): void => (int === "i32" ? f.i32(v) : f.i64(v));
  const both = (op: string): void => {
    f.get(x);
    f.get(y);
    f.op(`${fl}.${op}` as PlainOp);
  };
  f.get(x);
  f.get(x);
  f.op(`${fl}.ne`);
  f.get(y);
  f.get(y);
  f.op(`${fl}.ne`);
  f.op("i32.or");
  f.if(undefined, () => {
    real(Number.NaN);
    f.op("return");
  });
  both("eq");
  f.if(undefined, () => {
    f.get(y);
    f.op("return");
  });
  f.get(x);
  real(0);
  f.op(`${fl}.eq`);
  f.if(undefined, () => {
    real(fl === "f32" ? 2 ** -149 : 5e-324);
    f.get(y);
    f.op(`${fl}.copysign`);
    f.op("return");
  });
  f.get(x);
  f.op(fl === "f32" ? "i32.reinterpret_f32" : "i64.reinterpret_f64");
  whole(1);
  whole(-1);
  both("lt");
  f.get(x);
  real(0);
  f.op(`${fl}.gt`);
  f.op("i32.eq");
  f.op("select");
  f.op(`${int}.add`);
  f.op(fl === "f32" ? "f32.reinterpret_i32" : "f64.reinterpret_i64");
}

/** `x · 2^n` in float64 steps that neither overflow nor round early, then rounded to the type. */
export function emitScaleByPower(cx: FunctionContext, e: Call): void {
  const { f } = cx;
  const single = registerOf(e.dtype) === "f32";
  const [x, n] = e.args;
  if (
    x === undefined ||
    n === undefined ||
    !("dtype" in x) ||
    !("dtype" in n) ||
    x.kind === "tir.Buffer" ||
    n.kind === "tir.Buffer"
  )
    throw new DiagnosticError(
      codegenCodes.operand({ index: 1, name: e.op, expected: "a scalar", at: e.span }),
    );
  cx.emit(coerce(x, e.dtype));
  if (single) f.op("f64.promote_f32");
  cx.emit(coerce(n, int32));
  f.call(
    cx.shared.routine("ldexp", () => {
      const ref = cx.shared.module.declare("ldexp", ["f64", "i32"], ["f64"]);
      cx.shared.module.define(ref, writeScale);
      return ref;
    }),
  );
  if (single) f.op("f32.demote_f64");
  roundToType(cx, e.dtype);
}

function writeScale(f: FunctionBuilder): void {
  const [x, n] = [0, 1];
  const step = (
    beyond: "gt_s" | "lt_s",
    bound: number,
    factor: number,
    by: number,
    cap: number,
  ): void => {
    f.block(undefined, (done) => {
      f.loop((again) => {
        f.get(n);
        f.i32(bound);
        f.op(`i32.${beyond}`);
        f.op("i32.eqz");
        f.brIf(done);
        if (beyond === "lt_s") {
          f.get(x);
          f.op("f64.abs");
          f.f64(2 ** -40);
          f.op("f64.lt");
          f.if(undefined, () => {
            f.f64(0);
            f.get(x);
            f.op("f64.mul");
            f.op("return");
          });
        }
        f.get(x);
        f.f64(factor);
        f.op("f64.mul");
        f.set(x);
        f.get(n);
        f.i32(by);
        f.op("i32.add");
        f.set(n);
        // Further steps would change nothing any more.
        f.i32(cap);
        f.get(n);
        f.get(n);
        f.i32(cap);
        f.op(`i32.${beyond}`);
        f.op("select");
        f.set(n);
        f.br(again);
      });
    });
  };
  step("gt_s", 1000, 2 ** 1000, -1000, 2000);
  step("lt_s", -1000, 2 ** -969, 969, -2200);
  f.get(x);
  f.get(n);
  f.i32(1023);
  f.op("i32.add");
  f.op("i64.extend_i32_s");
  f.i64(52);
  f.op("i64.shl");
  f.op("f64.reinterpret_i64");
  f.op("f64.mul");
}

/** (x, n) → x^n in wrapping arithmetic, by squaring; 0 for a negative exponent. */
export function powerRoutine(shared: ModuleContext, reg: "i32" | "i64"): FunctionRef {
  return shared.routine(`power.${reg}`, () => {
    const ref = shared.module.declare(`power.${reg}`, [reg, reg], [reg]);
    shared.module.define(ref, (f) => writePower(f, reg));
    return ref;
  });
}

function writePower(f: FunctionBuilder, reg: "i32" | "i64"): void {
  const [x, n] = [0, 1];
  const value = f.local(reg);
  const push = (v: number): void => (reg === "i32" ? f.i32(v) : f.i64(v));
  f.get(n);
  push(0);
  f.op(`${reg}.lt_s`);
  f.if(undefined, () => {
    push(0);
    f.op("return");
  });
  push(1);
  f.set(value);
  f.block(undefined, (done) => {
    f.loop((again) => {
      f.get(n);
      f.op(`${reg}.eqz`);
      f.brIf(done);
      f.get(value);
      f.get(x);
      push(1);
      f.get(n);
      push(1);
      f.op(`${reg}.and`);
      if (reg === "i64") f.op("i32.wrap_i64");
      f.op("select");
      f.op(`${reg}.mul`);
      f.set(value);
      f.get(x);
      f.get(x);
      f.op(`${reg}.mul`);
      f.set(x);
      f.get(n);
      push(1);
      f.op(`${reg}.shr_u`);
      f.set(n);
      f.br(again);
    });
  });
  f.get(value);
}
