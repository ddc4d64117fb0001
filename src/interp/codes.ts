/** What can go wrong while a program runs in the interpreter. */
import { defineCodes } from "../support/diagnostic.js";

export const codes = defineCodes("RUN", {
  indexOutOfBounds: {
    number: 1,
    message: "`{access}` is out of bounds: index {axis} is {index}, the extent is {extent}",
    hint: "keep the index in range: guard the access with `if`, or clamp it with `T.max` and `T.min`",
    explain: "Each index of an access lies between 0 and the extent of its axis, exclusive.",
  },
  unsetRead: {
    number: 2,
    message: "`{access}` reads memory that nothing was stored to",
    hint: "store to `{buffer}` first, for a reduction in `with T.init():`",
    explain: "Allocated buffers and the outputs of `call_tir` start without a value.",
  },
  divisionByZero: {
    number: 3,
    message: "`{expression}` divides by zero",
    hint: "guard it: `T.if_then_else(divisor != 0, a // divisor, 0)`",
  },
  indexOverflow: {
    number: 4,
    message: "`{expression}` is {value}, which does not fit `{type}`",
    hint: "compute the index in `int64`",
    explain: "Values wrap around in two's complement; an index that does is a mistake.",
  },
  shiftCount: {
    number: 5,
    message: "`{expression}` shifts by {count}, but `{type}` has {bits} bits",
  },
  assertFailed: { number: 6, message: "{kind}: {text}", hint: "the condition is `{condition}`" },
  assumeFailed: { number: 7, message: "the assumption `{condition}` does not hold" },
  unsupported: {
    number: 8,
    message: "`T.{name}` cannot run here: it belongs to {home}",
    hint: "run a version of the function from before it was lowered to that hardware",
  },
  unknownExtern: {
    number: 9,
    message: "there is no host function `{name}`",
    hint: "register it with the program, or define it as a function of the module",
  },
  stepLimit: {
    number: 10,
    message: "the program did not end within {limit} steps",
    hint: "raise the limit, or look for a loop that never ends",
  },
  callDepth: {
    number: 11,
    message: "calls of `{name}` are nested more than {limit} deep",
    hint: "look for a recursion that never ends",
  },
  argumentCount: {
    number: 12,
    message: "`{name}` takes {expected} arguments, but got {actual}",
  },
  argumentKind: {
    number: 13,
    message: "parameter `{param}` of `{name}` takes {expected}, but got {actual}",
  },
  argumentRank: {
    number: 14,
    message: "parameter `{param}` of `{name}` has {expected} axes, but the tensor has {actual}",
  },
  argumentShape: {
    number: 15,
    message: "axis {axis} of `{param}` of `{name}` is {actual}, but `{dimension}` is {expected}",
    hint: "pass sizes that agree: axis {axis} of `{param}` must be {expected}",
  },
  argumentLayout: {
    number: 16,
    message: "{what} {axis} of `{param}` of `{name}` is {actual}, but `{dimension}` is {expected}",
  },
  guardFailed: {
    number: 17,
    message: "`{name}` stays in bounds only if `{condition}`, but it is called with {values}",
    hint: "call it with sizes for which it holds, or correct the access that needs it",
    explain:
      "The function's accesses are in bounds only if the condition holds, so it is checked on entry.",
  },
  unboundSymbol: {
    number: 18,
    message: "no argument of `{name}` determines `{symbol}`",
    hint: "use `{symbol}` alone as a dimension of a parameter, or pass it as a parameter",
  },
  outsideMemory: {
    number: 19,
    message: "`{access}` lies outside the memory of `{buffer}`: bytes {from} to {to} of {size}",
  },
  tooMuchMemory: {
    number: 20,
    message: "`{buffer}` needs {bytes} bytes, more than the limit of {limit}",
  },
  negativeExtent: { number: 21, message: "`{what}` has the negative extent {extent}" },
  blockDomain: {
    number: 22,
    message: "block variable `{name}` is {value}, outside its domain [{min}, {end})",
    hint: "restrict the block with `T.where(...)`",
  },
  regionShape: {
    number: 23,
    message:
      "axis {axis} of the region matched by `{buffer}` is {actual}, but `{dimension}` is {expected}",
  },
  noFunction: { number: 24, message: "the module has no function `{name}`" },
  wrongOperand: { number: 25, message: "`T.{name}` takes {expected} here, but got {actual}" },
  hostFailed: { number: 26, message: "the host function `{name}` failed: {reason}" },
  missingReturn: { number: 27, message: "`{name}` ended without a value of type {type}" },
  matchFailed: {
    number: 28,
    message: "the value of `{name}` does not match: {found} instead of {expected}",
  },
  notLowered: {
    number: 29,
    message: "{count} operators of this program cannot run yet: {names}",
    hint: "replace them by `R.call_tir` of a function of the module",
  },
  notBound: { number: 30, message: "`{name}` has no value here" },
  notAFunction: { number: 31, message: "`{name}` is not a function but {actual}" },
  conditionKind: {
    number: 32,
    message: "a condition is a bool scalar, but `{name}` is {actual}",
  },
  userAssert: { number: 33, message: "the assertion failed: {text}" },
  tupleIndex: { number: 34, message: "there is no item {index} in a tuple of {size}" },
  builtinArgument: { number: 35, message: "`{name}` takes {expected}, but got {actual}" },
  storageSize: {
    number: 36,
    message: "a tensor of {bytes} bytes at offset {offset} does not fit a storage of {size}",
  },
  noSymbol: { number: 37, message: "`{expression}` has no value: `{symbol}` is not known here" },
});
