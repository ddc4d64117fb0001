/** Elementwise operators of two operands, broadcasting as NumPy does. */
import { defineOps } from "../../define-op.js";
import { tensor } from "../../params.js";
import { binaryArithmetic, binaryBits, binaryCompare, binaryLogic } from "../../rules/binary.js";

const common = {
  family: "binary",
  mixedPrecision: "follow" as const,
  params: [tensor("x1"), tensor("x2")],
};

export const arithmeticOps = defineOps(
  { ...common, rule: binaryArithmetic },
  {
    add: { summary: "Sum.", must: "CTQ" },
    subtract: { summary: "Difference.", must: "CTQ" },
    multiply: { summary: "Product.", must: "CTQ" },
    divide: { summary: "Quotient; of integers truncated towards zero.", must: "CTQ" },
    power: { summary: "Power.", must: "CTQ" },
    maximum: { summary: "Larger of two.", must: "CTQ" },
    minimum: { summary: "Smaller of two.", must: "CTQ" },
    floor_divide: { summary: "Quotient rounded towards minus infinity.", must: "Q" },
    mod: "Remainder with the sign of the dividend.",
    floor_mod: "Remainder with the sign of the divisor.",
    atan2: "Angle of a vector.",
    log_add_exp: "Logarithm of the sum of exponentials, computed without overflow.",
  },
);

export const compareOps = defineOps(
  { ...common, rule: binaryCompare },
  {
    equal: { summary: "Whether equal.", must: "T" },
    not_equal: { summary: "Whether different.", must: "T" },
    greater: { summary: "Whether greater.", must: "T" },
    greater_equal: { summary: "Whether greater or equal.", must: "T" },
    less: { summary: "Whether less.", must: "T" },
    less_equal: { summary: "Whether less or equal.", must: "T" },
  },
);

export const logicOps = defineOps(
  { ...common, rule: binaryLogic },
  {
    logical_and: { summary: "Conjunction.", must: "T" },
    logical_or: { summary: "Disjunction.", must: "T" },
    logical_xor: { summary: "Exclusive disjunction.", must: "T" },
  },
);

export const binaryBitOps = defineOps(
  { ...common, rule: binaryBits },
  {
    bitwise_and: "Conjunction of bits.",
    bitwise_or: "Disjunction of bits.",
    bitwise_xor: "Exclusive disjunction of bits.",
    left_shift: { summary: "Shift to the left.", must: "Q" },
    right_shift: { summary: "Shift to the right.", must: "Q" },
  },
);
