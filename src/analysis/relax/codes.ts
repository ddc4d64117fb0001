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
    bad: '@I.ir_module\nclass Module:\n    @T.prim_func\n    def f(A: T.Buffer((4,), "float32")):\n        A[0] = T.float32(0)\n\n    @R.function\n    def main(x: R.Tensor((4,), "float32")):\n        y = Module.f(x)\n        return y\n',
    good: '@I.ir_module\nclass Module:\n    @T.prim_func\n    def f(A: T.Buffer((4,), "float32")):\n        A[0] = T.float32(0)\n\n    @R.function\n    def main(x: R.Tensor((4,), "float32")):\n        y = R.call_tir_inplace(Module.f, (x,), inplace_indices=[0], out_ty=R.Tensor((4,), "float32"))\n        return y\n',
  },
  globalSymbol: {
    number: 4,
    message: "function `{name}` is exported as `{symbol}`",
    hint: "make both names equal, or make the function private",
    explain: "Callers find an exported function under one name only.",
  },
  sharedParameter: {
    number: 5,
    message: "variable `{name}` is a parameter of both `{first}` and `{second}`",
    hint: "give each function its own variables",
    explain: "Variables have identity: a variable belongs to the function that binds it.",
  },
  sharedSymbol: {
    number: 6,
    message: "symbol `{name}` is used in both `{first}` and `{second}`",
    hint: "give each function its own symbols",
    explain:
      "A symbol stands for a length within one function; calls pass lengths through the shapes of arguments.",
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
    explain: "Every variable has one value, given where it is bound.",
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
    explain:
      "Bindings of a dataflow block may be moved, copied or dropped; only its outputs are seen outside.",
  },
  nestedSequence: {
    number: 11,
    message: "`{func}`: a sequence of bindings stands as {place}",
    hint: "bind its parts one by one",
    explain:
      "Sequences of bindings are the bodies of functions and branches, and stand nowhere else.",
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
    explain: "A dataflow block is a graph without control flow.",
  },
  impureInDataflow: {
    number: 14,
    message: "`{func}`: {callee} is impure and stands in a dataflow block",
    hint: "move it out of the block, or assert that it is pure with R.call_pure_packed",
    explain:
      "Bindings of a dataflow block may be moved, copied or dropped, which an effect does not survive.",
    bad: '@R.function(pure=False)\ndef main(x: R.Tensor((4,), "float32")):\n    with R.dataflow():\n        y = R.call_packed("f", x, ty_args=(R.Tensor((4,), "float32"),))\n        R.output(y)\n    return y\n',
    good: '@R.function(pure=False)\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.call_packed("f", x, ty_args=(R.Tensor((4,), "float32"),))\n    return y\n',
  },
  impureCall: {
    number: 15,
    message: "pure function `{func}` calls {callee}, which is impure",
    hint: "declare it @R.function(pure=False), or set the attribute relax.force_pure",
    explain:
      "A pure function has no effect but its result, so that calls of it may be moved or dropped.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    R.print(x, format="{}")\n    return x\n',
    good: '@R.function(pure=False)\ndef main(x: R.Tensor((4,), "float32")):\n    R.print(x, format="{}")\n    return x\n',
  },
  forcedImpure: {
    number: 16,
    message: "`{func}` is declared impure and has relax.force_pure",
    hint: "remove one of the two",
    explain: "relax.force_pure says that the function is pure although it calls impure ones.",
    bad: '@R.function(pure=False)\ndef main(x: R.Tensor((4,), "float32")):\n    R.func_attr({"relax.force_pure": True})\n    return x\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    R.func_attr({"relax.force_pure": True})\n    return x\n',
  },
  inlineTir: {
    number: 17,
    message: "`{func}` binds a T function to `{name}`",
    hint: "move the T function to module level and call it with R.call_tir",
    explain: "T functions are lowered and scheduled on their own and stand at module level.",
  },
  shapeDType: {
    number: 18,
    message: "`{func}`: dimension `{dim}` of a shape is {found}, not an integer",
    explain: "Lengths are integers.",
  },
  bindingType: {
    number: 19,
    message: "`{name}` is declared {expected}, but its value is {found}",
    hint: "declare it {found}, or leave the annotation out",
    explain: "The value of a binding must be covered by the annotation of its variable.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y: R.Tensor((5,), "float32") = R.exp(x)\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y: R.Tensor((4,), "float32") = R.exp(x)\n    return y\n',
  },
  callType: {
    number: 20,
    message: "this call is declared to return {expected}, but `{callee}` returns {found}",
    explain: "The type written at a call may add to what the callee says, but not contradict it.",
  },
  notNormalCall: {
    number: 21,
    message: "`{op}` needs its arguments as a tuple written in place, but got {found}",
    hint: "write R.{op}(…, (a, b), …)",
    explain: "Passes match the arguments of these calls to parameters one by one.",
  },
  invalidCall: {
    number: 22,
    message: "`{op}`: {problem}",
    explain:
      "The caller allocates the outputs of such a call, for which it needs their shapes and element types.",
  },
  returnSymbol: {
    number: 23,
    message: "the return type of `{func}` uses `{name}`, which its parameters do not define",
    hint: "name the dimension in a parameter, or return R.Tensor(ndim=…)",
    explain: "Callers know the result in terms of the shapes that they pass.",
  },
  condition: {
    number: 24,
    message: "`{func}`: the condition of an `if` must be one bool, but is {found}",
    hint: 'reduce it to one value, for example with a T function that gives R.Tensor((), "bool")',
    explain: "A branch is chosen by one truth value.",
    bad: '@R.function\ndef main(c: R.Tensor((2,), "bool"), x: R.Tensor((4,), "float32")):\n    if c:\n        y = R.exp(x)\n    else:\n        y = R.nn.relu(x)\n    return y\n',
    good: '@R.function\ndef main(c: R.Tensor((), "bool"), x: R.Tensor((4,), "float32")):\n    if c:\n        y = R.exp(x)\n    else:\n        y = R.nn.relu(x)\n    return y\n',
  },
  tupleIndex: {
    number: 25,
    message: "`{func}`: item {index} of a tuple of {size} does not exist",
    hint: "items are counted from 0",
    explain: "Items are counted from 0.",
    bad: '@R.function\ndef main(t: R.Tuple(R.Tensor((4,), "float32"), R.Tensor((4,), "float32"))):\n    y = R.TupleGetItem(t, 3)\n    return y\n',
    good: '@R.function\ndef main(t: R.Tuple(R.Tensor((4,), "float32"), R.Tensor((4,), "float32"))):\n    y = t[0]\n    return y\n',
  },
  attribute: {
    number: 26,
    message: "`{op}` has no attribute `{name}`",
    explain: "`relaxc list ops` shows the attributes of each operator.",
  },
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
    explain: "Devices are listed once per module and referred to by kind and index.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), "float32", "llvm:0")):\n    return x\n',
    good: '@I.ir_module\nclass Module:\n    I.module_global_infos({"vdevice": [I.vdevice("llvm")]})\n\n    @R.function\n    def main(x: R.Tensor((4,), "float32", "llvm:0")):\n        return x\n',
  },
  returnType: {
    number: 29,
    message: "`{func}` is declared to return {expected}, but returns {found}",
    hint: "declare `-> {found}`, or return a value of the declared type",
    explain: "Callers rely on the declared type of the result.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), "float32")) -> R.Tensor((5,), "float32"):\n    return x\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), "float32")) -> R.Tensor((4,), "float32"):\n    return x\n',
  },
  castFails: {
    number: 30,
    message: "this match_cast fails always: the value is {found}, not {expected}",
    hint: "correct the type, or remove the cast",
    explain:
      "A match_cast refines what is known of a value; it cannot turn it into something else.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.match_cast(x, R.Tensor((5,), "float32"))\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.match_cast(x, R.Tensor((4,), "float32"))\n    return y\n',
  },
  narrowContraction: {
    number: 31,
    severity: "warning",
    message: "`{op}` of {dtype} sums in {dtype} and overflows silently",
    hint: 'give out_dtype="int32"',
    explain: "A sum of products needs more bits than its terms.",
    bad: '@R.function\ndef main(x: R.Tensor((4, 4), "int8"), w: R.Tensor((4, 4), "int8")):\n    y = R.matmul(x, w)\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((4, 4), "int8"), w: R.Tensor((4, 4), "int8")):\n    y = R.matmul(x, w, out_dtype="int32")\n    return y\n',
  },
  unprovedReturn: {
    number: 33,
    severity: "warning",
    message: "`{func}` is declared to return {expected}, which is not proved: it returns {found}",
    hint: "have it checked at run time: y = R.match_cast(value, {expected})",
    explain: "Callers rely on the declared type, and nothing checks it here.",
  },
  unprovedBinding: {
    number: 32,
    severity: "warning",
    message: "`{name}` is declared {expected}, which is not proved: its value is {found}",
    hint: "have it checked at run time: {name} = R.match_cast(value, {expected})",
    explain: "What follows relies on the annotation, and nothing checks it here.",
    bad: '@R.function\ndef main(x: R.Tensor(dtype="float32", ndim=1)):\n    y: R.Tensor((4,), "float32") = R.exp(x)\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor(dtype="float32", ndim=1)):\n    y = R.match_cast(x, R.Tensor((4,), "float32"))\n    return y\n',
  },
});

/** Names of Relax functions. */
export { sco as lint } from "../codes.js";
