/** Codes of the checks of TensorIR: well-formedness, bounds, races, unused names. */
import { defineCodes } from "../support/diagnostic.js";

/** Well-formedness of TensorIR and races. */
export const wft = defineCodes("WFT", {
  undefinedVariable: {
    number: 1,
    message: "`{name}` is used in `{func}` where it is not defined",
    hint: "define it before this place, or move the use into the scope of its definition",
    explain:
      "A variable may be used only where its definition dominates: inside the loop, block or let that defines it, after the parameter whose shape mentions it.",
  },
  duplicateDefinition: {
    number: 2,
    message: "variable `{name}` is defined twice in `{func}`",
    hint: "give the second one a name of its own",
    explain:
      "Loop variables, block variables and lets each define a new variable; one variable object has one definition.",
  },
  undefinedBuffer: {
    number: 3,
    message: "buffer `{name}` is used in `{func}` outside the scope in which it is declared",
    hint: "declare it as a parameter, or allocate it in a block or sequence around its uses",
    explain:
      "A buffer is visible from its parameter, allocation or match to the end of the enclosing block or statement sequence.",
  },
  indexRank: {
    number: 4,
    message: "`{name}` has {rank} dimensions, but this access gives {given} indices",
    hint: "write one index for each dimension of `{name}`: {shape}",
    explain: "Every access gives one index for each dimension of the buffer's shape.",
  },
  indexType: {
    number: 5,
    message: "index {position} of `{name}` is {dtype}, not an integer",
    hint: 'convert it: `T.Cast("int32", …)`',
    explain: "Buffers are indexed by integers.",
    bad: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (8,), "float32")\n    A[T.float32(1)] = 0.0\n',
    good: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (8,), "float32")\n    A[1] = 0.0\n',
  },
  conditionType: {
    number: 6,
    message: "the {what} is {dtype}, not bool",
    hint: "compare it, for example `… != 0`",
    explain: "Conditions of `if`, `while`, `assert`, predicates and choices are bool.",
  },
  storeType: {
    number: 7,
    message: "`{name}` holds {expected}, but the stored value is {found}",
    hint: 'convert the value: `T.Cast("{expected}", …)`',
    explain: "The type of a stored value is that of the buffer, with the lanes of the index.",
  },
  initWithoutReduction: {
    number: 8,
    severity: "warning",
    message: "block `{name}` has `T.init()` but no reduction axis",
    hint: "make the axis that is summed over a reduction: `T.axis.reduce`, or `R` in `T.axis.remap`",
    explain:
      "An init runs where all reduction axes are at their first value; without one it runs every time.",
    bad: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (8,), "float32")\n    for i in range(8):\n        with T.block("b"):\n            vi = T.axis.spatial(8, i)\n            with T.init():\n                A[vi] = 0.0\n            A[vi] = 1.0\n',
    good: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (8,), "float32")\n    for i in range(8):\n        with T.block("b"):\n            vi = T.axis.spatial(8, i)\n            A[vi] = 1.0\n',
  },
  outerVariable: {
    number: 9,
    message: "block `{block}` uses `{name}`, the variable of a loop around it",
    hint: "bind it to an axis of the block: `v = T.axis.spatial(extent, {name})`",
    explain:
      "A block with axes is closed: its body sees the outside only through its axes, so that it can be moved.",
    bad: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (4, 4), "float32")\n    for i, j in T.grid(4, 4):\n        with T.block("b"):\n            vi = T.axis.spatial(4, i)\n            A[vi, j] = 0.0\n',
    good: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (4, 4), "float32")\n    for i, j in T.grid(4, 4):\n        with T.block("b"):\n            vi, vj = T.axis.remap("SS", [i, j])\n            A[vi, vj] = 0.0\n',
  },
  axisDomain: {
    number: 10,
    message:
      "axis `{name}` of block `{block}` leaves its domain: with {witness} it is {value}, outside [{low}, {high})",
    hint: "make the domain as large as the values bound to it, or add `T.where(…)`",
    explain:
      "The value bound to a block axis lies in the domain of the axis wherever the predicate of the block holds.",
    bad: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (16,), "float32")\n    for i in range(16):\n        with T.block("b"):\n            vi = T.axis.spatial(8, i)\n            A[vi] = 0.0\n',
    good: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (16,), "float32")\n    for i in range(16):\n        with T.block("b"):\n            vi = T.axis.spatial(16, i)\n            A[vi] = 0.0\n',
  },
  regionTooSmall: {
    number: 11,
    severity: "warning",
    message: "block `{block}` {verb} `{access}`, which its `T.{list}(…)` does not cover",
    hint: "list the whole region, or leave `T.{list}` out and it is derived",
    explain: "Declared reads and writes must cover all accesses of the block; passes rely on them.",
    bad: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (8,), "float32")\n    for i in range(4):\n        with T.block("b"):\n            vi = T.axis.spatial(4, i)\n            T.reads()\n            T.writes(A[vi + 1])\n            A[vi] = 1.0\n',
    good: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (8,), "float32")\n    for i in range(4):\n        with T.block("b"):\n            vi = T.axis.spatial(4, i)\n            T.reads()\n            T.writes(A[vi])\n            A[vi] = 1.0\n',
  },
  vectorIndex: {
    number: 12,
    message: "only the last index of `{name}` may be a vector",
    hint: "swap the dimensions, or load element by element",
    explain: "A vector access is contiguous or strided along the last dimension.",
    bad: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (8, 8), "float32")\n    A[T.ramp(0, 1, 4), 0] = T.broadcast(T.float32(0), 4)\n',
    good: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (8, 8), "float32")\n    A[0, T.ramp(0, 1, 4)] = T.broadcast(T.float32(0), 4)\n',
  },
  loopType: {
    number: 13,
    message: "the {what} of loop `{name}` is {dtype}, not an integer",
    explain: "Loops count in integers.",
  },
  jumpOutsideLoop: {
    number: 14,
    message: "`{jump}` stands outside a loop",
    hint: "put it inside `for` or `while`",
    explain: "`break` and `continue` act on the innermost loop.",
  },
  vectorLength: {
    number: 15,
    severity: "warning",
    message: "vectorised loop `{name}` has an extent that is not constant: `{extent}`",
    hint: "split the loop by the vector length and vectorise the inner part",
    explain: "A vectorised loop becomes one vector operation; its length must be known.",
    bad: '@T.prim_func\ndef f(a: T.handle, n: T.int32):\n    A = T.match_buffer(a, (n,), "float32")\n    for i in T.vectorized(n):\n        A[i] = 0.0\n',
    good: '@T.prim_func\ndef f(a: T.handle, n: T.int32):\n    A = T.match_buffer(a, (n,), "float32")\n    for i in T.serial(n):\n        A[i] = 0.0\n',
  },
  unknownCallee: {
    number: 16,
    message: "`{func}` calls `{name}`, which the module does not define",
    explain: "A call of a T function names a function of the same module.",
  },
  calleeArity: {
    number: 17,
    message: "`{name}` takes {expected} arguments, but {given} are given",
    explain: "A call gives one argument for each parameter.",
  },
  threadExtent: {
    number: 18,
    message: "`{tag}` is bound to extent `{first}` outside and to `{second}` here",
    hint: "use one extent for a thread axis within a kernel",
    explain: "All bindings of one thread axis in a kernel have the same extent.",
  },
  integerCondition: {
    number: 19,
    severity: "warning",
    message: "the {what} is {dtype}; it counts as true when it is not 0",
    hint: "write the comparison: `… != 0`",
    explain: "Conditions are bool. An integer is read as `x != 0`.",
    bad: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (8,), "float32")\n    for i in range(8):\n        if i:\n            A[i] = 0.0\n',
    good: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (8,), "float32")\n    for i in range(8):\n        if i != 0:\n            A[i] = 0.0\n',
  },
  storeRace: {
    number: 50,
    message:
      "iterations of {loop} write the same element: `{access}` with {first} and with {second}",
    hint: "{way}",
    explain:
      "Iterations of a parallel or vectorised loop, and instances of a block with different spatial axes, may run in any order or at once. Two of them must not write the same element, and none may read what another writes.",
    bad: '@T.prim_func\ndef f(a: T.handle, b: T.handle):\n    A = T.match_buffer(a, (8, 8), "float32")\n    B = T.match_buffer(b, (8,), "float32")\n    for i in T.parallel(8):\n        for j in range(8):\n            B[j] = A[i, j]\n',
    good: '@T.prim_func\ndef f(a: T.handle, b: T.handle):\n    A = T.match_buffer(a, (8, 8), "float32")\n    B = T.match_buffer(b, (8,), "float32")\n    for i in range(8):\n        for j in range(8):\n            B[j] = A[i, j]\n',
  },
  loadRace: {
    number: 51,
    message:
      "an iteration of {loop} reads `{access}` with {first}, which the one with {second} writes as `{other}`",
    hint: "{way}",
    explain: "See WFT050: iterations that may run at once must not depend on each other.",
    bad: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (8,), "float32")\n    for i in T.parallel(7):\n        A[i] = A[i + 1]\n',
    good: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (8,), "float32")\n    for i in range(7):\n        A[i] = A[i + 1]\n',
  },
  spatialReduction: {
    number: 52,
    message:
      "axis `{axis}` of block `{block}` is spatial, but `{access}` is updated for each of its values",
    hint: "make it a reduction axis: `{axis} = T.axis.reduce(…)`, or `R` in `T.axis.remap`",
    explain:
      "Instances of a block with different spatial axes may run in any order or at once. An axis that accumulates into one element is a reduction.",
    bad: '@T.prim_func\ndef f(a: T.handle, c: T.handle):\n    A = T.match_buffer(a, (8, 8), "float32")\n    C = T.match_buffer(c, (8,), "float32")\n    for i, k in T.grid(8, 8):\n        with T.block("sum"):\n            vi, vk = T.axis.remap("SS", [i, k])\n            C[vi] = C[vi] + A[vi, vk]\n',
    good: '@T.prim_func\ndef f(a: T.handle, c: T.handle):\n    A = T.match_buffer(a, (8, 8), "float32")\n    C = T.match_buffer(c, (8,), "float32")\n    for i, k in T.grid(8, 8):\n        with T.block("sum"):\n            vi, vk = T.axis.remap("SR", [i, k])\n            with T.init():\n                C[vi] = 0.0\n            C[vi] = C[vi] + A[vi, vk]\n',
  },
  possibleRace: {
    number: 53,
    severity: "note",
    message: "iterations of {loop} may write the same element of `{buffer}`",
    explain: "Neither proved nor refuted; shown on request.",
  },
});

/** Bounds of buffer accesses and agreement of `call_tir` with its callee. */
export const shp = defineCodes("SHP", {
  outOfBounds: {
    number: 101,
    message:
      "`{access}` is out of bounds: with {witness} index {position} is {index}, outside [0, {extent})",
    hint: "guard the access with `T.if_then_else` or `if`, or correct the loop's extent or the shape of `{buffer}`",
    explain:
      "Every access of a buffer is checked when the program is compiled. This one leaves its buffer for the values shown, which were found by solving and confirmed by evaluation.",
    bad: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (16,), "float32")\n    for i in range(16):\n        A[i + 1] = 0.0\n',
    good: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (16,), "float32")\n    for i in range(15):\n        A[i + 1] = 0.0\n',
  },
  boundsGuard: {
    number: 102,
    severity: "warning",
    message: "`{func}`: {accesses} {are} in bounds only if `{guard}`",
    hint: "correct the loops or the shapes if that is not meant; otherwise `{func}` checks it when it is entered",
    explain:
      "The shapes do not make these accesses safe for all sizes. The condition is the weakest one that does; it is tested when the function is entered, before any loop runs.",
    bad: '@T.prim_func\ndef f(a: T.handle, b: T.handle):\n    n = T.int32()\n    m = T.int32()\n    A = T.match_buffer(a, (n,), "float32")\n    B = T.match_buffer(b, (m,), "float32")\n    for i in range(n):\n        B[i] = A[i]\n',
    good: '@T.prim_func\ndef f(a: T.handle, b: T.handle):\n    n = T.int32()\n    A = T.match_buffer(a, (n,), "float32")\n    B = T.match_buffer(b, (n,), "float32")\n    for i in range(n):\n        B[i] = A[i]\n',
  },
  boundsUnknown: {
    number: 103,
    severity: "note",
    message: "`{access}` in `{func}` is checked at run time",
    explain:
      "The index depends on data, or is beyond what is decided when the program is compiled.",
  },
  callArity: {
    number: 110,
    message:
      "`{callee}` takes {inputs} input(s) and {outputs} output(s), but `{op}` passes {given} input(s)",
    hint: "pass all inputs in order, and no outputs",
    explain:
      "`call_tir` passes its inputs, then its outputs, then its integers, to the parameters of the T function.",
    bad: '@I.ir_module\nclass Module:\n    @T.prim_func\n    def copy(X: T.Buffer((8,), "float32"), Y: T.Buffer((8,), "float32")):\n        for i in range(8):\n            Y[i] = X[i]\n\n    @R.function\n    def main(x: R.Tensor((8,), "float32")) -> R.Tensor((8,), "float32"):\n        cls = Module\n        y = R.call_tir(cls.copy, (x, x), out_sinfo=R.Tensor((8,), "float32"))\n        return y\n',
    good: '@I.ir_module\nclass Module:\n    @T.prim_func\n    def copy(X: T.Buffer((8,), "float32"), Y: T.Buffer((8,), "float32")):\n        for i in range(8):\n            Y[i] = X[i]\n\n    @R.function\n    def main(x: R.Tensor((8,), "float32")) -> R.Tensor((8,), "float32"):\n        cls = Module\n        y = R.call_tir(cls.copy, (x,), out_sinfo=R.Tensor((8,), "float32"))\n        return y\n',
  },
  callRank: {
    number: 111,
    message: "{argument} has {given} dimensions, but `{parameter}` of `{callee}` has {expected}",
    explain: "The ranks of tensors passed by `call_tir` agree with the buffers of the T function.",
    bad: '@I.ir_module\nclass Module:\n    @T.prim_func\n    def copy(X: T.Buffer((8, 8), "float32"), Y: T.Buffer((8, 8), "float32")):\n        for i, j in T.grid(8, 8):\n            Y[i, j] = X[i, j]\n\n    @R.function\n    def main(x: R.Tensor((8,), "float32")) -> R.Tensor((8,), "float32"):\n        cls = Module\n        y = R.call_tir(cls.copy, (x,), out_sinfo=R.Tensor((8,), "float32"))\n        return y\n',
    good: '@I.ir_module\nclass Module:\n    @T.prim_func\n    def copy(X: T.Buffer((8,), "float32"), Y: T.Buffer((8,), "float32")):\n        for i in range(8):\n            Y[i] = X[i]\n\n    @R.function\n    def main(x: R.Tensor((8,), "float32")) -> R.Tensor((8,), "float32"):\n        cls = Module\n        y = R.call_tir(cls.copy, (x,), out_sinfo=R.Tensor((8,), "float32"))\n        return y\n',
  },
  callDType: {
    number: 112,
    message: "{argument} is {given}, but `{parameter}` of `{callee}` is {expected}",
    hint: "convert it with `R.astype`, or declare the buffer as {given}",
    explain: "`call_tir` passes memory as it is: element types must be equal.",
    bad: '@I.ir_module\nclass Module:\n    @T.prim_func\n    def copy(X: T.Buffer((8,), "float32"), Y: T.Buffer((8,), "float32")):\n        for i in range(8):\n            Y[i] = X[i]\n\n    @R.function\n    def main(x: R.Tensor((8,), "float16")) -> R.Tensor((8,), "float16"):\n        cls = Module\n        y = R.call_tir(cls.copy, (x,), out_sinfo=R.Tensor((8,), "float16"))\n        return y\n',
    good: '@I.ir_module\nclass Module:\n    @T.prim_func\n    def copy(X: T.Buffer((8,), "float32"), Y: T.Buffer((8,), "float32")):\n        for i in range(8):\n            Y[i] = X[i]\n\n    @R.function\n    def main(x: R.Tensor((8,), "float32")) -> R.Tensor((8,), "float32"):\n        cls = Module\n        y = R.call_tir(cls.copy, (x,), out_sinfo=R.Tensor((8,), "float32"))\n        return y\n',
  },
  callShape: {
    number: 113,
    message:
      "dimension {axis} of {argument} is `{given}`, but `{parameter}` of `{callee}` needs `{expected}`",
    explain:
      "The shapes passed determine the symbols of the T function, and all its dimensions must agree with them.",
    bad: '@I.ir_module\nclass Module:\n    @T.prim_func\n    def copy(X: T.Buffer((8,), "float32"), Y: T.Buffer((8,), "float32")):\n        for i in range(8):\n            Y[i] = X[i]\n\n    @R.function\n    def main(x: R.Tensor((9,), "float32")) -> R.Tensor((9,), "float32"):\n        cls = Module\n        y = R.call_tir(cls.copy, (x,), out_sinfo=R.Tensor((9,), "float32"))\n        return y\n',
    good: '@I.ir_module\nclass Module:\n    @T.prim_func\n    def copy(X: T.Buffer((8,), "float32"), Y: T.Buffer((8,), "float32")):\n        for i in range(8):\n            Y[i] = X[i]\n\n    @R.function\n    def main(x: R.Tensor((8,), "float32")) -> R.Tensor((8,), "float32"):\n        cls = Module\n        y = R.call_tir(cls.copy, (x,), out_sinfo=R.Tensor((8,), "float32"))\n        return y\n',
  },
  callGuard: {
    number: 114,
    message:
      "this call makes `{callee}` leave the bounds of its buffers: it needs `{guard}`, here `{found}`",
    hint: "pass shapes for which it holds, or correct the loops of `{callee}`",
    explain:
      "The accesses of the T function are in bounds only under the condition, which is false for the shapes of this call.",
  },
});

/** Names in TensorIR that are not used. */
export const sco = defineCodes("SCO", {
  unusedVariable: {
    number: 100,
    severity: "warning",
    message: "{kind} `{name}` in `{func}` is not used",
    hint: "remove it, or start its name with `_`",
    explain: "The value of this name has no effect.",
    bad: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (8,), "float32")\n    for i in range(8):\n        x = T.float32(2)\n        A[i] = 0.0\n',
    good: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (8,), "float32")\n    for i in range(8):\n        x = T.float32(2)\n        A[i] = x\n',
  },
  unusedParameter: {
    number: 101,
    severity: "warning",
    message: "parameter `{name}` of `{func}` is not used",
    hint: "remove it from the signature and the calls, or start its name with `_`",
    explain: "The parameter has no effect.",
    bad: '@T.prim_func\ndef f(a: T.handle, scale: T.float32):\n    A = T.match_buffer(a, (8,), "float32")\n    for i in range(8):\n        A[i] = 0.0\n',
    good: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (8,), "float32")\n    for i in range(8):\n        A[i] = 0.0\n',
  },
  unusedBuffer: {
    number: 102,
    severity: "warning",
    message: "buffer `{name}` in `{func}` is never accessed",
    hint: "remove its declaration",
    explain: "Memory is reserved, or a part of a buffer is named, for nothing.",
    bad: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (8,), "float32")\n    with T.block("root"):\n        B = T.alloc_buffer((8,), "float32")\n        for i in range(8):\n            A[i] = 0.0\n',
    good: '@T.prim_func\ndef f(a: T.handle):\n    A = T.match_buffer(a, (8,), "float32")\n    with T.block("root"):\n        for i in range(8):\n            A[i] = 0.0\n',
  },
  shadowedName: {
    number: 103,
    severity: "warning",
    message: "`{name}` in `{func}` hides another `{name}`",
    hint: "rename one of them",
    explain:
      "Two variables of one name are visible here; the inner one is meant. Shown on request.",
  },
});
