/** Intrinsics as all targets take them: their operands, and those that are other expressions of their operands. */
import {
  binary,
  floatImm,
  ifThenElse,
  intImm,
  unary,
  type BinaryOp,
  type Call,
  type CallArg,
  type PrimExpr,
} from "../ir/tir/expr.js";
import { DiagnosticError } from "../support/diagnostic.js";
import { isFloat, tryDType, uint8, type DType } from "../support/dtype.js";
import { floatFormat } from "../support/numeric/float-format.js";
import { integerRange } from "../support/numeric/scalar.js";
import { codegenCodes } from "./codes.js";
import { coerce } from "./coerce.js";

/** The scalar or vector operand at a position. */
export function operandOf(e: Call, index: number): PrimExpr {
  const arg: CallArg | undefined = e.args[index];
  if (arg !== undefined && "dtype" in arg && arg.kind !== "tir.Buffer") return arg;
  throw new DiagnosticError(
    codegenCodes.operand({
      index: index + 1,
      name: e.op,
      expected: "a scalar",
      at: arg?.span ?? e.span,
    }),
  );
}

type Definition = (e: Call, operand: (index: number) => PrimExpr) => PrimExpr;

const asBinary =
  (op: BinaryOp): Definition =>
  (e, operand) => ({
    kind: "tir.Binary",
    op,
    a: operand(0),
    b: operand(1),
    dtype: e.dtype,
    span: e.span,
  });

const DEFINITIONS: Readonly<Record<string, Definition>> = {
  bitwise_and: asBinary("bitand"),
  bitwise_or: asBinary("bitor"),
  bitwise_xor: asBinary("bitxor"),
  bitwise_not: (e, operand) => ({
    ...unary("bitnot", coerce(operand(0), e.dtype)),
    dtype: e.dtype,
  }),
  shift_left: asBinary("shl"),
  shift_right: asBinary("shr"),
  truncdiv: asBinary("div"),
  truncmod: asBinary("mod"),
  floordiv: asBinary("floordiv"),
  floormod: asBinary("floormod"),
  ceildiv: asBinary("ceildiv"),
  min: asBinary("min"),
  max: asBinary("max"),
  fma: (e, operand) => ({
    ...binary("add", { ...binary("mul", operand(0), operand(1)), dtype: e.dtype }, operand(2)),
    dtype: e.dtype,
  }),
  if_then_else: (e, operand) => ifThenElse(operand(0), operand(1), operand(2), e.span),
  min_value: (e) => extremeOf(e.dtype, "min"),
  max_value: (e) => extremeOf(e.dtype, "max"),
  infinity: (e) => floatImm(Infinity, e.dtype),
  likely: (_, operand) => operand(0),
  large_uint_imm(e, operand) {
    const part = (i: number): bigint => {
      const arg = operand(i);
      return arg.kind === "tir.IntImm" ? BigInt.asUintN(32, BigInt(arg.value)) : 0n;
    };
    return intImm((part(1) << 32n) | part(0), e.dtype);
  },
};

export const definedIntrinsics: readonly string[] = Object.keys(DEFINITIONS);

/** The expression that an intrinsic call is; undefined for those a target has code of its own for. */
export function definitionOf(e: Call): PrimExpr | undefined {
  const define = Object.hasOwn(DEFINITIONS, e.op) ? DEFINITIONS[e.op] : undefined;
  return define?.(e, (index) => operandOf(e, index));
}

/** The type an operand names. */
export function namedType(arg: CallArg | undefined): DType {
  if (arg?.kind === "tir.DTypeImm") return arg.value;
  if (arg?.kind === "tir.StringImm") return tryDType(arg.value) ?? uint8;
  if (arg?.kind === "tir.AttrArg" && typeof arg.value === "string")
    return tryDType(arg.value) ?? uint8;
  if (arg?.kind === "tir.Call" && arg.op === "type_annotation")
    return arg.args[0] === undefined ? arg.dtype : namedType(arg.args[0]);
  return arg !== undefined && "dtype" in arg && arg.dtype !== undefined ? arg.dtype : uint8;
}

/** The least or greatest finite value of a type. */
function extremeOf(type: DType, which: "min" | "max"): PrimExpr {
  if (!isFloat(type)) return intImm(integerRange(type)[which], type);
  const greatest =
    floatFormat(type)?.maxFinite ?? (type.bits === 32 ? 3.4028234663852886e38 : Number.MAX_VALUE);
  return floatImm(which === "min" ? -greatest : greatest, type);
}
