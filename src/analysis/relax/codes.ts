/** Well-formedness of Relax functions; numbers are those of the checks. */
import { defineCodes } from "../../support/diagnostic.js";

export const wfr = defineCodes("WFR", {
  missingInfo: {
    number: 1,
    message: "`{func}`: nothing is known of `{what}`",
    hint: "annotate it, at least as R.Any",
    explain:
      "Every value has struct info, which says its kind, shape and element type as far as they are known.",
  },
  unknownFunction: {
    number: 2,
    message: "`{func}` uses `{name}`, which the module does not define",
    explain: "Functions of a module are named by global variables, and each must be defined.",
  },
  directTirCall: {
    number: 3,
    message: "`{func}` calls `{name}` directly, but it is {found}",
    hint: "call it with R.call_tir(cls.{name}, (arguments), out_ty=…)",
    explain:
      "T functions write into buffers that the caller allocates; a direct call belongs to lowered, impure code.",
  },
  globalSymbol: {
    number: 4,
    message: "function `{name}` is exported as `{symbol}`",
    hint: "make both names equal, or make the function private",
  },
  sharedParameter: {
    number: 5,
    message: "variable `{name}` is a parameter of both `{first}` and `{second}`",
    hint: "give each function its own variables",
  },
  sharedSymbol: {
    number: 6,
    message: "symbol `{name}` is used in both `{first}` and `{second}`",
    hint: "give each function its own symbols",
  },
  undefinedVariable: {
    number: 7,
    message: "`{func}` uses `{name}` {where}",
    explain: "A variable is visible from its binding to the end of its branch or block.",
  },
  boundTwice: {
    number: 8,
    message: "`{func}` binds variable `{name}` twice",
    hint: "bind a new variable",
  },
  undefinedSymbol: {
    number: 9,
    message: "`{func}` uses the symbol `{name}` in `{dim}` before it is defined",
    hint: "define it by a plain occurrence in a parameter, or with R.match_cast",
    explain:
      "A symbol is defined where it stands alone as a dimension of a parameter or of a match_cast.",
  },
  dataflowVariable: {
    number: 10,
    message: "`{func}`: dataflow variable `{name}` {problem}",
    hint: "list it in R.output(…) when it is needed outside its block",
  },
  nestedSequence: {
    number: 11,
    message: "`{func}`: a sequence of bindings stands as {place}",
    hint: "bind its parts one by one",
  },
  notNormal: {
    number: 12,
    message: "`{func}`: {place} must be a variable, constant or tuple of these, but is {found}",
    hint: "bind it to a variable first",
    explain:
      "Calls and other computations are bound to variables, so that every intermediate value has a name.",
  },
  ifInDataflow: {
    number: 13,
    message: "`{func}`: an `if` stands in a dataflow block",
    hint: "end the block before it",
  },
  impureInDataflow: {
    number: 14,
    message: "`{func}`: {callee} is impure and stands in a dataflow block",
    hint: "move it out of the block, or assert that it is pure with R.call_pure_packed",
  },
  impureCall: {
    number: 15,
    message: "pure function `{func}` calls {callee}, which is impure",
    hint: "declare it @R.function(pure=False), or set the attribute relax.force_pure",
  },
  forcedImpure: {
    number: 16,
    message: "`{func}` is declared impure and has relax.force_pure",
    hint: "remove one of the two",
  },
  inlineTir: {
    number: 17,
    message: "`{func}` binds a T function to `{name}`",
    hint: "move the T function to module level and call it with R.call_tir",
  },
  shapeDType: {
    number: 18,
    message: "`{func}`: dimension `{dim}` of a shape is {found}, not an integer",
  },
  bindingType: {
    number: 19,
    message: "`{name}` is declared {expected}, but its value is {found}",
    explain: "The value of a binding must be covered by the annotation of its variable.",
  },
  callType: {
    number: 20,
    message: "this call is declared to return {expected}, but `{callee}` returns {found}",
  },
  notNormalCall: {
    number: 21,
    message: "`{op}` needs its arguments as a tuple written in place, but got {found}",
    hint: "write R.{op}(…, (a, b), …)",
  },
  invalidCall: { number: 22, message: "`{op}`: {problem}" },
  returnSymbol: {
    number: 23,
    message: "the return type of `{func}` uses `{name}`, which its parameters do not define",
    hint: "name the dimension in a parameter, or return R.Tensor(ndim=…)",
  },
  condition: {
    number: 24,
    message: "`{func}`: the condition of an `if` must be one bool, but is {found}",
  },
  tupleIndex: { number: 25, message: "`{func}`: item {index} of a tuple of {size} does not exist" },
  attribute: { number: 26, message: "`{op}` has no attribute `{name}`" },
  deadStorage: {
    number: 27,
    message: "`{func}`: `{name}` is used {where}",
    explain:
      "Storage and the tensors in it are usable from their allocation, in the same branch, until they are killed.",
  },
  unknownDevice: {
    number: 28,
    message: "`{func}` uses device `{device}`, which the module does not list",
    hint: "list it as a vdevice in I.module_global_infos(…)",
  },
  returnType: {
    number: 29,
    message: "`{func}` is declared to return {expected}, but returns {found}",
  },
  castFails: {
    number: 30,
    message: "this match_cast fails always: the value is {found}, not {expected}",
  },
  narrowContraction: {
    number: 31,
    severity: "warning",
    message: "`{op}` of {dtype} sums in {dtype} and overflows silently",
    hint: 'give out_dtype="int32"',
  },
  unprovedReturn: {
    number: 33,
    severity: "warning",
    message: "`{func}` is declared to return {expected}, which is not proved: it returns {found}",
    hint: "have it checked at run time: y = R.match_cast(value, {expected})",
  },
  unprovedBinding: {
    number: 32,
    severity: "warning",
    message: "`{name}` is declared {expected}, which is not proved: its value is {found}",
    hint: "have it checked at run time: {name} = R.match_cast(value, {expected})",
  },
});

/** Names of Relax functions. */
export { sco as lint } from "../codes.js";
