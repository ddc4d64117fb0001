/**
 * Floats below 32 bits: rounding, storage bits and back, as helper functions of the module. Values are computed in
 * f32 and rounded to nearest even after each operation.
 */
import { laneOf, type DType } from "../../../support/dtype.js";
import {
  decodeFloat,
  floatFormat,
  type FloatFormat,
} from "../../../support/numeric/float-format.js";
import type { FunctionBuilder, FunctionRef } from "../encoder/function.js";
import type { ModuleContext } from "./context.js";

/** f64 → f32 rounded to the type. */
export function roundRoutine(shared: ModuleContext, type: DType): FunctionRef {
  return shared.routine(`round.${laneOf(type).name}`, () => {
    const ref = shared.module.declare(`round.${laneOf(type).name}`, ["f64"], ["f32"]);
    shared.module.define(ref, (f) => writeRound(f, floatFormat(type)!));
    return ref;
  });
}

function writeRound(f: FunctionBuilder, format: FloatFormat): void {
  if (format.exponentOnly) return writeRoundToPower(f, format);
  const x = 0;
  const { mantissaBits: m, minExponent } = format;
  const r = f.local("f64");
  const bits = f.local("i64");
  f.get(x);
  f.get(x);
  f.op("f64.ne");
  f.if(undefined, () => {
    f.f32(format.overflow === "saturate" ? -0 : Number.NaN);
    f.op("return");
  });
  f.get(x);
  f.op("f64.abs");
  f.tee(r);
  f.f64(2 ** minExponent);
  f.op("f64.lt");
  f.if(
    "f64",
    () => {
      f.get(r);
      f.f64(2 ** (minExponent - m + 52));
      f.op("f64.add");
      f.f64(2 ** (minExponent - m + 52));
      f.op("f64.sub");
    },
    () => {
      f.get(r);
      f.op("i64.reinterpret_f64");
      f.tee(bits);
      f.get(bits);
      f.i64(52 - m);
      f.op("i64.shr_u");
      f.i64(1);
      f.op("i64.and");
      f.op("i64.add");
      f.i64((1n << BigInt(51 - m)) - 1n);
      f.op("i64.add");
      f.i64(-(1n << BigInt(52 - m)));
      f.op("i64.and");
      f.op("f64.reinterpret_i64");
    },
  );
  f.set(r);
  f.get(r);
  f.f64(format.maxFinite);
  f.op("f64.gt");
  f.if(undefined, () => {
    f.f64(
      format.overflow === "infinity"
        ? Infinity
        : format.overflow === "nan"
          ? Number.NaN
          : format.maxFinite,
    );
    f.set(r);
  });
  f.get(r);
  f.get(x);
  f.op("f64.copysign");
  if (!format.hasNegativeZero) {
    f.f64(0);
    f.op("f64.add");
  }
  f.op("f32.demote_f64");
}

/** Nearest power of two, the middle goes up; NaN for what is not positive and finite. */
function writeRoundToPower(f: FunctionBuilder, format: FloatFormat): void {
  const x = 0;
  const low = f.local("f64");
  const smallest = 2 ** format.minExponent;
  const leave = (value: number): void => {
    f.f32(value);
    f.op("return");
  };
  f.get(x);
  f.f64(0);
  f.op("f64.gt");
  f.get(x);
  f.f64(Infinity);
  f.op("f64.lt");
  f.op("i32.and");
  f.op("i32.eqz");
  f.if(undefined, () => leave(Number.NaN));
  f.get(x);
  f.f64(smallest);
  f.op("f64.lt");
  f.if(undefined, () => leave(smallest));
  f.get(x);
  f.op("i64.reinterpret_f64");
  f.i64(-(1n << 52n));
  f.op("i64.and");
  f.op("f64.reinterpret_i64");
  f.set(low);
  f.get(low);
  f.get(low);
  f.op("f64.add");
  f.get(low);
  f.get(x);
  f.get(low);
  f.op("f64.sub");
  f.get(low);
  f.f64(0.5);
  f.op("f64.mul");
  f.op("f64.ge");
  f.op("select");
  f.set(low);
  f.get(low);
  f.f64(format.maxFinite);
  f.op("f64.gt");
  f.if(undefined, () => leave(Number.NaN));
  f.get(low);
  f.op("f32.demote_f64");
}

/** f32, already rounded to the type → bit pattern. */
export function encodeRoutine(shared: ModuleContext, type: DType): FunctionRef {
  const name = `encode.${laneOf(type).name}`;
  return shared.routine(name, () => {
    const ref = shared.module.declare(name, ["f32"], ["i32"]);
    shared.module.define(ref, (f) => writeEncode(f, floatFormat(type)!));
    return ref;
  });
}

function writeEncode(f: FunctionBuilder, format: FloatFormat): void {
  const x = 0;
  const size = f.local("f64");
  const sign = f.local("i32");
  const { mantissaBits: m, minExponent } = format;
  f.get(x);
  f.get(x);
  f.op("f32.ne");
  f.if(undefined, () => {
    f.i32(format.nanBits);
    f.op("return");
  });
  f.get(x);
  f.op("f32.abs");
  f.op("f64.promote_f32");
  f.set(size);
  const significant = (): void => {
    f.get(size);
    f.op("i64.reinterpret_f64");
    f.i64(52 - m);
    f.op("i64.shr_u");
    f.op("i32.wrap_i64");
    f.i32((1023 + minExponent - (format.exponentOnly ? 0 : 1)) * 2 ** m);
    f.op("i32.sub");
  };
  if (format.exponentOnly) return significant();
  f.get(x);
  f.op("i32.reinterpret_f32");
  f.i32(31);
  f.op("i32.shr_u");
  f.i32(format.bits - 1);
  f.op("i32.shl");
  f.set(sign);
  if (format.overflow === "infinity") {
    f.get(size);
    f.f64(Infinity);
    f.op("f64.eq");
    f.if(undefined, () => {
      f.get(sign);
      f.i32(format.nanBits - 2 ** (m - 1));
      f.op("i32.or");
      f.op("return");
    });
  }
  f.get(size);
  f.f64(2 ** minExponent);
  f.op("f64.lt");
  f.if(
    "i32",
    () => {
      f.get(size);
      f.f64(2 ** (m - minExponent));
      f.op("f64.mul");
      f.op("i32.trunc_sat_f64_u");
    },
    significant,
  );
  f.get(sign);
  f.op("i32.or");
}

/** Bit pattern → f32. */
export function decodeRoutine(shared: ModuleContext, type: DType): FunctionRef {
  const name = `decode.${laneOf(type).name}`;
  return shared.routine(name, () => {
    const ref = shared.module.declare(name, ["i32"], ["f32"]);
    shared.module.define(ref, (f) => {
      const format = floatFormat(type)!;
      if (format.bits <= 8) writeDecodeByTable(shared, f, format);
      else if (format.mantissaBits === 7) writeDecodeBfloat(f);
      else writeDecodeHalf(f);
    });
    return ref;
  });
}

function writeDecodeByTable(shared: ModuleContext, f: FunctionBuilder, format: FloatFormat): void {
  const values = Float32Array.from({ length: 2 ** format.bits }, (_, bits) =>
    decodeFloat(format, bits),
  );
  const table = shared.module.data(new Uint8Array(values.buffer), 4);
  f.get(0);
  f.i32(2 ** format.bits - 1);
  f.op("i32.and");
  f.i32(2);
  f.op("i32.shl");
  f.memory("f32.load", table);
}

function writeDecodeBfloat(f: FunctionBuilder): void {
  f.get(0);
  f.i32(16);
  f.op("i32.shl");
  f.op("f32.reinterpret_i32");
}

function writeDecodeHalf(f: FunctionBuilder): void {
  const size = f.local("i32");
  f.get(0);
  f.i32(0x7fff);
  f.op("i32.and");
  f.tee(size);
  f.i32(0x400);
  f.op("i32.lt_u");
  f.if(
    "f32",
    () => {
      f.get(size);
      f.op("f32.convert_i32_u");
      f.f32(2 ** -24);
      f.op("f32.mul");
    },
    () => {
      f.get(size);
      f.i32(13);
      f.op("i32.shl");
      f.i32(112 << 23);
      f.i32(0x70000000);
      f.get(size);
      f.i32(0x7c00);
      f.op("i32.lt_u");
      f.op("select");
      f.op("i32.add");
      f.op("f32.reinterpret_i32");
    },
  );
  f.get(0);
  f.i32(16);
  f.op("i32.shl");
  f.op("f32.reinterpret_i32");
  f.op("f32.copysign");
}
