/** The exact floating-point remainder as a helper function: long division of the significands. */
import type { FunctionBuilder, FunctionRef } from "../encoder/function.js";
import type { ModuleContext } from "./context.js";

/** (f64, f64) → f64, exact, with the sign of the dividend. */
export function fmodRoutine(shared: ModuleContext): FunctionRef {
  return shared.routine("fmod", () => {
    const ref = shared.module.declare("fmod", ["f64", "f64"], ["f64"]);
    shared.module.define(ref, writeFmod);
    return ref;
  });
}

/**
 * While |x| ≥ |y|: subtracts |y|·2^k, k the largest with |y|·2^k ≤ |x|. Each difference is exact, because it needs no
 * more bits than |x| has above the unit of |y|.
 */
function writeFmod(f: FunctionBuilder): void {
  const x = 0;
  const y = 1;
  const a = f.local("f64");
  const b = f.local("f64");
  const scaled = f.local("f64");
  f.get(x);
  f.op("f64.abs");
  f.set(a);
  f.get(y);
  f.op("f64.abs");
  f.set(b);
  // y = 0, x infinite, or either NaN: NaN.
  f.get(b);
  f.f64(0);
  f.op("f64.gt");
  f.get(a);
  f.f64(Infinity);
  f.op("f64.lt");
  f.op("i32.and");
  f.op("i32.eqz");
  f.if(undefined, () => {
    f.f64(Number.NaN);
    f.op("return");
  });
  f.block(undefined, (done) => {
    f.loop((again) => {
      f.get(a);
      f.get(b);
      f.op("f64.lt");
      f.brIf(done);
      f.get(b);
      f.set(scaled);
      writeScale(f, a, b, scaled);
      f.get(a);
      f.get(scaled);
      f.op("f64.sub");
      f.set(a);
      f.br(again);
    });
  });
  f.get(a);
  f.get(x);
  f.op("f64.copysign");
}

/** Sets `scaled` to b·2^k ≤ a, with k from the exponents; halves once when that is too large. */
function writeScale(f: FunctionBuilder, a: number, b: number, scaled: number): void {
  const difference = f.local("i64");
  const exponent = (value: number): void => {
    f.get(value);
    f.op("i64.reinterpret_f64");
    f.i64(52);
    f.op("i64.shr_u");
  };
  // Subnormal b has exponent 0: doubling it step by step stays exact.
  exponent(a);
  exponent(b);
  f.op("i64.sub");
  f.set(difference);
  exponent(b);
  f.op("i64.eqz");
  f.if(
    undefined,
    () =>
      f.block(undefined, (done) => {
        f.loop((again) => {
          f.get(a);
          f.get(scaled);
          f.get(scaled);
          f.op("f64.add");
          f.op("f64.lt");
          f.brIf(done);
          f.get(scaled);
          f.get(scaled);
          f.op("f64.add");
          f.set(scaled);
          f.br(again);
        });
      }),
    () => {
      f.get(b);
      f.op("i64.reinterpret_f64");
      f.get(difference);
      f.i64(52);
      f.op("i64.shl");
      f.op("i64.add");
      f.op("f64.reinterpret_i64");
      f.tee(scaled);
      f.get(a);
      f.op("f64.gt");
      f.if(undefined, () => {
        f.get(scaled);
        f.f64(0.5);
        f.op("f64.mul");
        f.set(scaled);
      });
    },
  );
}
