/** Diagnostics of struct-info deduction: kinds, ranks, element types and attributes (TYP), lengths (SHP). */
import { defineCodes } from "../support/diagnostic.js";

export const typeCodes = defineCodes("TYP", {
  arity: {
    number: 100,
    message: "`{op}` takes {expected} operands, but {found} are given",
    hint: "its operands are: {names}",
  },
  operandKind: { number: 101, message: "`{op}` needs {expected} as `{operand}`, but got {found}" },
  operandRank: {
    number: 102,
    message: "`{op}` needs `{operand}` to have {expected}, but it has {found}",
  },
  operandDtype: {
    number: 103,
    message: "`{op}` needs `{operand}` to have {expected} elements, but they are {found}",
  },
  dtypeMismatch: {
    number: 104,
    message: "`{op}` needs operands of one element type, but got {a} and {b}",
    hint: "convert one of them with R.astype",
  },
  axisRange: {
    number: 105,
    message: "axis {axis} of `{op}` is out of range for {rank} dimensions",
    hint: "axes run from {low} to {high}",
  },
  axisRepeated: { number: 106, message: "`{op}` names axis {axis} twice" },
  attribute: { number: 107, message: "`{op}` needs {expected} as `{attribute}`, but got {found}" },
  vdeviceMismatch: {
    number: 108,
    message: "the operands of `{op}` are on different devices, {a} and {b}",
    hint: "move one of them with R.to_vdevice",
  },
  empty: { number: 109, message: "`{op}` needs at least one tensor in `{operand}`" },
  layout: { number: 110, message: "`{layout}` is no layout for `{attribute}` of `{op}`: {reason}" },
  rankMismatch: { number: 111, message: "`{op}` needs operands of one rank, but got {a} and {b}" },
  missingOutType: {
    number: 112,
    message: "`{op}` needs the type of its result",
    hint: "give it as {keyword}=R.Tensor(shape, dtype)",
  },
  argumentCount: {
    number: 113,
    message: "`{callee}` takes {expected} arguments, but is called with {found}",
  },
  argumentType: {
    number: 114,
    message: "argument {index} of `{callee}` must be {expected}, but is {found}",
  },
  notCallable: { number: 115, message: "only functions can be called, but the callee is {found}" },
  noTuple: { number: 116, message: "only tuples have items, but this is {found}" },
  tupleIndex: { number: 117, message: "item {index} of a tuple of {size} does not exist" },
  inplaceIndex: { number: 118, message: "`inplace_indices` of `{op}`: {reason}" },
  inplaceMismatch: {
    number: 119,
    message:
      "output {output} of `{op}` reuses argument {argument}, but is {found} while the argument is {expected}",
  },
  einsum: { number: 120, message: "`{subscripts}` is no valid einsum here: {reason}" },
  undefinedFunction: { number: 121, message: "there is no function `{name}`" },
  condition: { number: 122, message: "a condition must be one bool, but this is {found}" },
  unknownOp: { number: 123, message: "there is no operator `R.{name}`" },
  scalarMatmul: {
    number: 134,
    message: "`matmul` needs at least one dimension, but `{operand}` has none",
  },
});

export const shapeCodes = defineCodes("SHP", {
  broadcast: {
    number: 1,
    message: "`{op}` cannot broadcast {a} against {b}: {x} and {y} differ and neither is 1",
    explain: "Shapes are aligned at the right; lengths must be equal, or one of them 1.",
  },
  reductionLength: {
    number: 2,
    message: "`{op}` needs equal reduction lengths, but got {a} and {b}",
    explain:
      "The last dimension of the left operand is summed against the second-to-last of the right one.",
  },
  elementCount: {
    number: 3,
    message: "`{op}` cannot turn {a} into {b}: {x} elements are not {y}",
  },
  lengthMismatch: {
    number: 4,
    message: "`{op}` needs dimension {axis} of all operands to be equal, but got {a} and {b}",
  },
  squeezeLength: {
    number: 5,
    severity: "warning",
    message: "`squeeze` drops dimensions of length 1 only: dimension {axis} is {length} and stays",
    hint: "remove the axis, or select an element of it with R.take",
  },
  inferDimension: { number: 6, message: "`{op}` cannot infer the new shape: {reason}" },
  broadcastTo: {
    number: 7,
    message: "`{op}` cannot stretch {a} to {b}: dimension {axis} is {x}, not 1 or {y}",
  },
  channels: { number: 8, message: "`{op}`: {what} is {found}, but must be {expected}" },
  divisible: { number: 9, message: "`{op}`: {what} {length} is not divisible by {divisor}" },
  collapse: { number: 10, message: "`{op}` cannot sum {a} down to {b}: {x} does not become {y}" },
  windowSize: { number: 11, message: "`{op}` has no output: {reason}" },
  parameterLength: {
    number: 12,
    message: "`{op}` needs `{operand}` of length {expected}, but it is {found}",
  },
  viewSize: { number: 13, message: "`{op}` needs {need} bytes, but the tensor has {have}" },
});
