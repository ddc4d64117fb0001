/** Diagnostics of struct-info deduction: kinds, ranks, element types and attributes (TYP), lengths (SHP). */
import { defineCodes } from "../support/diagnostic.js";

export const typeCodes = defineCodes("TYP", {
  arity: {
    number: 100,
    message: "`{op}` takes {expected} operands, but {found} are given",
    hint: "its operands are: {names}",
    explain: "Every operator has a fixed list of operands; `relaxc list ops` shows them.",
  },
  operandKind: {
    number: 101,
    message: "`{op}` needs {expected} as `{operand}`, but got {found}",
    explain:
      "Operators work on tensors, shapes, scalars or tuples of these. A value of which nothing is known must be refined with R.match_cast first.",
    bad: '@R.function\ndef main(t: R.Tuple(R.Tensor((4,), "float32"), R.Tensor((4,), "float32"))):\n    y = R.exp(t)\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.exp(x)\n    return y\n',
  },
  operandRank: {
    number: 102,
    message: "`{op}` needs `{operand}` to have {expected}, but it has {found}",
    explain: "The number of dimensions is part of what an operator asks of its operands.",
    bad: '@R.function\ndef main(x: R.Tensor((4, 4), "float32"), w: R.Tensor((8, 3, 3, 3), "float32")):\n    y = R.nn.conv2d(x, w)\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((1, 3, 8, 8), "float32"), w: R.Tensor((8, 3, 3, 3), "float32")):\n    y = R.nn.conv2d(x, w)\n    return y\n',
  },
  operandDtype: {
    number: 103,
    message: "`{op}` needs `{operand}` to have {expected} elements, but they are {found}",
    explain: "Some operators work on floats, integers or truth values only.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), "float32"), i: R.Tensor((2,), "float32")):\n    y = R.take(x, i, axis=0)\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), "float32"), i: R.Tensor((2,), "int64")):\n    y = R.take(x, i, axis=0)\n    return y\n',
  },
  dtypeMismatch: {
    number: 104,
    message: "`{op}` needs operands of one element type, but got {a} and {b}",
    hint: 'convert one of them, for example with R.astype(…, "{a}")',
    explain:
      "Element types are never converted silently: a conversion costs time and may lose digits.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), "float32"), y: R.Tensor((4,), "int32")):\n    z = R.add(x, y)\n    return z\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), "float32"), y: R.Tensor((4,), "int32")):\n    z = R.add(x, R.astype(y, "float32"))\n    return z\n',
  },
  axisRange: {
    number: 105,
    message: "axis {axis} of `{op}` is out of range for {rank} dimensions",
    hint: "axes run from {low} to {high}",
    explain: "Axes count from 0, negative ones from the end.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.sum(x, axis=1)\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.sum(x, axis=0)\n    return y\n',
  },
  axisRepeated: {
    number: 106,
    message: "`{op}` names axis {axis} twice",
    explain: "Each axis may be named once, counted from either end.",
    bad: '@R.function\ndef main(x: R.Tensor((4, 4), "float32")):\n    y = R.sum(x, axis=[0, 0])\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((4, 4), "float32")):\n    y = R.sum(x, axis=[0, 1])\n    return y\n',
  },
  attribute: {
    number: 107,
    message: "`{op}` needs {expected} as `{attribute}`, but got {found}",
    explain: "Attributes are constants of the type that the operator declares.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.split(x, 0)\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.split(x, 2)\n    return y\n',
  },
  vdeviceMismatch: {
    number: 108,
    message: "the operands of `{op}` are on different devices, {a} and {b}",
    hint: "move one of them with R.to_vdevice",
    explain: "Data moves between devices only where the program says so.",
    bad: '@I.ir_module\nclass Module:\n    I.module_global_infos({"vdevice": [I.vdevice("llvm"), I.vdevice("cuda")]})\n\n    @R.function\n    def main(x: R.Tensor((4,), "float32", "llvm:0"), y: R.Tensor((4,), "float32", "cuda:0")):\n        z = R.add(x, y)\n        return z\n',
    good: '@I.ir_module\nclass Module:\n    I.module_global_infos({"vdevice": [I.vdevice("llvm"), I.vdevice("cuda")]})\n\n    @R.function\n    def main(x: R.Tensor((4,), "float32", "llvm:0"), y: R.Tensor((4,), "float32", "llvm:0")):\n        z = R.add(x, y)\n        return z\n',
  },
  empty: {
    number: 109,
    message: "`{op}` needs at least one tensor in `{operand}`",
    explain: "There is nothing to join, so that no shape can be given to the result.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.concat((), axis=0)\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.concat((x, x), axis=0)\n    return y\n',
  },
  layout: {
    number: 110,
    message: "`{layout}` is no layout for `{attribute}` of `{op}`: {reason}",
    explain:
      "A layout names each axis once in upper case; a block is a size and the lower-case letter of its axis, as in NCHW16c.",
    bad: '@R.function\ndef main(x: R.Tensor((1, 3, 8, 8), "float32")):\n    y = R.nn.max_pool2d(x, (2, 2), layout="NQHW")\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((1, 3, 8, 8), "float32")):\n    y = R.nn.max_pool2d(x, (2, 2), layout="NCHW")\n    return y\n',
  },
  rankMismatch: {
    number: 111,
    message: "`{op}` needs operands of one rank, but got {a} and {b}",
    explain: "These operands must have the same number of dimensions; nothing is broadcast here.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), "float32"), w: R.Tensor((4, 4), "float32")):\n    y = R.concat((x, w), axis=0)\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), "float32"), w: R.Tensor((2,), "float32")):\n    y = R.concat((x, w), axis=0)\n    return y\n',
  },
  missingOutType: {
    number: 112,
    message: "`{op}` needs the type of its result",
    hint: "give it as {keyword}=R.Tensor(shape, dtype)",
    explain: "The callee says nothing of its result, so that the call must.",
  },
  argumentCount: {
    number: 113,
    message: "`{callee}` takes {expected} arguments, but is called with {found}",
    explain: "A call gives each parameter one argument.",
    bad: '@I.ir_module\nclass Module:\n    @R.function\n    def g(x: R.Tensor((4,), "float32")):\n        return x\n\n    @R.function\n    def main(x: R.Tensor((4,), "float32")):\n        y = Module.g(x, x)\n        return y\n',
    good: '@I.ir_module\nclass Module:\n    @R.function\n    def g(x: R.Tensor((4,), "float32")) -> R.Tensor((4,), "float32"):\n        return x\n\n    @R.function\n    def main(x: R.Tensor((4,), "float32")):\n        y = Module.g(x)\n        return y\n',
  },
  argumentType: {
    number: 114,
    message: "argument {index} of `{callee}` must be {expected}, but is {found}",
    explain:
      "Arguments must have the kind, rank and element type of the parameters; lengths that cannot be compared now are checked at run time.",
    bad: '@I.ir_module\nclass Module:\n    @R.function\n    def g(x: R.Tensor((4,), "float32")) -> R.Tensor((4,), "float32"):\n        return x\n\n    @R.function\n    def main(x: R.Tensor((5,), "float32")):\n        y = Module.g(x)\n        return y\n',
    good: '@I.ir_module\nclass Module:\n    @R.function\n    def g(x: R.Tensor((4,), "float32")) -> R.Tensor((4,), "float32"):\n        return x\n\n    @R.function\n    def main(x: R.Tensor((4,), "float32")):\n        y = Module.g(x)\n        return y\n',
  },
  notCallable: {
    number: 115,
    message: "only functions can be called, but the callee is {found}",
    explain: "A callee is a function of the module, an external function or a closure.",
  },
  noTuple: {
    number: 116,
    message: "only tuples have items, but this is {found}",
    explain: "Only tuples are indexed by constants; elements of tensors are taken with R.take.",
  },
  tupleIndex: {
    number: 117,
    message: "item {index} of a tuple of {size} does not exist",
    explain: "Items are counted from 0.",
  },
  inplaceIndex: {
    number: 118,
    message: "`inplace_indices` of `{op}`: {reason}",
    explain: "Entry i says which argument output i reuses; -1 stands for new memory.",
    bad: '@I.ir_module\nclass Module:\n    @T.prim_func\n    def f(A: T.Buffer((4,), "float32")):\n        A[0] = T.float32(0)\n\n    @R.function\n    def main(x: R.Tensor((4,), "float32")):\n        y = R.call_tir_inplace(Module.f, (x,), inplace_indices=[2], out_ty=R.Tensor((4,), "float32"))\n        return y\n',
    good: '@I.ir_module\nclass Module:\n    @T.prim_func\n    def f(A: T.Buffer((4,), "float32")):\n        A[0] = T.float32(0)\n\n    @R.function\n    def main(x: R.Tensor((4,), "float32")):\n        y = R.call_tir_inplace(Module.f, (x,), inplace_indices=[0], out_ty=R.Tensor((4,), "float32"))\n        return y\n',
  },
  inplaceMismatch: {
    number: 119,
    message:
      "output {output} of `{op}` reuses argument {argument}, but is {found} while the argument is {expected}",
    explain:
      "An output can take the memory of an argument only when both have the same shape and element type.",
    bad: '@I.ir_module\nclass Module:\n    @T.prim_func\n    def f(A: T.Buffer((4,), "float32")):\n        A[0] = T.float32(0)\n\n    @R.function\n    def main(x: R.Tensor((4,), "float32")):\n        y = R.call_tir_inplace(Module.f, (x,), inplace_indices=[0], out_ty=R.Tensor((5,), "float32"))\n        return y\n',
    good: '@I.ir_module\nclass Module:\n    @T.prim_func\n    def f(A: T.Buffer((4,), "float32")):\n        A[0] = T.float32(0)\n\n    @R.function\n    def main(x: R.Tensor((4,), "float32")):\n        y = R.call_tir_inplace(Module.f, (x,), inplace_indices=[0], out_ty=R.Tensor((4,), "float32"))\n        return y\n',
  },
  einsum: {
    number: 120,
    message: "`{subscripts}` is no valid einsum here: {reason}",
    explain:
      "Each operand is described by one letter per dimension, separated by commas; letters that are not in the result are summed over.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.einsum((x, x), "i,jk->ijk")\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.einsum((x, x), "i,j->ij")\n    return y\n',
  },
  undefinedFunction: {
    number: 121,
    message: "there is no function `{name}`",
    explain: "Functions are called by the names that the module gives them.",
  },
  condition: {
    number: 122,
    message: "a condition must be one bool, but this is {found}",
    explain: "A branch is chosen by one truth value.",
  },
  unknownOp: {
    number: 123,
    message: "there is no operator `R.{name}`",
    explain: "`relaxc list ops` shows all operators.",
  },
  scalarMatmul: {
    number: 134,
    message: "`matmul` needs at least one dimension, but `{operand}` has none",
    explain: "A product of scalars is R.multiply.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), "float32"), s: R.Tensor((), "float32")):\n    y = R.matmul(x, s)\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), "float32"), s: R.Tensor((), "float32")):\n    y = R.multiply(x, s)\n    return y\n',
  },
});

export const shapeCodes = defineCodes("SHP", {
  broadcast: {
    number: 1,
    message: "`{op}` cannot broadcast {a} against {b}: {x} and {y} differ and neither is 1",
    hint: "make these lengths equal, or one of them 1",
    explain: "Shapes are aligned at the right; lengths must be equal, or one of them 1.",
    bad: '@R.function\ndef main(x: R.Tensor((2, 3), "float32"), w: R.Tensor((2, 4), "float32")):\n    y = R.add(x, w)\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((2, 3), "float32"), w: R.Tensor((2, 1), "float32")):\n    y = R.add(x, w)\n    return y\n',
  },
  reductionLength: {
    number: 2,
    message: "`{op}` needs equal reduction lengths, but got {a} and {b}",
    explain:
      "The last dimension of the left operand is summed against the second-to-last of the right one.",
    bad: '@R.function\ndef main(x: R.Tensor((2, 3), "float32"), w: R.Tensor((4, 5), "float32")):\n    y = R.matmul(x, w)\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((2, 3), "float32"), w: R.Tensor((3, 5), "float32")):\n    y = R.matmul(x, w)\n    return y\n',
  },
  elementCount: {
    number: 3,
    message: "`{op}` cannot turn {a} into {b}: {x} elements are not {y}",
    explain: "Reshaping keeps all elements: the products of the dimensions must be equal.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.reshape(x, (3,))\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.reshape(x, (2, 2))\n    return y\n',
  },
  lengthMismatch: {
    number: 4,
    message: "`{op}` needs dimension {axis} of all operands to be equal, but got {a} and {b}",
    explain: "Apart from the axis at hand, the operands must agree in every dimension.",
    bad: '@R.function\ndef main(x: R.Tensor((2, 3), "float32"), w: R.Tensor((2, 4), "float32")):\n    y = R.concat((x, w), axis=0)\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((2, 3), "float32"), w: R.Tensor((2, 4), "float32")):\n    y = R.concat((x, w), axis=1)\n    return y\n',
  },
  squeezeLength: {
    number: 5,
    severity: "warning",
    message: "`squeeze` drops dimensions of length 1 only: dimension {axis} is {length} and stays",
    hint: "remove the axis, or select an element of it with R.take",
    explain: "Only dimensions of length 1 can go without losing elements.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.squeeze(x, axis=0)\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((1, 4), "float32")):\n    y = R.squeeze(x, axis=0)\n    return y\n',
  },
  inferDimension: {
    number: 6,
    message: "`{op}` cannot infer the new shape: {reason}",
    explain:
      "One dimension may be -1, which is what the others leave of the elements; 0 copies the dimension at its place.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.reshape(x, (-1, -1))\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.reshape(x, (-1, 2))\n    return y\n',
  },
  broadcastTo: {
    number: 7,
    message: "`{op}` cannot stretch {a} to {b}: dimension {axis} is {x}, not 1 or {y}",
    explain: "Only dimensions of length 1 are stretched.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.broadcast_to(x, (2, 5))\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.broadcast_to(x, (2, 4))\n    return y\n',
  },
  channels: {
    number: 8,
    message: "`{op}`: {what} is {found}, but must be {expected}",
    explain: "The operands of one call must agree in these lengths.",
    bad: '@R.function\ndef main(x: R.Tensor((1, 4, 8, 8), "float32"), w: R.Tensor((8, 3, 3, 3), "float32")):\n    y = R.nn.conv2d(x, w)\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((1, 3, 8, 8), "float32"), w: R.Tensor((8, 3, 3, 3), "float32")):\n    y = R.nn.conv2d(x, w)\n    return y\n',
  },
  divisible: {
    number: 9,
    message: "`{op}`: {what} {length} is not divisible by {divisor}",
    explain: "Groups and blocks have equal sizes, so that their number must divide the length.",
    bad: '@R.function\ndef main(x: R.Tensor((1, 8, 4, 4), "float32")):\n    y = R.nn.pixel_shuffle(x, 3)\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((1, 8, 4, 4), "float32")):\n    y = R.nn.pixel_shuffle(x, 2)\n    return y\n',
  },
  collapse: {
    number: 10,
    message: "`{op}` cannot sum {a} down to {b}: {x} does not become {y}",
    explain:
      "The sum runs over dimensions that broadcasting would have made: leading ones, and those of length 1 in the target.",
    bad: '@R.function\ndef main(x: R.Tensor((4, 4), "float32")):\n    y = R.collapse_sum_to(x, (3,))\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((4, 4), "float32")):\n    y = R.collapse_sum_to(x, (4,))\n    return y\n',
  },
  windowSize: {
    number: 11,
    message: "`{op}` has no output: {reason}",
    explain: "The window, with its dilation, must fit into the padded input at least once.",
    bad: '@R.function\ndef main(x: R.Tensor((1, 3, 8, 8), "float32")):\n    y = R.nn.max_pool2d(x, (9, 9))\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((1, 3, 8, 8), "float32")):\n    y = R.nn.max_pool2d(x, (2, 2))\n    return y\n',
  },
  parameterLength: {
    number: 12,
    message: "`{op}` needs `{operand}` of length {expected}, but it is {found}",
    explain: "Parameters run along dimensions of the data and have their lengths.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), "float32"), g: R.Tensor((5,), "float32"), b: R.Tensor((4,), "float32")):\n    y = R.nn.layer_norm(x, g, b, axes=-1)\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), "float32"), g: R.Tensor((4,), "float32"), b: R.Tensor((4,), "float32")):\n    y = R.nn.layer_norm(x, g, b, axes=-1)\n    return y\n',
  },
  viewSize: {
    number: 13,
    message: "`{op}` needs {need} bytes, but the tensor has {have}",
    explain: "A view reads the memory of its tensor and cannot reach beyond it.",
    bad: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.memory.view(x, R.shape([8]))\n    return y\n',
    good: '@R.function\ndef main(x: R.Tensor((4,), "float32")):\n    y = R.memory.view(x, R.shape([4]))\n    return y\n',
  },
});
