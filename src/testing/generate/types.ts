/** Data types that programs are made of. */
import { dtype, type DType } from "../../support/dtype.js";

const named = (names: string): DType[] => names.split(" ").map(dtype);

export const signedTypes = named("int8 int16 int32 int64 int4 int2 int1");
export const unsignedTypes = named("uint8 uint16 uint32 uint64 uint4 uint2");
export const floatTypes = named("float32 float16 float64 bfloat16");
export const smallFloatTypes = named(
  "float8_e3m4 float8_e4m3 float8_e4m3b11fnuz float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz " +
    "float8_e8m0fnu float6_e2m3fn float6_e3m2fn float4_e2m1fn",
);
export const boolType = dtype("bool");

/** Every scalar type that can stand in memory. */
export const allTypes: readonly DType[] = [
  ...signedTypes,
  ...unsignedTypes,
  ...floatTypes,
  ...smallFloatTypes,
  boolType,
];
